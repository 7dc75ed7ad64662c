package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nuages-web/nuages/text"
)

func FuzzSmartSplit(f *testing.F) {
	f.Add(`This is "a person\"s" test.`)
	f.Add("words='something else")
	f.Add("\"\\\n\" '\xff\u00a0")
	f.Fuzz(func(t *testing.T, s string) {
		rest := s
		for _, part := range slices.Collect(text.SmartSplit(s)) {
			i := strings.Index(rest, part)
			if part == "" || i < 0 || text.TrimSpace(rest[:i]) != "" {
				t.Fatalf("SmartSplit(%q): part %q is not the next after white space in %q", s, part, rest)
			}
			rest = rest[i+len(part):]
		}
		if text.TrimSpace(rest) != "" {
			t.Fatalf("SmartSplit(%q) leaves %q", s, rest)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("Crème brûlée, 2 of ½\tİΣ\r\n'S", 5)
	f.Add("\xff\xe2\x82 e\u0301", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		slug := text.Slugify(s, nil)
		if text.Slugify(slug, nil) != slug {
			t.Fatalf("Slugify(%q) = %q, which is none", s, slug)
		}
		if cut := text.TruncateChars(s, n, nil); n > 0 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x300 }) && utf8.RuneCountInString(cut) > n {
			t.Fatalf("TruncateChars(%q, %d) = %q, which is too long", s, n, cut)
		}
		if got, want := text.Fields(text.Wrap(s, n)), text.Fields(strings.ReplaceAll(s, "\t", " ")); utf8.ValidString(s) && !slices.Equal(got, want) {
			t.Fatalf("Wrap(%q, %d) has the words %q", s, n, got)
		}
		text.TruncateWords(s, n, nil)
		text.Title(s)
		text.CamelCaseToSpaces(s)
		text.ValidFilename(s)
		text.UnescapeStringLiteral(s)
		text.LineNumbers(s)
	})
}

func BenchmarkSlugify(b *testing.B) {
	for name, s := range map[string]string{"ascii": "A title of an article, as it is", "accents": "Crème brûlée à l'américaine, 2 façons"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text.Slugify(s, nil)
			}
		})
	}
}
