package i18n

// names are the words of dates in one language.
type names struct {
	// By the month less one.
	months, months3, months3Title, monthsAP, monthsAlt [12]string
	// By time.Weekday.
	days, days3            [7]string
	amDots, pmDots, am, pm string
	midnight, noon         string
	comma                  string // between the parts of a span of time
}

var (
	monthNames = [12]string{"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"}
	months3Names = [12]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	// monthAPNames are in the style of the Associated Press.
	monthAPNames = [12]string{"Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."}
	dayNames     = [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	days3Names   = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// newNames asks the catalogues of l under the contexts of django.utils.dates.
func newNames(l *Locale) *names {
	n := new(names)
	for i := range 12 {
		n.months[i] = l.Gettext(monthNames[i])
		n.months3[i] = l.Gettext(months3Names[i])
		n.months3Title[i] = title(n.months3[i])
		n.monthsAP[i] = l.PGettext("abbrev. month", monthAPNames[i])
		n.monthsAlt[i] = l.PGettext("alt. month", monthNames[i])
	}
	for i := range 7 {
		n.days[i], n.days3[i] = l.Gettext(dayNames[i]), l.Gettext(days3Names[i])
	}
	n.amDots, n.pmDots = l.Gettext("a.m."), l.Gettext("p.m.")
	n.am, n.pm = l.Gettext("AM"), l.Gettext("PM")
	n.midnight, n.noon = l.Gettext("midnight"), l.Gettext("noon")
	n.comma = l.Gettext(", ")
	return n
}
