package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	header = "area\tsub-area\tfeature\tstatus\tgo\tshown\n"
	before = header + "urls\trouting\tpath()\tno\t\t\nurls\trouting\tre_path()\tno\t\t\n"
	update = "urls\trouting\tpath()\tyes\turls.Path\turls.TestPath\n"
	after  = header + update + "urls\trouting\tre_path()\tno\t\t\n"
)

func TestFill(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		updates, want, err string
		lock               bool
	}{
		"with header":    {updates: header + update, want: after},
		"without header": {updates: update, want: after},
		"unknown row":    {updates: update + "urls\tx\ty\tno\t\t\n", want: before, err: `line 2: there is no row "urls / x / y"`},
		"unknown name":   {updates: strings.Replace(update, "urls.Path", "urls.Gone", 1), want: before, err: `line 1: row "urls / routing / path()": go: package urls has no Gone`},
		"another runs":   {updates: update, want: before, err: "another fill is running", lock: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			write := func(name, text string) string {
				path := filepath.Join(root, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return path
			}
			write("go.mod", "module example.org/m\n")
			write("urls/urls.go", "package urls\n\nfunc Path() {}\n")
			write("urls/urls_test.go", "package urls\n\nfunc TestPath() {}\n")
			table := write("docs/parity.tsv", before)
			if c.lock {
				write("docs/parity.tsv.lock", "")
			}
			_, err := fill(root, write("updates.tsv", c.updates))
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("fill: %v, want %q", err, c.err)
			}
			got, err := os.ReadFile(table)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("table:\n%s\nwant:\n%s", got, c.want)
			}
			if _, err := os.Stat(table + ".lock"); !c.lock && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the lock stays: %v", err)
			}
		})
	}
}
