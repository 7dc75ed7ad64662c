package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDotenv(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "A=b c ", "b c"},
		{"spaces", " A = b", "b"},
		{"export", "export\tA=b", "b"},
		{"CRLF", "A=b\r\n", "b"},
		{"byte order mark", "\ufeffA=b", "b"},
		{"comment lines", "# x\n\n  # y\r\nA=b", "b"},
		{"comment", "A=b # c", "b"},
		{"number sign", "A=b#c", "b#c"},
		{"number sign first", "A=#fff", "#fff"},
		{"comment alone", "A= # c", ""},
		{"empty", "A=", ""},
		{"dollar", "A=$HOME${X}", "$HOME${X}"},
		{"quote within", `A=it's "so"`, `it's "so"`},
		{"single", `A='a\n"b" #c' # d`, `a\n"b" #c`},
		{"double", `A="a\n\t\r\"\\\$b" #c`, "a\n\t\r\"\\$b"},
		{"several lines", "A=\"a\r\nb\n# c\"", "a\nb\n# c"},
		{"equals signs", "A=b=c==", "b=c=="},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file, err := parseDotenv(".env", test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"A"}, file.order); diff != "" || file.entries["A"].value != test.want {
				t.Errorf("%q: got %q %+v, want %q", test.text, file.order, file.entries, test.want)
			}
		})
	}
	if file, err := parseDotenv(".env", "export=1"); err != nil || file.entries["export"].value != "1" {
		t.Errorf("a variable of the name export: got %v, %v", file, err)
	}
}

// What is parsed and written again in double quotes parses to the same.
func FuzzParseDotenv(f *testing.F) {
	for _, seed := range []string{"A=b # c\nexport B='x'\nC=\"\\n\nd\"", "A", "A=\"", "A=\\", "\ufeff=", "A=\r\r\n#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseDotenv("f", text)
		if err != nil {
			return
		}
		escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`)
		var b strings.Builder
		for _, name := range file.order {
			b.WriteString(name + `="` + escape.Replace(file.entries[name].value) + "\"\n")
		}
		again, err := parseDotenv("f", b.String())
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		for _, name := range file.order {
			if got, want := again.entries[name].value, file.entries[name].value; got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
}
