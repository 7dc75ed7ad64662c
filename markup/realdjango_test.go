package markup_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/markup"
)

// djangoScript answers questions [function, arguments…] where Django 6.1 says what 3.2 does.
const djangoScript = realdjango.Configure + `
import json, sys
from urllib.parse import quote
from django.utils import html as h
from django.utils.safestring import mark_safe

functions = {
    "Escape": h.escape, "EscapeJS": h.escapejs, "Conditional": h.conditional_escape,
    "Format": h.format_html, "Join": lambda sep, f, rows: h.format_html_join(sep, f, rows),
    "LineBreaks": lambda s: h.linebreaks(s, autoescape=True), "StripTags": h.strip_tags,
    "StripSpaces": h.strip_spaces_between_tags, "AvoidWrapping": h.avoid_wrapping,
    "SmartURLQuote": h.smart_urlquote, "QuoteURL": lambda s: quote(s, safe="/"), "JSONScript": h.json_script,
}
answers = []
for name, *args in json.load(sys.stdin):
    try:
        answers.append(functions[name](*args))
    except AssertionError:
        answers.append("AssertionError")
json.dump(answers, sys.stdout)
`

var htmlPieces = strings.Split("<|>|</|<!--|-->|--|!|<?|?>|<![CDATA[|]]>|<![if|]>|<!doctype|<b>|</b>|<br/>|<br />|<p class=\"x\">|</p>|"+
	"<script>|</script>|<style>|</style >|<a href='|'|\"|=|==| |\n|\t|/|/>|a|b|x y|one two|&amp;|&|&#|&#39;|&#x41|&lt|;|&nbsp;|&notit;|é|"+
	"e\u0301|<i|\x00|\u00a0|.|-|word|<IMG SRC=x>|</ b>|</B\n>|<input disabled>|\u0130|<svg/>|<a/b>|<x y=z>|\u2028|\\|`|;|\x1f", "|")

var urlPieces = strings.Split("?a=b&c=d|?|#|#frag|%20|%zz|%C3%A9|%E2%82|%f0%9f|é|ß| |/|//|path/|-|_|x|+|a b|~|*|%2B|%26|%3D|=|&|;|\u0661|😀|(b)|[|]|@|:", "|")

func random(r *rand.Rand, pieces []string) string {
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// randomValue makes what JSON can hold.
func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(8); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n == 2:
		return r.Int64() - 1<<62
	case n == 3:
		return []float64{0.5, 1.25e-9, 3e22, -2.75, 123456.789, 1e15 + 0.5, 1e-4, 5e-324}[r.IntN(8)]
	case n == 4 && depth < 3:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, randomValue(r, depth+1))
		}
		return list
	case n == 5 && depth < 3:
		object := map[string]any{}
		for range r.IntN(4) {
			object[random(r, htmlPieces)] = randomValue(r, depth+1)
		}
		return object
	}
	return random(r, htmlPieces)
}

type questions struct {
	asked   [][]any
	answers []string
}

func (q *questions) add(answer, name string, args ...any) {
	q.asked = append(q.asked, append([]any{name}, args...))
	q.answers = append(q.answers, answer)
}

func (q *questions) addRandom(t *testing.T, r *rand.Rand) {
	s := random(r, htmlPieces)
	q.add(string(markup.Escape(s)), "Escape", s)
	q.add(string(markup.EscapeJS(s)), "EscapeJS", s)
	q.add(string(markup.LineBreaks(markup.Escape(s))), "LineBreaks", s)
	q.add(string(markup.StripSpacesBetweenTags(markup.HTML(s))), "StripSpaces", s)
	q.add(markup.AvoidWrapping(s), "AvoidWrapping", s)
	q.add(markup.QuoteURL(s, "/"), "QuoteURL", s)
	stripped, err := markup.StripTags(s)
	if err != nil {
		t.Errorf("StripTags(%q): %v", s, err)
	}
	q.add(stripped, "StripTags", s)

	other := random(r, htmlPieces)
	format := []string{"{}<b>{}", "{0}{{{1}}}{0}", "{1:>9}|{0:^7}", "{:.3}{:<4}", "{0:*^8s}{1:05}"}[r.IntN(5)]
	q.add(string(markup.Format(format, s, other)), "Format", format, s, other)
	q.add(string(markup.Join(other, "<i>{}</i>", [][]any{{s}, {other}})), "Join", other, "<i>{}</i>", [][]any{{s}, {other}})

	url := "http://example.com/" + random(r, urlPieces)
	q.add(markup.SmartURLQuote(url), "SmartURLQuote", url)

	v := randomValue(r, 0)
	id := "i" + s
	script, err := markup.JSONScript(v, id)
	if err != nil {
		t.Errorf("JSONScript(%#v): %v", v, err)
	}
	q.add(string(script), "JSONScript", v, id)
	q.add(string(markup.Conditional(v)), "Conditional", v)
	if _, nested := v.([]any); nested {
		q.dropLast() // Python's own way to write lists
	} else if _, nested := v.(map[string]any); nested {
		q.dropLast()
	}
}

func (q *questions) dropLast() {
	q.asked, q.answers = q.asked[:len(q.asked)-1], q.answers[:len(q.answers)-1]
}

func TestAgainstDjango(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(26, 11))
	var q questions
	for range 2500 {
		q.addRandom(t, r)
	}
	in, err := json.Marshal(q.asked)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(realdjango.Run(t, djangoScript, in), &want); err != nil {
		t.Fatal(err)
	}
	different, left := 0, 0
	for i, answer := range q.answers {
		if want[i] == "AssertionError" {
			left++ // what Python's parser breaks at
			continue
		}
		if !cmp.Equal(answer, want[i]) {
			if different++; different <= 20 {
				t.Errorf("%q\n got %q\nwant %q", q.asked[i], answer, want[i])
			}
		}
	}
	t.Logf("%d answers compared, %d different, %d that Python has none for", len(want), different, left)
}
