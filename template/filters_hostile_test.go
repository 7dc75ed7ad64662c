package template_test

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/template"
)

// allTextFilters are all filters that take text, with an argument that makes them work.
var allTextFilters = []string{
	"add:'x'", "addslashes", "capfirst", "center:20", "cut:'a'", "date:'Y'", "default:1", "default_if_none:1", "dictsort:'a'",
	"dictsortreversed:'0'", "escape", "escapejs", "escapeseq|length", "filesizeformat", "first", "floatformat:2", "force_escape",
	"get_digit:2", "iriencode", "join:'-'", "json_script:'id'", "last", "length", "linebreaks", "linebreaksbr", "linenumbers",
	"ljust:20", "lower", "make_list|length", "phone2numeric", "pluralize", "pprint", "random", "rjust:20", "safe", "safeseq|length",
	"slice:'1:-1'", "slice:'::-2'", "slugify", "stringformat:'s'", "stringformat:'r'", "striptags", "time:'H'", "title", "truncatechars:9",
	"truncatechars:999999999", "truncatechars_html:9", "truncatechars_html:999999999", "truncatewords:9", "truncatewords:999999999",
	"truncatewords_html:9", "truncatewords_html:999999999", "unordered_list", "upper", "urlencode", "urlize", "urlizetrunc:9", "wordcount",
	"wordwrap:9", "wordwrap:1000000", "yesno",
}

// hostilePieces make texts that are long, and that have been bad for one filter or another.
var hostilePieces = []string{
	"a", " a", " ", "\n", "\r\n\n", "9", "1_", "<", "<a ", "<b>x", "<!--", "&", "&#", "&amp;", "'\"", "é", "e\u0301", "Σ'", "ß", "\xff", "😀",
	"http://a.com/(", "a@b.co ", "www.", "((((", "))))", "%", "-", ".", "a,", "_",
}

// repeat returns a text of n bytes.
func repeat(piece string, n int) string { return strings.Repeat(piece, n/len(piece)+1)[:n] }

// TestFiltersStayLinear renders every filter with texts of odd kinds, and with those twice as long:
// twice the memory is allocated, and no more. Time is left to the limit of the test as a whole.
func TestFiltersStayLinear(t *testing.T) {
	// Not parallel: it counts what is allocated.
	const size = 16 << 10
	engine, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range allTextFilters {
		page, err := engine.Parse("", "{{ v|"+filter+" }}")
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range hostilePieces {
			once, err1 := allocated(page, map[string]any{"v": repeat(piece, size)})
			twice, err2 := allocated(page, map[string]any{"v": repeat(piece, 2*size)})
			if (err1 == nil) != (err2 == nil) {
				t.Errorf("%s of %q…: errors %v and %v", filter, piece, err1, err2)
			}
			// What a render keeps for the next one is new now and then.
			if twice > 3*once+100*size || twice > 1000*size {
				t.Errorf("%s of %q…: %d bytes, and %d for a text twice as long", filter, piece, once, twice)
			}
		}
	}
}

// TestFiltersOfMegabytes renders every filter with a text of a megabyte.
func TestFiltersOfMegabytes(t *testing.T) {
	t.Parallel()
	engine, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range allTextFilters {
		page, err := engine.Parse("", "{{ v|"+filter+" }}")
		if err != nil {
			t.Fatal(err)
		}
		if err := page.Render(t.Context(), io.Discard, map[string]any{"v": repeat(" <a&'", 1<<20)}); err != nil {
			t.Logf("%s: %.200v", filter, err)
		}
	}
}

// TestFiltersOfDeepLists renders lists in lists, also one that holds itself.
func TestFiltersOfDeepLists(t *testing.T) {
	t.Parallel()
	var deep any = "x"
	for range 100_000 {
		deep = []any{"item", deep}
	}
	self := []any{"item", nil}
	self[1] = self
	wide := make([]any, 10_000)
	for i := range wide {
		wide[i] = map[string]any{"n": -i}
	}
	engine, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range allTextFilters {
		page, err := engine.Parse("", "{{ v|"+filter+" }}")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{deep, self, wide} {
			var b strings.Builder
			err := page.Render(t.Context(), &b, map[string]any{"v": v})
			if b.Len() > 20<<20 {
				t.Errorf("%s: %d bytes, error %v", filter, b.Len(), err)
			}
		}
	}
}

// allocated returns how many bytes a render allocates, and its error.
func allocated(page *template.Template, data map[string]any) (uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := page.Render(context.Background(), io.Discard, data)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}
