package orm

import (
	"reflect"
	"testing"
)

// BenchmarkCondition builds and compiles a usual condition.
func BenchmarkCondition(b *testing.B) {
	p := thing()
	id, name, price := NewInt64Col(p, "id"), NewTextCol(p, "name"), NewInt64Col(p, "price")
	b.ReportAllocs()
	for b.Loop() {
		pred := And(id.Gt(5), name.Contains("x"), Or(price.In(1, 2, 3), price.GtF(id)))
		c := newCompiler(likeDialect, nil)
		if _, err := c.from(p); err != nil {
			b.Fatal(err)
		}
		c.condition(pred.n)
		if _, err := c.statement(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookup resolves and compiles a lookup in text.
func BenchmarkLookup(b *testing.B) {
	r := newRegistry()
	r.define(reflect.TypeFor[lookupTag](), "shop", "x.go:1")
	r.define(reflect.TypeFor[lookupCountry](), "shop", "x.go:2")
	r.define(reflect.TypeFor[lookupMaker](), "shop", "x.go:3")
	m := r.define(reflect.TypeFor[lookupThing](), "shop", "x.go:4")
	if err := m.link(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c := newCompiler(likeDialect, nil)
		if _, err := c.from(m.root); err != nil {
			b.Fatal(err)
		}
		c.condition(Lookup(m, "maker__name__icontains", "x").n)
		if _, err := c.statement(); err != nil {
			b.Fatal(err)
		}
	}
}
