package orm

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzLookup: no lookup from outside panics, or puts a sign of the lookup or the
// value into the SQL that did not come from names of the model.
func FuzzLookup(f *testing.F) {
	for _, seed := range []string{
		"name", "name__icontains", "maker__country__code__in", "made__date__year", "data__a__0__b__has_key", "data__a'b\"c", "pk", "__", "tags__isnull", "took__range",
	} {
		f.Add(seed, "1")
	}
	r := newRegistry()
	r.define(reflect.TypeFor[lookupTag](), "shop", "x.go:1")
	r.define(reflect.TypeFor[lookupCountry](), "shop", "x.go:2")
	r.define(reflect.TypeFor[lookupMaker](), "shop", "x.go:3")
	m := r.define(reflect.TypeFor[lookupThing](), "shop", "x.go:4")
	if err := m.link(); err != nil {
		f.Fatal(err)
	}
	dialects := []*Dialect{likeDialect, {Name: "sqlite", Quote: '"', Operators: likeDialect.Operators}, {Name: "mariadb", Quote: '`', Operators: likeDialect.Operators}}
	f.Fuzz(func(t *testing.T, lookup, value string) {
		for _, d := range dialects {
			c := newCompiler(d, nil)
			if _, err := c.from(m.root); err != nil {
				t.Fatal(err)
			}
			c.condition(Not(Lookup(m, lookup, "x'\";-- "+value)).n)
			s, err := c.statement()
			if err != nil {
				continue
			}
			if strings.Contains(s.SQL, ";") || strings.Contains(s.SQL, "--") {
				t.Errorf("%q made %s", lookup, s.SQL)
			}
		}
	})
}

// FuzzLikePattern: a pattern matches the value that it was made of, and nothing
// that is not there.
func FuzzLikePattern(f *testing.F) {
	f.Add(`50%_\`)
	f.Fuzz(func(t *testing.T, s string) {
		pattern := likePattern("contains", "LIKE %s", s)
		if got, ok := unescapeLike(pattern[1 : len(pattern)-1]); !ok || got != s {
			t.Errorf("%q became %q, which means %q", s, pattern, got)
		}
	})
}

// unescapeLike returns the text that a pattern without wildcards matches.
func unescapeLike(pattern string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%', '_':
			return "", false
		case '\\':
			if i++; i == len(pattern) {
				return "", false
			}
		}
		b.WriteByte(pattern[i])
	}
	return b.String(), true
}
