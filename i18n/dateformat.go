package i18n

import "strings"

// dateLetters are the letters of date formats; all others stand for themselves.
const dateLetters = "aAbcdDeEfFgGhHiIjlLmMnNoOPrsStTUuwWyYzZ"

// clockLetters are those that ask for a time of day or its zone: a day has none.
const clockLetters = "aAefgGhHiOPsTuZ"

// DateFormat is a parsed date format, or the name of one that each language has,
// such as DATE_FORMAT. Parse it once and use it many times. The zero value writes
// nothing. It never changes and may be used by several goroutines.
type DateFormat struct {
	steps []dateStep
	name  formatName
}

// dateStep writes text, or what letter stands for.
type dateStep struct {
	letter byte
	clock  bool // letter is one of clockLetters
	text   string
}

// ParseDateFormat reads a date format in Django's letters
// (https://docs.djangoproject.com/en/6.1/ref/templates/builtins/#date): "j. F Y",
// or the name of a format, such as "SHORT_DATE_FORMAT", which is that of the
// language in which it is used. A backslash makes a letter stand for itself. Every
// text is a format.
func ParseDateFormat(format string) DateFormat {
	f := DateFormat{steps: parseDateSteps(format), name: formatNamesByText[format]}
	return f
}

func parseDateSteps(format string) []dateStep {
	var steps []dateStep
	from := 0
	text := func(to int) {
		if to > from {
			steps = append(steps, dateStep{text: unescapeDate(format[from:to])})
		}
		from = to
	}
	for i := range len(format) {
		// A letter after a backslash is text, also after two: the expression
		// with which Django finds letters looks back one character.
		if strings.IndexByte(dateLetters, format[i]) < 0 || i > 0 && format[i-1] == '\\' {
			continue
		}
		text(i)
		steps = append(steps, dateStep{letter: format[i], clock: strings.IndexByte(clockLetters, format[i]) >= 0})
		from = i + 1
	}
	text(len(format))
	return steps
}

// unescapeDate takes the backslash from before every character but a line end.
func unescapeDate(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && s[i+1] != '\n' {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// in returns the format of the language where f is a name.
func (f DateFormat) in(l *Locale) []dateStep {
	if f.name != noFormatName {
		return l.dates[f.name].steps
	}
	return f.steps
}
