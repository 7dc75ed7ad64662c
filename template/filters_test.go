package template_test

import (
	"context"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
)

type (
	filterColour  string
	filterShade   string
	filterLevel   int
	filterMoney   struct{ cents int }
	filterProduct struct {
		Name  string
		Price decimal.Decimal
		Sizes []int
	}
	filterRef  struct{ to *filterProduct }
	filterList []string
)

func (m filterMoney) String() string { return "€ & " + decimal.New(int64(m.cents), -2).String() }

func (s filterShade) String() string { return "shade " + string(s) }

// filterRows are rows of a database that is gone.
type filterRows struct{}

// All is the rows.
func (filterRows) All(context.Context) ([]int, error) { return nil, errors.New("connection lost") }

// HTML makes a filterList text that is HTML already.
func (l filterList) HTML() markup.HTML { return markup.HTML("<ul>" + strings.Join(l, "") + "</ul>") }

// Get makes a filterRef stand for a product, as a foreign key does.
func (r filterRef) Get(context.Context) (*filterProduct, error) { return r.to, nil }

func mustInt(s string) *big.Int {
	n, _ := new(big.Int).SetString(s, 10)
	return n
}

// TestFiltersOfGoValues has what Django's own cases have not: the types of Go.
func TestFiltersOfGoValues(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 3, 1, 12, 30, 5, 0, time.UTC)
	ptr := 41
	products := []filterProduct{{"b", decimal.RequireFromString("2.50"), []int{1}}, {"a", decimal.RequireFromString("10"), nil}, {"c", decimal.RequireFromString("-1"), nil}}
	for _, test := range []struct {
		source string
		v      any
		want   string
	}{
		{"{{ v|add:1 }}", int8(1), "2"},
		{"{{ v|add:1 }}", uint16(1), "2"},
		{"{{ v|add:1 }}", &ptr, "42"},
		{"{{ v|add:1 }}", filterLevel(3), "4"},
		{"{{ v|add:1 }}", float32(1.5), "2"},
		{"{{ v|add:1 }}", uint64(math.MaxUint64), "18446744073709551616"},
		{"{{ v|add:1 }}", int64(math.MaxInt64), "9223372036854775808"},
		{"{{ v|add:-2 }}", int64(math.MinInt64), "-9223372036854775810"},
		{"{{ v|add:v }}", mustInt("-9223372036854775809"), "-18446744073709551618"},
		{"{{ v|add:1 }}", decimal.RequireFromString("2.9"), "3"},
		{"{{ v|add:'x' }}", filterColour("re"), "rex"},
		{"{{ v|add:v }}", []string{"a"}, "[&#x27;a&#x27;, &#x27;a&#x27;]"},
		{"{{ v|add:v }}", [2]int{1, 2}, "(1, 2, 1, 2)"},
		{"{{ v|add:v }}", time.Hour, "2:00:00"},
		{"{{ v.t|add:v.d|date:'H:i' }}", map[string]any{"t": now, "d": time.Hour}, "13:30"},
		{"{{ v.d|add:v.t|date:'Y-m-d' }}", map[string]any{"t": civil.Date{Year: 2024, Month: 2, Day: 28}, "d": 49 * time.Hour}, "2024-03-01"},
		{"{{ v|add:'x' }}", products, ""},
		{"{{ v|floatformat:2 }}", float32(0.1), "0.10"},
		{"{{ v|floatformat:2 }}", uint64(math.MaxUint64), "18446744073709551615.00"},
		{"{{ v|floatformat:2 }}", mustInt("12345678901234567890123"), "12345678901234567890123.00"},
		{"{{ v|floatformat:1 }}", decimal.RequireFromString("2.45"), "2.5"},
		{"{{ v|floatformat:1 }}", decimal.New(1, 300), "1E+300"},
		{"{{ v|floatformat }}", decimal.New(-5, -400), "-5E-400"},
		{"{{ v|floatformat:'2g' }}", 1234567.891, "1,234,567.89"},
		{"{{ v|floatformat }}", filterColour("3.25"), "3.3"},
		{"{{ v|floatformat }}", time.Hour, ""},
		{"{{ v|stringformat:'05d' }}", int16(42), "00042"},
		{"{{ v|stringformat:'x' }}", mustInt("18446744073709551616"), "10000000000000000"},
		{"{{ v|stringformat:'.1f' }}", decimal.RequireFromString("2.25"), "2.2"},
		{"{{ v|stringformat:'s' }}", filterMoney{1234}, "€ &amp; 12.34"},
		{"{{ v|stringformat:'-6s|' }}", filterColour("red"), "red   |"},
		{"{{ v|stringformat:'(a)s' }}", map[string]int{"a": 7}, "7"},
		{"{{ v|filesizeformat }}", uint32(2048), "2.0\u00a0KB"},
		{"{{ v|filesizeformat }}", -mustInt("5368709120").Int64(), "-5.0\u00a0GB"},
		{"{{ v|divisibleby:7 }}", mustInt("70000000000000000000000"), "True"},
		{"{{ v|get_digit:1 }}", mustInt("123456789012345678901234567890"), "0"},
		{"{{ v|pluralize }} {{ v|pluralize:'y,ies' }}", []int{1}, " y"},
		{"{{ v|pluralize }}", map[string]int{}, "s"},
		{"{{ v|pluralize }}", filterLevel(1), ""},
		{"{{ v|length }}", [3]int{}, "3"},
		{"{{ v|length }}", map[string]int{"a": 1}, "1"},
		{"{{ v|length }}", filterColour("grün"), "4"},
		{"{{ v|first }}{{ v|last }}", [3]string{"a", "b", "c"}, "ac"},
		{"{{ v|first }}{{ v|last }}{{ v|slice:'1:' }}{{ v|join:'-' }}", filterShade("grün"), "gnrüng-r-ü-n"},
		{"{{ v|first }}{{ v|add:'!' }}{{ v|cut:'L' }}", i18n.LazyText("LaLa"), "LLaLa!aa"},
		{"{{ v|first }}", []int(nil), ""},
		{"{{ v|first }}", map[int]string{0: "zero"}, "zero"},
		{"{{ v|join:', ' }}", []int{1, 2}, "1, 2"},
		{"{{ v|join:'<br>' }}", []any{"<a>", markup.HTML("<b>"), 1.0, nil, filterMoney{1}, filterList{"x"}}, "&lt;a&gt;<br><b><br>1.0<br>None<br>€ &amp; 0.01<br><ul>x</ul>"},
		{"{% autoescape off %}{{ v|join:'<br>' }}{% endautoescape %}", []filterColour{"<a>", "b"}, "<a><br>b"},
		{"{% autoescape off %}{{ v|join:'-' }}{% endautoescape %}", []int{1, 2}, "[1, 2]"},
		{"{{ v|slice:':2' }}", []int{1, 2, 3}, "[1, 2]"},
		{"{{ v|slice:'::-1' }}", []int{1, 2, 3}, "[3, 2, 1]"},
		{"{{ v|slice:'1:' }}", [3]int{1, 2, 3}, "(2, 3)"},
		{"{{ v|slice:'1:4' }}", "grün😀x", "rün"},
		{"{% for p in v|slice:':1' %}{{ p.name }}{% endfor %}", products, "b"},
		{"{% for p in v|dictsort:'name' %}{{ p.name }}{% endfor %}", products, "abc"},
		{"{% for p in v|dictsortreversed:'price' %}{{ p.name }}{% endfor %}", products, "abc"},
		{"{{ v|dictsort:'sizes.0'|length }}", products, "0"},
		{"{% for p in v|dictsort:1 %}{{ p.0 }}{% endfor %}", [][]any{{"x", 2}, {"y", 1}}, "yx"},
		{"{{ v|unordered_list }}", []any{"a", []string{"<b>"}}, "\t<li>a\n\t<ul>\n\t\t<li>&lt;b&gt;</li>\n\t</ul>\n\t</li>"},
		{"{{ v|make_list }}", 120, "[&#x27;1&#x27;, &#x27;2&#x27;, &#x27;0&#x27;]"},
		{"{{ v|date:'Y-m-d H:i' }}", now, "2024-03-01 12:30"},
		{"{{ v|date:'Y-m-d H:i' }}", &now, "2024-03-01 12:30"},
		{"{{ v|date }}", civil.Date{Year: 2024, Month: 2, Day: 29}, "Feb. 29, 2024"},
		{"{{ v|date:arg }}", civil.Date{Year: 2024, Month: 2, Day: 29}, "Feb. 29, 2024"},
		{"{{ v|date:'Y' }}", civil.Time{Hour: 1}, ""},
		{"{{ v|date:'Y' }}", "2024", ""},
		{"{{ v|date:'Y' }}", (*time.Time)(nil), ""},
		{"{{ v|time }} {{ v|time:'H.i' }}", civil.Time{Hour: 16, Minute: 5}, "4:05 p.m. 16.05"},
		{"{{ v|time:'H' }}", civil.Date{Year: 2024, Month: 1, Day: 1}, ""},
		{"{{ v|timesince }}", now.Add(-90 * time.Minute), "1\u00a0hour, 30\u00a0minutes"},
		{"{{ v|timeuntil }}", now.Add(25 * time.Hour), "1\u00a0day, 1\u00a0hour"},
		{"{{ v|timesince }}", civil.Date{Year: 2024, Month: 2, Day: 29}, "1\u00a0day, 12\u00a0hours"},
		{"{{ v.0|timesince:v.1 }}", []any{civil.Date{Year: 2024, Month: 2, Day: 1}, civil.Date{Year: 2024, Month: 3, Day: 1}}, "1\u00a0month"},
		{"{{ v.0|timesince:v.1 }}", []any{now, civil.Date{Year: 2024, Month: 3, Day: 2}}, "11\u00a0hours, 29\u00a0minutes"},
		{"{{ v.0|timesince:v.1 }}", []any{civil.Date{Year: 2024, Month: 3, Day: 1}, now}, "12\u00a0hours, 30\u00a0minutes"},
		{"{{ v|timesince }}", i18n.Naive(now.Add(-time.Hour)), "1\u00a0hour"},
		{"{{ v.0|timesince:v.1 }}", []any{i18n.Naive(now), i18n.Naive(now.Add(time.Hour))}, "1\u00a0hour"},
		{"{{ v.0|timesince:v.1 }}", []any{i18n.Naive(now), now}, ""},
		{"{{ v|timesince }}", nil, ""},
		{"{{ v|default:'none' }}", time.Time{}.Add(1), "Jan. 1, 0001, midnight"},
		{"{{ v|default:'none' }}", time.Duration(0), "none"},
		{"{{ v|default:'none' }}", decimal.Decimal{}, "none"},
		{"{{ v|default:'none' }}", filterRef{}, "none"},
		{"{{ v|default:'none'|length }}", []int{}, "4"},
		{"{{ v|default_if_none:'none' }}", (*int)(nil), "none"},
		{"{{ v|yesno }} {{ v|yesno:'a,b' }}", filterRef{&products[0]}, "yes a"},
		{"{{ v|yesno }}", filterRef{}, "maybe"},
		{"{{ v|lower }}", filterMoney{5}, "€ &amp; 0.05"},
		{"{{ v|upper }}", filterList{"x"}, "&lt;UL&gt;X&lt;/UL&gt;"},
		{"{{ v|lower }}", filterList{"X"}, "<ul>x</ul>"},
		{"{{ v|title }}", i18n.LazyText("they're HERE"), "They&#x27;re Here"},
		{"{{ v|escape }}{{ v|force_escape }}", markup.HTML("<b>"), "<b>&lt;b&gt;"},
		{"{{ v|escapeseq|join:'' }}{{ v|safeseq|join:'' }}", []any{"<", markup.HTML("<b>"), 5}, "&lt;<b>5<<b>5"},
		{"{{ v|json_script:'x' }}", map[string]any{"a": []int{1}}, `<script id="x" type="application/json">{"a": [1]}</script>`},
		{"{{ v|json_script }}", "</script>", `<script type="application/json">"\u003C/script\u003E"</script>`},
		{"{{ v|pprint }}", []any{1, filterMoney{1}, products[0]}, "[1, &lt;filterMoney: € &amp; 0.01&gt;, &lt;filterProduct object&gt;]"},
		{"{{ v|center:7 }}|{{ v|ljust:'5' }}|{{ v|rjust:5 }}", "grü", "  grü  |grü  |  grü"},
		{"{{ v|truncatechars:3 }}", "x😀yz", "x😀…"},
		{"{{ v|truncatewords:1 }}", 1.5, "1.5"},
		{"{{ v|wordcount }}", "one\u00a0two\x1cthree", "3"},
		{"{{ v|linenumbers }}", "a\nb & c", "1. a\n2. b &amp; c"},
		{"{{ v|urlencode }} {{ v|urlencode:'' }} {{ v|iriencode }}", "a/b ü?", "a/b%20%C3%BC%3F a%2Fb%20%C3%BC%3F a/b%20%C3%BC?"},
		{"{{ v|random }}", []int{7}, "7"},
		{"{{ v|random }}", []int{}, ""},
		{"{{ v|cut:'<'|safe }}", "a<b", "ab"},
	} {
		engine, err := template.New(&template.Options{Now: func() time.Time { return now.Add(0) }})
		if err != nil {
			t.Fatal(err)
		}
		page, err := engine.Parse("", test.source)
		if err != nil {
			t.Errorf("%s: %v", test.source, err)
			continue
		}
		got, err := page.RenderString(t.Context(), map[string]any{"v": test.v, "arg": nil})
		if err != nil || got != test.want {
			t.Errorf("%s of %#v: got %q, %v, want %q", test.source, test.v, got, err, test.want)
		}
	}
}

// TestFilterErrors has what ends a render, as an exception does in Django.
func TestFilterErrors(t *testing.T) {
	t.Parallel()
	engine, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		source string
		v      any
		want   string
	}{
		{"{{ v|add:1 }}", math.Inf(1), "too large"},
		{"{{ v|divisibleby:3 }}", "x", "no number"},
		{"{{ v|divisibleby:0 }}", 5, "division by zero"},
		{"{{ v|get_digit:2 }}", -1, "minus"},
		{"{{ v|first }}", 5, "not iterable"},
		{"{{ v|first }}", map[string]int{"a": 1}, "no order"},
		{"{{ v|last }}", nil, "not iterable"},
		{"{{ v|escapeseq }}", 5, "not iterable"},
		{"{{ v|date:'H' }}", civil.Date{Year: 2024, Month: 1, Day: 1}, "days"},
		{"{{ v|timesince }}", "yesterday", "needs a date"},
		{"{{ v|floatformat:'' }}", 1.5, "empty"},
		{"{{ v|floatformat:2000000 }}", 1.5, "places"},
		{"{{ v|stringformat:'d' }}", math.Inf(1), "too large"},
		{"{{ v|stringformat:'99999999d' }}", 1, "too large"},
		{"{{ v|ljust:99999999 }}", "x", "width"},
		{"{{ v|center:'x' }}", "x", "no number"},
		{"{{ v|wordwrap:'x' }}", "x", "no number"},
		{"{{ v|phone2numeric }}", 5, "needs text"},
		{"{{ v|json_script:'x' }}", math.NaN(), "NaN"},
		{"{{ v|unordered_list }}", nested(400), "deep"},
		{"{{ v|join:', ' }}", filterRows{}, "connection lost"},
		{"{{ v|slice:':2' }}", filterRows{}, "connection lost"},
		{"{{ v|length }}", filterRows{}, "connection lost"},
		{"{{ v|dictsort:'id' }}", filterRows{}, "connection lost"},
		{"{{ v|first }}", filterRows{}, "connection lost"},
		{"{{ v|dictsort:0 }}", []map[string]int{{"a": 1}}, "no key"},
	} {
		page, err := engine.Parse("", test.source)
		if err != nil {
			t.Errorf("%s: %v", test.source, err)
			continue
		}
		got, err := page.RenderString(t.Context(), map[string]any{"v": test.v})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s of %v: got %q, error %v, want one with %q", test.source, test.v, got, err, test.want)
		}
	}
}

func nested(depth int) any {
	var v any = "x"
	for range depth {
		v = []any{"item", v}
	}
	return v
}

// TestFilterArguments counts arguments when a template is compiled.
func TestFilterArguments(t *testing.T) {
	t.Parallel()
	engine, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	none := strings.Fields(`addslashes capfirst escape escapejs escapeseq filesizeformat first force_escape iriencode last length
		linebreaks linebreaksbr linenumbers lower make_list phone2numeric pprint random safe safeseq slugify striptags title
		unordered_list upper urlize wordcount`)
	one := strings.Fields(`add center cut default default_if_none dictsort dictsortreversed divisibleby get_digit join ljust rjust
		slice stringformat truncatechars truncatechars_html truncatewords truncatewords_html urlizetrunc wordwrap`)
	optional := strings.Fields("date floatformat json_script pluralize time timesince timeuntil urlencode yesno")
	check := func(source string, fails bool) {
		t.Helper()
		_, err := engine.Parse("", source)
		var syntax *template.SyntaxError
		if fails != errors.As(err, &syntax) || fails != (err != nil) {
			t.Errorf("%s: error %v, want one: %v", source, err, fails)
		}
	}
	for _, name := range none {
		check("{{ v|"+name+" }}", false)
		check("{{ v|"+name+":1 }}", true)
	}
	for _, name := range one {
		check("{{ v|"+name+" }}", true)
		check("{{ v|"+name+":1 }}", false)
	}
	for _, name := range optional {
		check("{{ v|"+name+" }}", false)
		check("{{ v|"+name+":1 }}", false)
	}
	if n := len(none) + len(one) + len(optional); n != 57 {
		t.Errorf("%d filters are counted, Django 6.1 has 57", n)
	}
}
