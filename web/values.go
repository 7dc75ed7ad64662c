package web

import (
	"iter"
	"slices"
	"strings"
)

// Values is an ordered mapping of names to one or more values: a query or the fields of a form
// (Django's QueryDict). It does not change: With, WithAdded and Without return new ones.
//
// As in Django, and unlike url.Values, Get returns the last value of a name.
type Values struct {
	entries []valueEntry
	index   map[string]int // of entries, from indexedFrom on
}

type valueEntry struct {
	name   string
	values []string
}

// indexedFrom is the number of names from which on a map beats a linear search.
const indexedFrom = 12

// ParseValues parses a query string. Like Django it takes only & for a separator, keeps blank
// values and broken percent signs, and replaces invalid UTF-8 with U+FFFD.
func ParseValues(query string) Values {
	var v Values
	for len(query) > 0 {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		v.add(unescapeText(name), unescapeText(value))
	}
	return v
}

// ValuesOf makes Values of names and values by turns: ValuesOf("a", "1", "b", "2"). It panics on
// an odd number of arguments.
func ValuesOf(pairs ...string) Values {
	if len(pairs)%2 != 0 {
		panic("web.ValuesOf: a name without a value")
	}
	var v Values
	for i := 0; i < len(pairs); i += 2 {
		v.add(pairs[i], pairs[i+1])
	}
	return v
}

func (v *Values) find(name string) int {
	if v.index != nil {
		if i, ok := v.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range v.entries {
		if v.entries[i].name == name {
			return i
		}
	}
	return -1
}

// add appends a value in place; only for values that nobody else has seen.
func (v *Values) add(name, value string) {
	if i := v.find(name); i >= 0 {
		v.entries[i].values = append(v.entries[i].values, value)
		return
	}
	v.entries = append(v.entries, valueEntry{name, []string{value}})
	switch {
	case v.index != nil:
		v.index[name] = len(v.entries) - 1
	case len(v.entries) == indexedFrom:
		v.reindex()
	}
}

func (v *Values) reindex() {
	v.index = nil
	if len(v.entries) < indexedFrom {
		return
	}
	v.index = make(map[string]int, len(v.entries))
	for i, e := range v.entries {
		v.index[e.name] = i
	}
}

// Get returns the last value of a name, "" if there is none.
func (v Values) Get(name string) string {
	s, _ := v.Lookup(name)
	return s
}

// Default returns the last value of a name, or def where the name is missing.
func (v Values) Default(name, def string) string {
	if s, ok := v.Lookup(name); ok {
		return s
	}
	return def
}

// Lookup returns the last value of a name and whether the name is there.
func (v Values) Lookup(name string) (string, bool) {
	i := v.find(name)
	if i < 0 || len(v.entries[i].values) == 0 {
		return "", false
	}
	vs := v.entries[i].values
	return vs[len(vs)-1], true
}

// Has tells whether the name is there, if only with a blank value.
func (v Values) Has(name string) bool { return v.find(name) >= 0 }

// List returns a copy of all values of a name, in order (Django's getlist).
func (v Values) List(name string) []string {
	i := v.find(name)
	if i < 0 {
		return nil
	}
	return slices.Clone(v.entries[i].values)
}

// Len returns the number of names.
func (v Values) Len() int { return len(v.entries) }

// Names returns the names in the order of their first value.
func (v Values) Names() []string {
	names := make([]string, len(v.entries))
	for i, e := range v.entries {
		names[i] = e.name
	}
	return names
}

// TemplateKey returns the last value of a name: {{ request.GET.page }} in templates.
func (v Values) TemplateKey(name string) (value any, ok bool) { return v.Lookup(name) }

// All yields each name with its last value (Django's items).
func (v Values) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, e := range v.entries {
			if len(e.values) > 0 && !yield(e.name, e.values[len(e.values)-1]) {
				return
			}
		}
	}
}

// Lists yields each name with a copy of all its values (Django's lists).
func (v Values) Lists() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for _, e := range v.entries {
			if !yield(e.name, slices.Clone(e.values)) {
				return
			}
		}
	}
}

// Map returns the last value of each name (Django's dict).
func (v Values) Map() map[string]string {
	m := make(map[string]string, len(v.entries))
	for name, value := range v.All() {
		m[name] = value
	}
	return m
}

func (v Values) clone() Values {
	entries := make([]valueEntry, len(v.entries), len(v.entries)+1)
	for i, e := range v.entries {
		entries[i] = valueEntry{e.name, slices.Clone(e.values)}
	}
	c := Values{entries: entries}
	c.reindex()
	return c
}

// With returns the values with a name set to exactly these values, in its old place if it had one.
func (v Values) With(name string, values ...string) Values {
	c := v.clone()
	if i := c.find(name); i >= 0 {
		c.entries[i].values = slices.Clone(values)
		return c
	}
	c.entries = append(c.entries, valueEntry{name, slices.Clone(values)})
	c.reindex()
	return c
}

// WithAdded returns the values with more values for a name (Django's appendlist and update).
func (v Values) WithAdded(name string, values ...string) Values {
	c := v.clone()
	for _, value := range values {
		c.add(name, value)
	}
	return c
}

// Without returns the values without these names.
func (v Values) Without(names ...string) Values {
	var c Values
	for _, e := range v.entries {
		if !slices.Contains(names, e.name) {
			c.entries = append(c.entries, valueEntry{e.name, slices.Clone(e.values)})
		}
	}
	c.reindex()
	return c
}

// Encode returns the query string, spaces as +. Characters of safe stay as they are:
// Encode("/") leaves slashes readable.
func (v Values) Encode(safe string) string {
	var b strings.Builder
	for _, e := range v.entries {
		for _, value := range e.values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			escapeQueryTo(&b, e.name, safe)
			b.WriteByte('=')
			escapeQueryTo(&b, value, safe)
		}
	}
	return b.String()
}

// String returns the query string.
func (v Values) String() string { return v.Encode("") }

// Query returns the parameters of the request's query.
func (r *Request) Query() Values {
	s, in := r.s, r.s.input()
	if !in.queryDone {
		query := r.URL.RawQuery
		if s.invalid != nil && exceeds(strings.Count(query, "&")+1, s.limits.Fields) {
			query = "" // the request is refused; its middleware has to live without
		}
		in.query, in.queryDone = ParseValues(query), true
	}
	return in.query
}
