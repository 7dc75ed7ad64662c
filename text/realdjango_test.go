package text_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/text"
)

// djangoScript answers questions [function, arguments…]. What Django 6.1 does differently from
// 3.2 is asked of Python's own modules that it uses.
const djangoScript = realdjango.Configure + `
import json, sys, textwrap
from django.template.defaultfilters import title
from django.utils import text as t

def wrap(s, width):
    w = textwrap.TextWrapper(width=width, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)
    lines = [part for line in s.splitlines() for part in w.wrap(line) or [line]]
    return "\n".join(lines + [""] * s.endswith("\n"))

functions = {
    "Slugify": t.slugify, "SlugifyUnicode": lambda s: t.slugify(s, allow_unicode=True),
    "CamelCaseToSpaces": t.camel_case_to_spaces, "CapFirst": t.capfirst, "PhoneToNumeric": t.phone2numeric,
    "NormalizeNewlines": t.normalize_newlines, "SmartSplit": lambda s: list(t.smart_split(s)),
    "UnescapeStringLiteral": t.unescape_string_literal, "ValidFilename": t.get_valid_filename,
    "TruncateChars": lambda s, n: t.Truncator(s).chars(n), "TruncateWords": lambda s, n: t.Truncator(s).words(n),
    "TruncateCharsEnding": lambda s, n, e: t.Truncator(s).chars(n, truncate=e),
    "Title": lambda s: str(title(s)), "Upper": str.upper, "Lower": str.lower, "Wrap": wrap,
    "Fields": str.split, "TrimSpace": str.strip,
}
answers = []
for name, *args in json.load(sys.stdin):
    try:
        answers.append(functions[name](*args))
    except Exception:
        answers.append(None)
json.dump(answers, sys.stdout)
`

// pieces are what texts are put together of at random.
var pieces = strings.Split(" |  |\n|\r\n|\r|\t|\v|\f|\x1c|\u0085|\u2028|\u00a0|a|B|Word|long-word|ß|Σ|σ|ΑΣ|İ|ı|ǆ|ǅ|ﬁ|ŉ|é|e\u0301|"+
	"中文|😀|\u200d|1|2nd|'s|'S|they're|\"|'|\\|\\\"|\\'|\\\n|=|_|-|--|.|..|½|²|Ⅷ|ⓐ|camelCase|HTTPServer|ª|ᾳ|\u0345|&|<|>|K|ſ|\u00ad|\u0301|à\u0323|…|·", "|")

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(10) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// questions collects what to ask Django, and what we say.
type questions struct {
	asked   [][]any
	answers []any
}

func (q *questions) add(answer any, name string, args ...any) {
	q.asked = append(q.asked, append([]any{name}, args...))
	q.answers = append(q.answers, answer)
}

func (q *questions) addText(r *rand.Rand, s string) {
	n := 1 + r.IntN(12)
	q.add(text.Slugify(s, nil), "Slugify", s)
	q.add(text.Slugify(s, &text.SlugifyOptions{AllowUnicode: true}), "SlugifyUnicode", s)
	q.add(text.CamelCaseToSpaces(s), "CamelCaseToSpaces", s)
	q.add(text.CapFirst(s), "CapFirst", s)
	q.add(text.PhoneToNumeric(s), "PhoneToNumeric", s)
	q.add(text.NormalizeNewlines(s), "NormalizeNewlines", s)
	q.add(anyList(slices.Collect(text.SmartSplit(s))), "SmartSplit", s)
	q.add(orNil(text.UnescapeStringLiteral(s)), "UnescapeStringLiteral", s)
	q.add(orNil(text.ValidFilename(s)), "ValidFilename", s)
	q.add(text.TruncateChars(s, n, nil), "TruncateChars", s, n)
	q.add(text.TruncateWords(s, n, nil), "TruncateWords", s, n)
	ending := []string{"...", "[%(truncated_text)s]", "%(truncated_text)s", "a\u0301", "100%% of %(truncated_text)s"}[r.IntN(5)]
	q.add(text.TruncateChars(s, n, &text.TruncateOptions{Ending: ending}), "TruncateCharsEnding", s, n, ending)
	q.add(text.Title(s), "Title", s)
	q.add(text.Upper(s), "Upper", s)
	q.add(text.Lower(s), "Lower", s)
	q.add(text.Wrap(s, n), "Wrap", s, n)
	q.add(anyList(text.Fields(s)), "Fields", s)
	q.add(text.TrimSpace(s), "TrimSpace", s)
}

func anyList(list []string) []any {
	out := []any{}
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func orNil(s string, err error) any {
	if err != nil {
		return nil
	}
	return s
}

func (q *questions) compare(t *testing.T) {
	t.Helper()
	in, err := json.Marshal(q.asked)
	if err != nil {
		t.Fatal(err)
	}
	var want []any
	if err := json.Unmarshal(realdjango.Run(t, djangoScript, in), &want); err != nil {
		t.Fatal(err)
	}
	different := 0
	for i, answer := range q.answers {
		if !cmp.Equal(answer, want[i]) {
			if different++; different <= 20 {
				t.Errorf("%q\n got %q\nwant %q", q.asked[i], answer, want[i])
			}
		}
	}
	t.Logf("%d answers compared, %d different", len(want), different)
}

func TestAgainstDjango(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 26))
	var q questions
	for range 1500 {
		q.addText(r, randomText(r))
	}
	q.compare(t)
}

// TestCharacters asks about every character that Python's version of Unicode knows, but for five
// that became small letters in Unicode 15.
func TestCharacters(t *testing.T) {
	t.Parallel()
	known := string(realdjango.Run(t, `
import sys, unicodedata
for c in map(chr, range(sys.maxunicode + 1)):
    if unicodedata.category(c) not in ("Cn", "Cs", "Co") and c not in "\u10fc\ua7f2\ua7f3\ua7f4\uab69":
        sys.stdout.write(c)
`, nil))
	var q questions
	// In pieces, between letters and spaces: some of Python's answers depend on the neighbours.
	for chunk := range slices.Chunk([]rune(known), 500) {
		for _, sep := range []string{"", "aΣ "} {
			var b strings.Builder
			for _, r := range chunk {
				b.WriteRune(r)
				b.WriteString(sep)
			}
			s := b.String()
			q.add(text.Upper(s), "Upper", s)
			q.add(text.Lower(s), "Lower", s)
			q.add(text.Title(s), "Title", s)
			q.add(anyList(text.Fields(s)), "Fields", s)
			q.add(orNil(text.ValidFilename("x"+s)), "ValidFilename", "x"+s)
			q.add(text.TruncateChars(s, 250, nil), "TruncateChars", s, 250)
			q.add(text.Slugify(s, nil), "Slugify", s)
			q.add(text.Slugify(s, &text.SlugifyOptions{AllowUnicode: true}), "SlugifyUnicode", s)
		}
	}
	t.Logf("%d characters", utf8.RuneCountInString(known))
	q.compare(t)
}
