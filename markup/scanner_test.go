package markup

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// parserScript tells what Python's parser finds in each of [html, convert_charrefs]. Only where
// references are kept apart the parser is closed: so do Django's two users of it.
const parserScript = `
import html, json, sys
from html.parser import HTMLParser

class Parser(HTMLParser):
    def handle_data(self, s): self.found.append(["text", s])
    def handle_entityref(self, s): self.found.append(["reference", "&%s;" % s])
    def handle_charref(self, s): self.found.append(["reference", "&#%s;" % s])
    def handle_starttag(self, s, attrs): self.found.append(["start", s, self.get_starttag_text()])
    def handle_startendtag(self, s, attrs): self.found.append(["startend", s, self.get_starttag_text()])
    def handle_endtag(self, s): self.found.append(["end", s])

answers = []
for text, convert in json.load(sys.stdin):
    p = Parser(convert_charrefs=convert)
    p.found = []
    try:
        p.feed(text)
        if not convert:
            p.close()
        answers.append([p.found, html.unescape(text)])
    except AssertionError:
        answers.append(None)
json.dump(answers, sys.stdout)
`

type recorder struct{ found [][]string }

func (r *recorder) add(what ...string) bool {
	r.found = append(r.found, what)
	return true
}

func (r *recorder) text(s string) bool             { return r.add("text", s) }
func (r *recorder) reference(s string) bool        { return r.add("reference", s) }
func (r *recorder) start(name, raw string) bool    { return r.add("start", name, raw) }
func (r *recorder) startEnd(name, raw string) bool { return r.add("startend", name, raw) }
func (r *recorder) end(name string) bool           { return r.add("end", name) }

func record(s string, convert bool) [][]string {
	r := &recorder{found: [][]string{}}
	p := newScanner(s, r)
	p.convert = convert
	if p.scan(false) && !convert {
		p.scan(true)
	}
	return r.found
}

var scanned = strings.Split("<|>|</|<!--|-->|-- >|--|!|<?|?>|<![CDATA[|]]>|] ]\n>|<![if|<![endif]|]>|<!DOCTYPE|<b>|</b>|<br/>|<br />|<br //>|"+
	"<p class=\"x\">|</p>|<script>|</script>|</script|<script/>|<STYLE>|</style >|</ style>|<a href='|<a href=|'|\"|=|==| = | |\n|\t|\v|/|/>|a|b|"+
	"x y|one two|&amp;|&amp|&|&&|&#|&#39;|&#39|&#x41|&#xg|&lt|;|&nbsp;|&notit;|&a-b.|é|<i|<é|\x00|<a\x00|\u00a0|\x1c|.|-|<IMG SRC=x>|</B\n>|"+
	"</b x>|</\u0130>|<\u0130|<input disabled>|<svg/>|<a/b>|<x y=z>|<x y='z'w>|&#x110000;|&#0;|&#128;|&#xb;|&CounterClockwiseContourIntegral;|#|12", "|")

func TestScanner(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 13))
	var asked [][2]any
	for range 12000 {
		var b strings.Builder
		for range r.IntN(10) {
			b.WriteString(scanned[r.IntN(len(scanned))])
		}
		asked = append(asked, [2]any{b.String(), r.IntN(2) == 0})
	}
	in, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]json.RawMessage
	if err := json.Unmarshal(realdjango.Run(t, parserScript, in), &answers); err != nil {
		t.Fatal(err)
	}
	broken := 0
	for i, answer := range answers {
		s, convert := asked[i][0].(string), asked[i][1].(bool)
		if answer == nil {
			broken++
			record(s, convert)
			continue
		}
		var want [][]string
		var plain string
		if err := json.Unmarshal(answer[0], &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(answer[1], &plain); err != nil {
			t.Fatal(err)
		}
		if got := record(s, convert); !cmp.Equal(got, want) {
			t.Fatalf("scan of %q, convert %v:\n got %q\nwant %q", s, convert, got, want)
		}
		if got := unescape(s); got != plain {
			t.Fatalf("unescape(%q) = %q, want %q", s, got, plain)
		}
	}
	t.Logf("%d texts, of which Python's parser breaks at %d", len(asked), broken)
}

func FuzzScanner(f *testing.F) {
	f.Add(`<p class="x">one &amp; <b>two</b><br/></p><!-- c -->`)
	f.Add("<script>a</script ><![CDATA[x]]></\xff><a b='&#x41")
	f.Fuzz(func(t *testing.T, s string) {
		// Nothing is lost but comments, declarations and, at the end, an
		// unfinished script; nothing is invented.
		var b strings.Builder
		for _, what := range record(s, false) {
			if what[0] == "text" {
				b.WriteString(what[1])
			}
		}
		if b.Len() > len(s) {
			t.Fatalf("more text than there is in %q: %q", s, b.String())
		}
		record(s, true)
		if !strings.Contains(s, "&") && unescape(s) != s {
			t.Fatalf("unescape(%q) = %q", s, unescape(s))
		}
	})
}
