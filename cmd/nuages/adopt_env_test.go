package main

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nuages-web/nuages/settings"
)

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
