package text_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/text"
)

// hostile are texts that made Django, or a plain way to write such functions, take time or memory
// that grows with the square of the text (CVE-2019-14232, 2023-43665, 2024-27351, 2025-26699 and
// others).
var hostile = map[string]string{
	"letters": "a", "spaces": " ", "words": "a ", "tabs": "\t", "lines": "a\n", "blank lines": "\n", "returns": "\r",
	"hyphens": "-", "underscores": "_", "hyphens and spaces": "- ", "capitals": "A", "camels": "aB", "sigmas": "Σ.",
	"marks": "\u0301", "letters with marks": "e\u0301", "ligatures": "ﷺ", "digits": "1A", "apostrophes": "a'S",
	"quotes": `"`, "open quotes": `" `, "escaped quotes": ` \"`, "both quotes": `"' `, "backslashes": `\`, "broken": "\xff",
}

var functions = map[string]func(string){
	"Slugify":           func(s string) { text.Slugify(s, nil) },
	"SlugifyUnicode":    func(s string) { text.Slugify(s, &text.SlugifyOptions{AllowUnicode: true}) },
	"CamelCaseToSpaces": func(s string) { text.CamelCaseToSpaces(s) },
	"CapFirst":          func(s string) { text.CapFirst(s) },
	"Title":             func(s string) { text.Title(s) },
	"Upper":             func(s string) { text.Upper(s) },
	"Lower":             func(s string) { text.Lower(s) },
	"PhoneToNumeric":    func(s string) { text.PhoneToNumeric(s) },
	"NormalizeNewlines": func(s string) { text.NormalizeNewlines(s) },
	"LineNumbers":       func(s string) { text.LineNumbers(s) },
	"ValidFilename":     func(s string) { text.ValidFilename(s) },
	"TruncateChars":     func(s string) { text.TruncateChars(s, len(s)/2, nil) },
	"TruncateWords":     func(s string) { text.TruncateWords(s, len(s)/4, nil) },
	"Wrap":              func(s string) { text.Wrap(s, 10) },
	"WrapWide":          func(s string) { text.Wrap(s, len(s)) },
	"Unescape":          func(s string) { text.UnescapeStringLiteral(`"` + s + `"`) },
	"SmartSplit": func(s string) {
		for range text.SmartSplit(s) {
		}
	},
}

// TestHostile gives every function half a mebibyte of each text: with the square of that it would not
// come back. The memory that it asks for may grow with the text, and hardly faster. Not parallel:
// the count of memory is of the whole process.
func TestHostile(t *testing.T) {
	for name, f := range functions {
		for what, unit := range hostile {
			n := hostileBytes / len(unit)
			small, large := allocated(f, strings.Repeat(unit, n/8)), allocated(f, strings.Repeat(unit, n))
			if large > 12*small+1<<20 {
				t.Errorf("%s of %s: %d bytes of memory for an eighth, %d for a whole text", name, what, small, large)
			}
			if large > 128<<20 {
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
