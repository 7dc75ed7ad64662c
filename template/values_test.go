package template_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
)

type status string

func (s status) String() string { return "status " + string(s) }

type color int

type link struct{ href string }

func (l link) HTML() markup.HTML { return markup.Format(`<a href="{}">x</a>`, l.href) }

type base struct{ Created civil.Date }

type item struct {
	base
	Name     string
	PubDate  time.Time
	Price    decimal.Decimal
	Status   status
	Color    color
	Note     *string
	Parent   *item
	Tags     []string
	Extra    map[string]any
	hidden   string
	Lazy     func() string
	Unsigned uint64
}

func (i *item) AbsoluteURL() string                 { return "/items/" + i.Name + "/" }
func (i item) Double() int                          { return 2 * int(i.Color) }
func (i *item) Greeting(ctx context.Context) string { return fmt.Sprint(ctx.Value(greetingKey{})) }
func (i *item) Fails() (string, error)              { return "", errors.New("no luck") }
func (i *item) Silent() (string, error)             { return "", silentError{} }
func (i *item) Found() (string, bool)               { return "yes", true }
func (i *item) Lost() (string, bool)                { return "", false }
func (i *item) Named(name string) string            { return name }
func (i *item) Save(context.Context) error          { panic("a template saved") }
func (i *item) Delete(context.Context) (int, error) { panic("a template deleted") }
func (i *item) Each() iter.Seq[int]                 { return slices.Values([]int{1, 2, 3}) }
func (i *item) Entries() iter.Seq2[string, int]     { return maps.All(map[string]int{"a": 1}) }
func (i *item) Rows() rows                          { return rows{} }
func (i *item) Author() reference                   { return reference{ID: 7} }
func (i *item) Numbers() <-chan int                 { return sent(1, 2) }
func (i *item) Big() *big.Int                       { b, _ := new(big.Int).SetString("123456789012345678901", 10); return b }

type greetingKey struct{}

type silentError struct{}

func (silentError) Error() string               { return "not there" }
func (silentError) SilentVariableFailure() bool { return true }

// rows is what a query looks like to templates.
type rows struct{}

func (rows) All(context.Context) ([]string, error) { return []string{"x", "y"}, nil }

// reference is what a foreign key looks like to templates.
type reference struct{ ID int64 }

func (r reference) Get(context.Context) (*item, error) {
	return &item{Name: fmt.Sprint("author ", r.ID)}, nil
}

func sent(numbers ...int) <-chan int {
	c := make(chan int, len(numbers))
	for _, n := range numbers {
		c <- n
	}
	close(c)
	return c
}

// ordered is a mapping with an order of its own.
type ordered struct{ keys []string }

func (o ordered) TemplateKey(name string) (any, bool) {
	return name + "!", slices.Contains(o.keys, name)
}

func (o ordered) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, k := range o.keys {
			if !yield(k, k+"!") {
				return
			}
		}
	}
}

// TestGoValues shows what Go values are to templates.
func TestGoValues(t *testing.T) {
	t.Parallel()
	note := "noted"
	it := item{
		base: base{Created: civil.Date{Year: 2026, Month: 11, Day: 21}}, Name: "x & y", Color: 4, Note: &note,
		PubDate: time.Date(2026, 11, 21, 9, 5, 0, 0, time.UTC), Price: decimal.RequireFromString("12.50"), Status: "ok",
		Tags: []string{"a", "b"}, Extra: map[string]any{"k": 1, "items": "taken", "f": func() any { return "called" }},
		hidden: "secret", Lazy: func() string { return "<lazy>" }, Unsigned: 1<<64 - 1,
	}
	data := map[string]any{
		"i": it, "p": &it, "list": []item{it}, "n": 3, "m": map[int]string{2: "two"}, "o": ordered{[]string{"z", "a"}},
		"link": link{`/"x`}, "safe": markup.HTML("<b>"), "bytes": []byte("bytes"), "nilp": (*item)(nil), "names": [2]string{"x", "y"},
		"f": 1.5, "t": true, "none": nil, "wait": 90 * time.Second, "err": errors.New("an <error>"), "sm": map[string]int{"b": 2, "a": 1},
	}
	tests := []struct{ source, want string }{
		{"{{ i.name }}|{{ i.Name }}|{{ p.name }}|{{ list.0.name }}", "x &amp; y|x &amp; y|x &amp; y|x &amp; y"},
		{"{{ i.pub_date.year }}|{{ i.pub_date.month }}|{{ i.pub_date.weekday }}", "2026|11|5"},
		{"{{ i.created }}|{{ i.created.day }}", "Nov. 21, 2026|21"},
		{"{{ i.pub_date }}", "Nov. 21, 2026, 9:05 a.m."},
		{"{{ i.price }}|{{ i.unsigned }}|{{ p.big }}", "12.50|18446744073709551615|123456789012345678901"},
		{"{{ i.status }}|{% if i.status == 'ok' %}equal{% endif %}|{{ i.color }}", "status ok|equal|4"},
		{"{{ i.note }}|{{ i.parent }}|{{ i.parent.name }}|{{ nilp.name }}", "noted|None||"},
		{"{{ i.absolute_url }}|{{ p.get_absolute_url }}|{{ i.double }}", "/items/x &amp; y/|/items/x &amp; y/|8"},
		{"{{ p.greeting }}", "hello"},
		{"[{{ p.silent }}{{ p.lost }}{{ p.named }}{{ p.save }}{{ p.delete }}{{ i.hidden }}]{{ p.found }}", "[None]yes"},
		{"{{ i.extra.k }}{{ i.extra.items }}{{ i.extra.f }}", "1takencalled"},
		{"{{ i.lazy }}", "&lt;lazy&gt;"},
		{"{{ m.2 }}{{ m.3 }}|{{ names.1 }}|{{ i.tags.1 }}{{ i.tags.5 }}", "two|y|b"},
		{"{% for x in p.each %}{{ x }}{% endfor %}|{% for k, v in p.entries %}{{ k }}={{ v }}{% endfor %}", "123|a=1"},
		{"{% for x in p.rows %}{{ x }}{{ forloop.last }}{% endfor %}|{% for x in p.numbers %}{{ x }}{% endfor %}", "xFalseyTrue|12"},
		{"{{ p.author.name }}|{{ p.author.id }}", "author 7|7"},
		{"{% for k in o %}{{ k }}{% endfor %}|{% for k, v in o.items %}{{ k }}={{ v }} {% endfor %}|{{ o.a }}{{ o.b }}", "za|z=z! a=a! |a!"},
		{"{% for k, v in sm.items %}{{ k }}{{ v }}{% endfor %}|{% for k in sm %}{{ k }}{% endfor %}", "a1b2|ab"},
		{"{{ link }}|{{ safe }}|{{ bytes }}|{{ err }}|{{ wait }}", `<a href="/&quot;x">x</a>|<b>|bytes|an &lt;error&gt;|0:01:30`},
		{"{{ f }}|{{ t }}|{{ none }}|{{ missing }}|{{ n }}", "1.5|True|None||3"},
		{"{{ list }}", "[&lt;item object&gt;]"},
		{"{{ i.tags }}|{{ sm }}", "[&#x27;a&#x27;, &#x27;b&#x27;]|{&#x27;a&#x27;: 1, &#x27;b&#x27;: 2}"},
		{"{% if 'a' in i.tags %}in{% endif %}{% if 'a' in sm %}key{% endif %}{% if n in p.each %}seq{% endif %}", "inkeyseq"},
		{"{% if i.price > 12 %}dear{% endif %}{% if i.price == 12.5 %}exact{% endif %}{% if i.pub_date < i.created %}never{% endif %}", "dearexact"},
		{"{{ i.name.upper }}|{{ i.name.0 }}", "X &amp; Y|x"},
	}
	e := newEngine(t, nil)
	ctx := context.WithValue(t.Context(), greetingKey{}, "hello")
	for _, tt := range tests {
		tmpl, err := e.Parse("", tt.source)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		if got, err := tmpl.RenderString(ctx, data); err != nil || got != tt.want {
			t.Errorf("%s\n got %q, %v\nwant %q", tt.source, got, err, tt.want)
		}
	}
	tmpl, err := e.Parse("", "{{ p.fails }}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.RenderString(ctx, data); err == nil {
		t.Error("a method's error: got none")
	}
}

// TestStructData shows that the fields and methods of a struct are variables.
func TestStructData(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Processors: map[string]func(context.Context) (any, error){
		"site": func(context.Context) (any, error) { return "shop", nil },
		"name": func(context.Context) (any, error) { return "never", nil },
	}})
	tmpl, err := e.Parse("", "{{ name }} {{ absolute_url }} {{ double }} {{ site }} {{ True }} {{ delete }}")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tmpl.RenderString(t.Context(), &item{Name: "x", Color: 2}); err != nil || got != "x /items/x/ 4 shop True " {
		t.Errorf("got %q, %v", got, err)
	}
}

type stage string

func (s stage) Label() string { return "Stage " + string(s) }

type nullable[T any] struct {
	V     T
	Valid bool
}

type row struct {
	ID    int
	Stage stage
	Note  nullable[string]
	Ref   *nullable[int]
}

// What models of Django have: pk, labels of choices, values that may be null, rows that are equal.
func TestRows(t *testing.T) {
	t.Parallel()
	one := &row{ID: 1, Stage: "a", Note: nullable[string]{"n", true}, Ref: &nullable[int]{7, true}}
	data := map[string]any{"one": one, "again": &row{ID: 1}, "two": &row{ID: 2}, "new": &row{}, "new2": &row{}}
	for _, test := range []struct{ source, want string }{
		{"{{ one.pk }} {{ one.get_stage_display }}", "1 Stage a"},
		{"{{ one.note|upper }} {{ two.note }} {{ two.note|default_if_none:'-' }} {% if two.note %}y{% else %}n{% endif %}", "N None - n"},
		{"{{ one.ref|add:1 }} {{ two.ref }}", "8 None"},
		{"{% if one == again %}same{% endif %} {% if one != two %}other{% endif %} {% if new == new2 %}same{% else %}other{% endif %}", "same other other"},
	} {
		engine, err := template.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		page, err := engine.Parse("", test.source)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := page.RenderString(t.Context(), data); got != test.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", test.source, got, err, test.want)
		}
	}
}
