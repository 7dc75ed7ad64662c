package lint_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/lint"
	"github.com/nuages-web/nuages/internal/source"
)

var update = flag.Bool("update", false, "rewrite the blocks of guides that quote code")

// TestModule keeps this module to every rule.
func TestModule(t *testing.T) {
	t.Parallel()
	root, err := source.Root()
	if err != nil {
		t.Fatal(err)
	}
	m, err := source.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		changed, err := lint.UpdateQuotes(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range changed {
			t.Logf("rewrote %s", name)
		}
	}
	for _, rule := range lint.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			problems, err := rule.Check(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
		})
	}
}

// run applies one rule to a module example.org/m of these files.
func run(t *testing.T, rule string, files map[string]string) []string {
	t.Helper()
	m := load(t, files)
	for _, r := range lint.Rules() {
		if r.Name != rule {
			continue
		}
		problems, err := r.Check(m)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		return got
	}
	t.Fatalf("no rule %q", rule)
	return nil
}

func load(t *testing.T, files map[string]string) *source.Module {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/m\n")
	for name, text := range files {
		write(name, text)
	}
	m, err := source.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fixture is a named module and what a rule says of it.
type fixture struct {
	files map[string]string
	want  []string
}

func testRule(t *testing.T, rule string, fixtures map[string]fixture) {
	t.Helper()
	for name, f := range fixtures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(f.want, run(t, rule, f.files)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// text joins lines.
func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
