package ormgen

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/goldentest"
)

// TestGolden generates the packages of testdata/demo, whose generated files are
// beside them; TestGoldenCompiles compiles these.
func TestGolden(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob(filepath.Join(root, "demo", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal(err, "no packages")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t.Context(), root)
			outputs, err := w.folder(dir)
			if err == nil {
				err = w.err()
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, notice := range w.notices {
				t.Errorf("notice: %s", notice)
			}
			for _, out := range outputs {
				if out.data != nil {
					goldentest.Equal(t, w.short(out.name), string(out.data))
				} else if _, err := os.Stat(out.name); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s shall not be there", w.short(out.name))
				}
			}
		})
	}
}

// TestGoldenCompiles has the compiler look at the packages of testdata/demo with
// their generated code, tests too.
func TestGoldenCompiles(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join("testdata", "demo", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal(err, "no packages")
	}
	args := []string{"vet"}
	for _, dir := range dirs {
		args = append(args, "./"+filepath.ToSlash(dir))
	}
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Errorf("go %q: %v\n%s", args, err, out)
	}
}
