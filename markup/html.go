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
