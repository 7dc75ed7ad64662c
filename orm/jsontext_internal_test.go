package orm

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// documents are such as Go programs write.
var documents = []string{
	``, `null`, `true`, ` [ ] `, `{}`, `"text"`, `{"a":1}`, `{"b":[1,2.5,-3e+20,{"c":null}],"a":"x, y: z"}`,
	`"\u003cb\u003e & \u0026"`, `"ü 日本 😀"`, `"\u00FC\ud83d\uDE00"`, `"\ud83d"`, `"\ud83dx\udc00"`, `"\ud83d\u0041"`, `"a\/b\\c\"d"`,
	`"\b\f\n\r\t\u0000\u001f\u007f` + "\x7f" + `"`, `{"ä":{"ö":"ü"}}`, "\n{\n  \"a\" : [ 1 ,\t2 ]\r\n}", `{"a":1,"a":2}`,
}

// TestPythonJSON compares with Python's own module.
func TestPythonJSON(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("/usr/bin/python3", "-c", "import json, sys\nfor line in sys.stdin:\n print(json.dumps(json.loads(json.loads(line), object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else {'twice': 1})))")
	var in bytes.Buffer
	asked := documents[1:]
	for _, doc := range asked {
		if err := json.NewEncoder(&in).Encode(doc); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		realdjango.Missing(t, "python3")
	}
	want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i, doc := range asked {
		got := string(pythonJSON([]byte(doc)))
		if strings.HasPrefix(want[i], `{"twice"`) {
			want[i] = `{"a": 1, "a": 2}` // which Python can't write
		}
		if got != want[i] {
			t.Errorf("%s: got %s, and Python writes %s", doc, got, want[i])
		}
	}
	if got := pythonJSON([]byte(`{"a":`)); string(got) != `{"a":` {
		t.Errorf("what is no JSON became %s", got)
	}
	if got := plainJSON([]byte(`{"\u00fc":"ä\ud83d\u003c"}`)); string(got) != `{"ü": "ä\ud83d<"}` {
		t.Errorf("letters as they are: %s", got)
	}
}

func FuzzPythonJSON(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, rewrite := range []func([]byte) []byte{pythonJSON, plainJSON} {
			got := rewrite(doc)
			if !bytes.Equal(rewrite(got), got) {
				t.Errorf("%q became %q, which becomes %q", doc, got, rewrite(got))
			}
			var before, after any
			if err := json.Unmarshal(doc, &before); err != nil {
				continue
			}
			if err := json.Unmarshal(got, &after); err != nil || !reflect.DeepEqual(before, after) {
				t.Errorf("%q became %q: %v", doc, got, err)
			}
		}
	})
}

func BenchmarkPythonJSON(b *testing.B) {
	doc := []byte(`{"awards":["Hugo","Nebula"],"dims":{"w":12,"h":20.5},"sold":12000,"title":"Größe"}`)
	b.ReportAllocs()
	for b.Loop() {
		pythonJSON(doc)
	}
}
