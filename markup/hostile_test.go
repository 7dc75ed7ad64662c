package markup_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/markup"
)

// hostile are texts that made Django, Python's parser, or a plain way to write such functions, take
// time or memory that grows with the square of the text: the classes of CVE-2019-14232 to 14235,
// 2022-41323, 2023-43665, 2024-24680, 2024-27351, 2024-38875, 2024-41990, 2024-45230, 2024-53907,
// 2025-6069, 2025-32873 and others.
var hostile = map[string]string{
	"letters": "a", "spaces": " ", "lines": "\n", "special": `<&>"'`, "ampersands": "&", "entities": "&amp", "numbers": "&#1",
	"broken numbers": "&#;", "names": "&a", "dashes in names": "&a-", "opening": "<", "closing": ">", "tag starts": "<a", "end starts": "</a",
	"slashes": "</", "comments": "<!--", "comment ends": "<!-- -- ", "declarations": "<!", "instructions": "<?", "sections": "<![cdata[",
	"section ends": "<![cdata[]]", "office": "<![if", "attributes": "<a b", "equals": "<a b=", "quotes": `<a b="`, "quotes and ends": `<a b='>"`,
	"both quotes": `<a b='<a b="`, "slash attributes": "<a b=<a/", "spaced quotes": `<a b= "`, "nested": "<<a>", "scripts": "<script>",
	"script ends": "<script></script ", "open elements": "<b>", "ended elements": "</b>", "mixed elements": "<a></b>", "long name": "<\u0130",
	"space between": "> ", "between": "> <", "dots": "a.", "addresses": "a@", "hosts": "a.a@a.", "round": "(", "round ends": ".)", "square": "[]",
	"punctuation": ".;", "entity punctuation": "&.;", "semicolons": ";", "colons": ":;", "www": "www.", "http": "http://", "https": "https://a[",
	"percents": "%", "query": "?&", "plus": "+", "marks": "e\u0301", "broken": "\xff", "ligatures": "ﷺ", "braces": "{}", "open braces": "{",
}

var functions = map[string]func(string){
	"Escape":        func(s string) { markup.Escape(s) },
	"EscapeJS":      func(s string) { markup.EscapeJS(s) },
	"Format":        func(s string) { markup.Format(s, "a") },
	"Join":          func(s string) { markup.Join(s, "{}", [][]any{{s}, {s}}) },
	"JSONScript":    func(s string) { markup.JSONScript(s, "id") },
	"LineBreaks":    func(s string) { markup.LineBreaks(markup.HTML(s)) },
	"LineBreaksBR":  func(s string) { markup.LineBreaksBR(markup.HTML(s)) },
	"StripSpaces":   func(s string) { markup.StripSpacesBetweenTags(markup.HTML(s)) },
	"AvoidWrapping": func(s string) { _ = markup.AvoidWrapping(s) },
	"StripTags":     func(s string) { markup.StripTags(s) },
	"StripTagsEnd":  func(s string) { markup.StripTags(s + ">") },
	"StripTagsIn":   func(s string) { markup.StripTags("<b>" + s + "</b>") },
	"Urlize":        func(s string) { markup.Urlize(s, nil) },
	"UrlizeAddress": func(s string) { markup.Urlize("http://a.com/&x;"+s+"a@example.com)];.", nil) },
	"SmartURLQuote": func(s string) { markup.SmartURLQuote("http://a/?" + s) },
	"QuoteURL":      func(s string) { markup.QuoteURL(s, "/") },
	"TruncateChars": func(s string) { markup.TruncateChars(markup.HTML(s), len(s)/2, nil) },
	"TruncateWords": func(s string) { markup.TruncateWords(markup.HTML(s), len(s)/4, nil) },
}

// TestHostile gives every function half a mebibyte of each text: with the square of that it would not
// come back. The memory that it asks for may grow with the text, and hardly faster. Not parallel:
// the count of memory is of the whole process.
func TestHostile(t *testing.T) {
	for name, f := range functions {
		for what, unit := range hostile {
			n := hostileBytes / len(unit)
			small, large := allocated(f, strings.Repeat(unit, n/8)), allocated(f, strings.Repeat(unit, n))
			if large > 12*small+2<<20 {
				t.Errorf("%s of %s: %d bytes of memory for an eighth, %d for a whole text", name, what, small, large)
			}
			if large > 512<<20 {
				t.Errorf("%s of %s: %d bytes of memory", name, what, large)
			}
		}
	}
}

func allocated(f func(string), s string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f(s)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
