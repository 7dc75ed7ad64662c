package i18n

import "strings"

// olderUnits are messages that Django 4.0 renamed from "%d year" to
// "%(num)d year", with the contexts that contrib/humanize has them in.
var (
	olderUnits    = [...]string{"year", "month", "week", "day", "hour", "minute"}
	olderContexts = [...]string{"", "naturaltime-past" + contextMark, "naturaltime-future" + contextMark}
)

// addRenamed adds, to a catalogue of an older Django, the units of time under
// their names of today. Debian 12 still has such catalogues.
func addRenamed(plurals map[string][]string) {
	for _, context := range olderContexts {
		for _, unit := range olderUnits {
			old, name := plurals[context+"%d "+unit], context+"%(num)d "+unit
			if old == nil || plurals[name] != nil {
				continue
			}
			forms := make([]string, len(old))
			for i, form := range old {
				forms[i] = strings.Replace(form, "%d", "%(num)d", 1)
			}
			plurals[name] = forms
		}
	}
}
