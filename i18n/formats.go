package i18n

import (
	"slices"
	"strings"
	"time"
)

// Formats says how dates and numbers are written: the settings and the
// attributes of a formats module that Django has under these names in capitals,
// DATE_FORMAT and so on
// (https://docs.djangoproject.com/en/6.1/ref/settings/#i18n-l10n). A field's zero
// value says nothing and leaves the field to the next source. The formats that
// [Locale.Formats] returns have all fields set.
type Formats struct {
	Date          string // DATE_FORMAT, as of [ParseDateFormat]
	Time          string // TIME_FORMAT
	DateTime      string // DATETIME_FORMAT
	YearMonth     string // YEAR_MONTH_FORMAT
	MonthDay      string // MONTH_DAY_FORMAT
	ShortDate     string // SHORT_DATE_FORMAT
	ShortDateTime string // SHORT_DATETIME_FORMAT

	FirstDayOfWeek   *time.Weekday // FIRST_DAY_OF_WEEK
	DecimalSeparator string        // DECIMAL_SEPARATOR
	// ThousandSeparator (THOUSAND_SEPARATOR) may be empty, as in Chinese.
	ThousandSeparator *string
	// NumberGrouping (NUMBER_GROUPING) are the sizes of the groups of digits
	// from the right. The last one repeats, also where a 0 follows it: {3},
	// and {3, 2, 0} in India. {0} is no groups.
	NumberGrouping []int

	DateInput     []string // DATE_INPUT_FORMATS, as Python's strptime reads them
	TimeInput     []string // TIME_INPUT_FORMATS
	DateTimeInput []string // DATETIME_INPUT_FORMATS
}

// fill sets the fields of f that say nothing from other.
func (f *Formats) fill(other *Formats) {
	for _, field := range [...]struct{ to, from *string }{
		{&f.Date, &other.Date}, {&f.Time, &other.Time}, {&f.DateTime, &other.DateTime},
		{&f.YearMonth, &other.YearMonth}, {&f.MonthDay, &other.MonthDay},
		{&f.ShortDate, &other.ShortDate}, {&f.ShortDateTime, &other.ShortDateTime},
		{&f.DecimalSeparator, &other.DecimalSeparator},
	} {
		if *field.to == "" {
			*field.to = *field.from
		}
	}
	if f.FirstDayOfWeek == nil {
		f.FirstDayOfWeek = other.FirstDayOfWeek
	}
	if f.ThousandSeparator == nil {
		f.ThousandSeparator = other.ThousandSeparator
	}
	if f.NumberGrouping == nil {
		f.NumberGrouping = other.NumberGrouping
	}
	if f.DateInput == nil {
		f.DateInput = other.DateInput
	}
	if f.TimeInput == nil {
		f.TimeInput = other.TimeInput
	}
	if f.DateTimeInput == nil {
		f.DateTimeInput = other.DateTimeInput
	}
}

// The formats that every language of the table reads besides its own.
var (
	isoDateInput     = []string{"%Y-%m-%d"}
	isoTimeInput     = []string{"%H:%M:%S", "%H:%M:%S.%f", "%H:%M"}
	isoDateTimeInput = []string{"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M", "%Y-%m-%d"}
)

// addISO appends the ISO formats to lists of a language, not to those of the
// settings, as Django's get_format.
func (f *Formats) addISO() {
	for _, field := range [...]struct {
		list *[]string
		iso  []string
	}{{&f.DateInput, isoDateInput}, {&f.TimeInput, isoTimeInput}, {&f.DateTimeInput, isoDateTimeInput}} {
		if *field.list == nil {
			continue
		}
		list := slices.Clone(*field.list)
		for _, format := range field.iso {
			if !slices.Contains(list, format) {
				list = append(list, format)
			}
		}
		*field.list = list
	}
}

// languageFormats returns the formats of a language: from own, which are by
// language, then from the table, then from the settings.
func languageFormats(language string, own map[string]Formats, settings *Formats) *Formats {
	f := new(Formats)
	if wellFormed(language) {
		locale := ToLocale(language)
		names := []string{locale}
		if base, _, ok := strings.Cut(locale, "_"); ok {
			names = append(names, base)
		}
		for _, name := range names {
			if other, ok := own[name]; ok {
				f.fill(&other)
			}
		}
		for _, name := range names {
			if other, ok := formatModules[name]; ok {
				f.fill(&other)
			}
		}
	}
	f.addISO()
	f.fill(settings)
	return f
}

// formatName is the name of a date format, resolved late: each language has its
// own. 0 is no name.
type formatName int

const (
	noFormatName formatName = iota
	dateFormatName
	timeFormatName
	dateTimeFormatName
	yearMonthFormatName
	monthDayFormatName
	shortDateFormatName
	shortDateTimeFormatName
	formatNames // how many there are
)

var formatNamesByText = map[string]formatName{
	"DATE_FORMAT": dateFormatName, "TIME_FORMAT": timeFormatName, "DATETIME_FORMAT": dateTimeFormatName,
	"YEAR_MONTH_FORMAT": yearMonthFormatName, "MONTH_DAY_FORMAT": monthDayFormatName,
	"SHORT_DATE_FORMAT": shortDateFormatName, "SHORT_DATETIME_FORMAT": shortDateTimeFormatName,
}

func (f *Formats) byName(name formatName) string {
	switch name {
	case dateFormatName:
		return f.Date
	case timeFormatName:
		return f.Time
	case dateTimeFormatName:
		return f.DateTime
	case yearMonthFormatName:
		return f.YearMonth
	case monthDayFormatName:
		return f.MonthDay
	case shortDateFormatName:
		return f.ShortDate
	case shortDateTimeFormatName:
		return f.ShortDateTime
	}
	return ""
}

// Format returns the value that Django calls name: a string for DATE_FORMAT and
// the like and for the separators, an int for FIRST_DAY_OF_WEEK (0 is Sunday), a
// []int for NUMBER_GROUPING, a []string for DATE_INPUT_FORMATS and the like. It
// is Django's get_format, which returns a name that is none as it is.
func (f *Formats) Format(name string) any {
	if date := formatNamesByText[name]; date != noFormatName {
		return f.byName(date)
	}
	switch name {
	case "FIRST_DAY_OF_WEEK":
		if f.FirstDayOfWeek == nil {
			return 0
		}
		return int(*f.FirstDayOfWeek)
	case "DECIMAL_SEPARATOR":
		return f.DecimalSeparator
	case "THOUSAND_SEPARATOR":
		if f.ThousandSeparator == nil {
			return ""
		}
		return *f.ThousandSeparator
	case "NUMBER_GROUPING":
		return f.NumberGrouping
	case "DATE_INPUT_FORMATS":
		return f.DateInput
	case "TIME_INPUT_FORMATS":
		return f.TimeInput
	case "DATETIME_INPUT_FORMATS":
		return f.DateTimeInput
	}
	return name
}
