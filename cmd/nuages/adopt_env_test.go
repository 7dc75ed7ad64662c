package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nuages-web/nuages/settings"
)

// TestOverridden has variables that Django's settings might read, too.
func TestOverridden(t *testing.T) {
	t.Parallel()
	lines := []envLine{{Name: "DEBUG", Value: "true"}, {Name: "SECRET_KEY", Value: "'a key'"}, {Name: "DATABASE_URL", Value: "sqlite:////srv/db"}}
	environ := map[string]string{"SECRET_KEY": "a key", "DATABASE_URL": "sqlite:///db"}
	got := overridden(lines, func(name string) (string, bool) { v, ok := environ[name]; return v, ok })
	if !slices.Equal(got, []string{"DATABASE_URL"}) {
		t.Errorf("got %q", got)
	}
}

// FuzzQuoteEnv reads what is written to .env: the same value.
func FuzzQuoteEnv(f *testing.F) {
	for _, value := range []string{"", "plain", "a b", "#x", "a #b", `'`, `"`, `a'b"c\d$e`, "line\nline\r\n'", " x ", "$HOME", "!&*(", "é"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !utf8.ValidString(value) || strings.Contains(value, "\x00") {
			return // no setting holds it
		}
		file := filepath.Join(t.TempDir(), ".env")
		write(t, "NAME="+quoteEnv(value)+"\n", file)
		env, err := settings.Load(&settings.Options{Files: []string{file}, Environ: []string{}})
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		if got := env.String("NAME", ""); got != value {
			t.Errorf("got %q, want %q", got, value)
		}
	})
}
