package markup

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// HTML is text that is HTML already, and is not escaped again (Django's SafeString).
type HTML string

// HTML returns h, so that HTML is an [HTMLer].
func (h HTML) HTML() HTML { return h }

// HTMLer is what knows its own HTML (Django's __html__): its text goes into a page as it is.
type HTMLer interface {
	HTML() HTML
}

// Escape returns s with &, <, >, " and ' as the entities &amp; &lt; &gt; &quot; and &#x27;. What
// is escaped already is escaped again.
func Escape(s string) HTML {
	i := indexSpecial(s)
	if i < 0 {
		return HTML(s)
	}
	b := make([]byte, 0, len(s)+len(s)/8+16)
	return HTML(appendEscaped(b, s, i))
}

// AppendEscaped appends s to dst as [Escape] writes it.
func AppendEscaped(dst []byte, s string) []byte {
	i := indexSpecial(s)
	if i < 0 {
		return append(dst, s...)
	}
	return appendEscaped(dst, s, i)
}

// special tells for each byte whether it is escaped.
var special = [256]bool{'&': true, '<': true, '>': true, '"': true, '\'': true}

// indexSpecial returns where the first byte to escape is, or -1.
func indexSpecial(s string) int {
	for i := range len(s) {
		if special[s[i]] {
			return i
		}
	}
	return -1
}

// appendEscaped is AppendEscaped for an s whose first special byte is at i.
func appendEscaped(dst []byte, s string, i int) []byte {
	start := 0
	for ; i < len(s); i++ {
		if !special[s[i]] {
			continue
		}
		dst = append(dst, s[start:i]...)
		switch s[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case '\'':
			dst = append(dst, "&#x27;"...)
		}
		start = i + 1
	}
	return append(dst, s[start:]...)
}

// Conditional returns the HTML of v: what an [HTMLer] says, else the escaped text of v (Django's
// conditional_escape). The text of nil is "None", of a bool "True" or "False", and of a float what
// Python writes, such as "1.0"; other values are written as [fmt.Sprint] does.
func Conditional(v any) HTML {
	switch v := v.(type) {
	case string:
		return Escape(v)
	case HTMLer:
		return v.HTML()
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		return HTML(pythonFloat(v))
	case float32:
		return HTML(pythonFloat(float64(v)))
	}
	return Escape(fmt.Sprint(v))
}

// pythonFloat is repr(f): the shortest form, with an exponent below 1e-4 and from 1e16 on, and
// with a fraction where there is no exponent.
func pythonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f != 0 && (math.Abs(f) < 1e-4 || math.Abs(f) >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
