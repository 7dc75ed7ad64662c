package markup

import (
	"strconv"
	"strings"
)

// Args are the named arguments of a [Format]: they fill {name}.
type Args map[string]any

// Format fills the fields of format, which is HTML, with the arguments, each as [Conditional]
// writes it (Django's format_html). {} takes the next argument, {0} the first and so on, {name} the
// one of that name in an [Args] among the arguments; {{ and }} stand for braces. After a colon a
// field may have a width, as in {:>10}, which counts the characters of the escaped text.
//
// Only the arguments are escaped, so the format is a constant, never text put together before.
// Django refuses a format without arguments for that reason; here it is escaped, to be seen.
// A field without an argument, or with more than a number or a name in it (Python's attributes,
// indexes and conversions), shows as {!field}, as package fmt shows such mistakes.
func Format(format string, args ...any) HTML {
	if len(args) == 0 {
		return Escape(format)
	}
	return HTML(appendFormat(nil, format, args))
}

// Join formats each row and puts sep, as [Conditional] writes it, between them (Django's
// format_html_join). A row without arguments is written as [Format] writes it.
func Join(sep any, format string, rows [][]any) HTML {
	between := Conditional(sep)
	var b []byte
	for i, row := range rows {
		if i > 0 {
			b = append(b, between...)
		}
		if len(row) == 0 {
			b = AppendEscaped(b, format)
			continue
		}
		b = appendFormat(b, format, row)
	}
	return HTML(b)
}

func appendFormat(dst []byte, format string, args []any) []byte {
	f := fields{}
	for _, arg := range args {
		if named, ok := arg.(Args); ok {
			f.named = append(f.named, named)
		} else {
			f.numbered = append(f.numbered, arg)
		}
	}
	for {
		i := strings.IndexAny(format, "{}")
		if i < 0 {
			return append(dst, format...)
		}
		dst = append(dst, format[:i]...)
		brace := format[i]
		format = format[i+1:]
		if format != "" && format[0] == brace {
			dst = append(dst, brace)
			format = format[1:]
			continue
		}
		field, rest, closed := strings.Cut(format, "}")
		if brace == '}' || !closed {
			dst = append(dst, "{!"...)
			dst = append(dst, brace, '}')
			continue
		}
		format = rest
		dst = f.append(dst, field)
	}
}

// fields are the arguments of a format while it is filled.
type fields struct {
	numbered []any
	named    []Args
	next     int // what {} takes
}

func (f *fields) append(dst []byte, field string) []byte {
	name, rest, _ := strings.Cut(field, ":")
	v, ok := f.lookup(name)
	pad, valid := parseSpec(rest)
	if !ok || !valid {
		dst = append(dst, "{!"...)
		dst = AppendEscaped(dst, field)
		return append(dst, '}')
	}
	return pad.append(dst, string(Conditional(v)))
}

func (f *fields) lookup(name string) (v any, ok bool) {
	if name == "" {
		name = strconv.Itoa(f.next)
		f.next++
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 {
		if n < len(f.numbered) {
			return f.numbered[n], true
		}
		return nil, false
	}
	for _, named := range f.named {
		if v, ok := named[name]; ok {
			return v, true
		}
	}
	return nil, false
}
