package templatefuzz

import (
	"fmt"
	"slices"

	"github.com/nuages-web/nuages/internal/pyvalue"
)

// kind is what a variable holds, as far as the maker knows.
type kind int

const (
	text kind = iota
	safeText
	integer
	float
	boolean
	none
	decimal
	date
	datetime
	texts    // a list of texts
	integers // a list of integers
	pairs    // a list of pairs of a text and an integer
	rows     // a list of dicts with the keys name, n and tags
	row      // such a dict
	counts   // a dict of integers
	missing
	kinds // their number
)

// variable is a name, or a path with dots, that the templates of a sample may use.
type variable struct {
	path string
	kind kind
}

// words have what is special in HTML, URLs, scripts and Unicode.
var words = []string{
	"apple", "Banana", "a", "two words", "<b>bold</b>", "x & y", `say "hi"`, "it's", "&lt;ready&gt;", "",
	"Ünï-cödé", "ÅNGSTRÖM", "日本語 文字", "😀 grin", "ß", "İstanbul", "line one\nline two", "a\n\nb\r\nc", "tab\there", "  padded  ",
	"100%", "1,2,3", "42", "-7", "3.14", "a/b?c=d&e=f#g", "<script>alert('1')</script>", "back\\slash", "MiXeD cAsE tExT",
	"the quick brown fox jumps over the lazy dog", "{{ braces }}", "{% tag %}", "a.b.c", "x_y-z", "0", "None", "False", "é",
}

// entry adds a variable and its value to the context.
func (g *gen) entry(name string, k kind) {
	if k != missing {
		g.context = append(g.context, pyvalue.Pair{Key: name, Value: g.value(k)})
	}
	g.scope = append(g.scope, variable{name, k})
	if k == row {
		g.scope = append(g.scope, variable{name + ".name", text}, variable{name + ".n", integer}, variable{name + ".tags", texts})
	}
}

// value makes a value of a kind.
func (g *gen) value(k kind) any {
	switch k {
	case text:
		return g.pick(words)
	case safeText:
		return pyvalue.Safe(g.pick(words))
	case integer:
		return int64(pick(g, []int{0, 1, 2, 3, 5, 7, -1, -12, 10, 42, 100, 1000, 123456, 1234567890}))
	case float:
		return pick(g, []float64{0.5, 1.5, -2.25, 3.0, 3.14159, 100.0, 0.1, 1234.5678, -0.75})
	case boolean:
		return g.chance(50)
	case none:
		return nil
	case decimal:
		return pyvalue.Decimal(g.pick([]string{"1.50", "0.1", "-3.00", "1234567.891", "100", "0.005"}))
	case date:
		return pyvalue.Date(g.pick([]string{"2024-02-29", "1999-12-31", "2026-01-01", "2008-07-04"}))
	case datetime:
		return pyvalue.Datetime{ISO: g.pick([]string{"2024-02-29T14:05:09", "1999-12-31T23:59:59.123456", "2026-01-01T00:00:00", "2008-07-04T12:30:00"})}
	}
	return g.container(k)
}

// container makes a value of a kind that holds others; every sixth is empty.
func (g *gen) container(k kind) any {
	n := g.intn(5)
	if k == row {
		return pyvalue.Dict{{Key: "name", Value: g.value(text)}, {Key: "n", Value: g.value(integer)}, {Key: "tags", Value: g.container(texts)}}
	}
	if k == counts {
		dict := pyvalue.Dict{}
		for i := range n {
			dict = append(dict, pyvalue.Pair{Key: fmt.Sprintf("k%d", i), Value: g.value(integer)})
		}
		g.rand.Shuffle(len(dict), func(i, j int) { dict[i], dict[j] = dict[j], dict[i] })
		return dict
	}
	list := make([]any, n)
	for i := range list {
		switch k {
		case texts:
			list[i] = g.value(text)
		case integers:
			list[i] = g.value(integer)
		case rows:
			list[i] = g.container(row)
		case pairs:
			list[i] = pyvalue.Tuple{g.value(text), g.value(integer)}
		}
	}
	if k == rows { // rows that are alike, for {% regroup %}
		slices.SortStableFunc(list, func(a, b any) int {
			return int(a.(pyvalue.Dict)[1].Value.(int64) - b.(pyvalue.Dict)[1].Value.(int64))
		})
	}
	if g.chance(30) {
		return pyvalue.Tuple(list)
	}
	return list
}
