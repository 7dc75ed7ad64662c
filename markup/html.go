package markup

import "github.com/nuages-web/nuages/internal/pyfmt"

// HTML is text that is HTML already, and is not escaped again (Django's SafeString).
type HTML string

// HTML returns h, so that HTML is an [HTMLer].
func (h HTML) HTML() HTML { return h }

// HTMLer is what knows its own HTML (Django's __html__): its text goes into a page as it is.
type HTMLer interface {
	HTML() HTML
}

// Conditional returns the HTML of v: what an [HTMLer] says, else the escaped text of v (Django's
// conditional_escape). The text is Python's, as in templates: None for nil, True, 1.0 for a float,
// what the method String or Error says.
func Conditional(v any) HTML {
	switch v := v.(type) {
	case string:
		return Escape(v)
	case HTMLer:
		return v.HTML()
	}
	return Escape(string(pyfmt.AppendStr(nil, v)))
}
