package serializers_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/serializers"
)

// textOf returns the text that a Decoder gave.
func textOf(t *testing.T, v any) string {
	t.Helper()
	switch x := v.(type) {
	case string:
		return x
	case json.RawMessage:
		var s string
		if err := json.Unmarshal(x, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Fatalf("a value of type %T", v)
	return ""
}

// FuzzText writes a text as a value, and as a name and a value in JSON, and reads it
// again.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "yes", " a", "a\n\nb ", "it's \"x\"", "- a: [b]", "\u2028\u0085", "\U0001F600", "two  spaces and more words behind them, so that the line is folded somewhere in here"} {
		f.Add(s)
	}
	formats := serializers.DefaultFormats()
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd")
		for _, name := range []string{"json", "jsonl", "yaml"} {
			quoted, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			doc := json.RawMessage(append(append(append([]byte(`{"x": [{`), quoted...), ':'), append(quoted, []byte(`}]}`)...)...))
			for _, indent := range []int{0, 3} {
				var out bytes.Buffer
				e := formats[name].Encoder(&out, serializers.EncodeOptions{Indent: indent})
				entry := &serializers.Entry{Model: "a.b", PK: int64(1), HasPK: true, Fields: []serializers.Value{{Name: "text", Value: s}, {Name: "doc", Value: doc}}}
				if err := e.Encode(entry); err != nil {
					t.Fatal(err)
				}
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
				got, err := formats[name].Decoder(&out, serializers.Limits{}).Decode()
				if err != nil {
					t.Fatalf("%s of %q: %v", name, s, err)
				}
				if back := textOf(t, got.Fields[0].Value); back != s {
					t.Errorf("%s, indent %d: %q comes back as %q", name, indent, s, back)
				}
				var v struct{ X []map[string]string }
				if err := json.Unmarshal(got.Fields[1].Value.(json.RawMessage), &v); err != nil {
					t.Fatal(err)
				}
				if len(v.X) != 1 || v.X[0][s] != s || len(v.X[0]) != 1 {
					t.Errorf("%s, indent %d: JSON with %q comes back as %s", name, indent, s, got.Fields[1].Value)
				}
			}
		}
	})
}
