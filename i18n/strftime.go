package i18n

import "strconv"

// AppendInput appends v as a form field shows it, in one of the formats
// [Formats.DateInput] and so on: Python's strftime, with English names, as in
// Django's localize_input. What a day or a time of day lacks is that of
// midnight, or of 1 January 1900. A directive that is none is left as it is.
func AppendInput(dst []byte, v DateValue, format string) []byte {
	w := dateWriter{l: english(), v: v}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			dst = append(dst, format[i])
			continue
		}
		i++
		switch c := format[i]; c {
		case '%':
			dst = append(dst, '%')
		case 'c':
			dst = AppendInput(dst, v, "%a %b %e %H:%M:%S %Y")
		case 'x', 'D':
			dst = AppendInput(dst, v, "%m/%d/%y")
		case 'X', 'T':
			dst = AppendInput(dst, v, "%H:%M:%S")
		case 'F':
			dst = AppendInput(dst, v, "%Y-%m-%d")
		case 'R':
			dst = AppendInput(dst, v, "%H:%M")
		default:
			dst = w.appendDirective(dst, c)
		}
	}
	return dst
}

// dateDirectives are the directives of strftime for which there is a letter.
var dateDirectives = map[byte]byte{
	'Y': 'Y', 'y': 'y', 'm': 'm', 'd': 'd', 'H': 'H', 'I': 'h', 'M': 'i', 'S': 's', 'f': 'u',
	'p': 'A', 'a': 'D', 'A': 'l', 'b': 'M', 'h': 'M', 'B': 'F', 'w': 'w', 'G': 'o',
}

func (w *dateWriter) appendDirective(dst []byte, c byte) []byte {
	t := w.v.t
	switch c {
	case 'j':
		return appendPadded(dst, t.YearDay(), 3)
	case 'V':
		_, week := t.ISOWeek()
		return appendPadded(dst, week, 2)
	case 'U':
		return appendPadded(dst, (t.YearDay()-1+7-int(t.Weekday()))/7, 2)
	case 'W':
		return appendPadded(dst, (t.YearDay()-1+7-(int(t.Weekday())+6)%7)/7, 2)
	case 'u':
		return strconv.AppendInt(dst, int64((t.Weekday()+6)%7+1), 10)
	case 'e':
		if t.Day() < 10 {
			dst = append(dst, ' ')
		}
		return strconv.AppendInt(dst, int64(t.Day()), 10)
	case 'z', 'Z':
		if w.v.kind != moment {
			return dst
		}
		name, offset := t.Zone()
		if c == 'Z' {
			return append(dst, name...)
		}
		return appendOffset(dst, offset, "")
	}
	letter, ok := dateDirectives[c]
	switch {
	case !ok:
		return append(dst, '%', c)
	case letter == 'A' || letter == 'H' || letter == 'h' || letter == 'i' || letter == 's' || letter == 'u':
		return w.appendClock(dst, letter)
	}
	return w.appendDay(dst, letter)
}

// LocalizeInput writes v as a form field shows it, in the first of the input
// formats of the language: Django's localize_input.
func (l *Locale) LocalizeInput(v DateValue) string {
	f := l.get().formats
	formats := f.DateTimeInput
	switch v.kind {
	case day:
		formats = f.DateInput
	case clock:
		formats = f.TimeInput
	}
	if len(formats) == 0 {
		return ""
	}
	return string(AppendInput(nil, v, formats[0]))
}
