package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// The generated files are those of the installed Django and newer.json.
func TestGenerated(t *testing.T) {
	t.Parallel()
	if version := realdjango.Version(t); !strings.HasPrefix(version, "3.2.") {
		t.Logf("nothing is compared: the facts are those of Django 3.2, here is %s", version)
		return
	}
	dir := t.TempDir()
	if err := run(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"languages_gen.go", "formats_gen.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../../i18n", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("i18n/%s is not what go generate ./i18n writes:\n%s", name, diff)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	d, err := merge(
		[]byte(`{"languages": {"a": {"name": "A"}, "b": {"name": "B"}}, "supported": ["a", "c", "b"], "settings": {}, "modules": {"a": {"X": 1, "Y": 2}}}`),
		[]byte(`{"languages": {"b": null}, "supported": ["ab", "z"], "modules": {"a": {"X": null, "Z": "new"}, "n": {"X": 3}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if d.Languages["b"] != nil || d.Languages["a"] == nil {
		t.Errorf("languages %v", d.Languages)
	}
	if diff := cmp.Diff([]string{"a", "ab", "c", "b", "z"}, d.Supported); diff != "" {
		t.Error(diff)
	}
	if len(d.Modules["a"]) != 2 || d.Modules["a"]["Z"] != "new" || len(d.Modules["n"]) != 1 {
		t.Errorf("modules %v", d.Modules)
	}
}
