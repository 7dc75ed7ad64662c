package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBadInput has what is refused: with code 1, a text that says what to do, and nothing written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const project = "module demo\n\nrequire github.com/nuages-web/nuages v0.0.0\n"
	tests := []struct {
		name  string
		files map[string]string // there before
		args  []string
		want  string
	}{
		{"capitals", nil, []string{"startproject", "Demo"}, "Use lower-case letters"},
		{"dots", nil, []string{"startproject", ".."}, "Use lower-case letters"},
		{"slash", nil, []string{"startproject", "a/b"}, "Use lower-case letters"},
		{"empty name", nil, []string{"startproject", ""}, "Use lower-case letters"},
		{"two hyphens", nil, []string{"startproject", "a--b"}, "Use lower-case letters"},
		{"bad module", nil, []string{"startproject", "demo", "--module", "a b"}, "--module example.com/"},
		{"module upwards", nil, []string{"startproject", "demo", "--module", "example.com/../x"}, "--module example.com/"},
		{"module with scheme", nil, []string{"startproject", "demo", "--module", "https://example.com/x"}, "--module example.com/"},
		{"module of Go", nil, []string{"startproject", "std"}, "Choose another name"},
		{"folder not empty", map[string]string{"demo/notes.txt": "mine"}, []string{"startproject", "demo"}, "Choose another folder"},
		{"working directory not empty", map[string]string{"notes.txt": "mine"}, []string{"startproject", "demo", "."}, "Choose another folder"},
		{"a file", map[string]string{"demo": "mine"}, []string{"startproject", "demo"}, "Choose another folder"},
		{"below a file", map[string]string{"a": "mine"}, []string{"startproject", "demo", "a/b/c"}, "Choose"},
		{"no template", nil, []string{"startproject", "demo", "--template", "missing"}, "--template ./skeleton"},
		{"template is a file", map[string]string{"skeleton": ""}, []string{"startproject", "demo", "--template", "skeleton"}, "is not a folder"},
		{"template with a mistake", map[string]string{"skeleton/a.txt": "", "skeleton/b.tmpl": "[[.Nmae]]"},
			[]string{"startproject", "demo", "sites/demo", "--template", "skeleton"}, "Nothing was written"},
		{"template with bad Go", map[string]string{"skeleton/a.go": "pakage a"}, []string{"startproject", "demo", "--template", "skeleton"}, "Nothing was written"},

		{"app outside of a project", nil, []string{"startapp", "shop"}, "nuages startproject makes one"},
		{"app in another module", map[string]string{"go.mod": "module demo\n"}, []string{"startapp", "shop"}, "go get github.com/nuages-web/nuages"},
		{"app in no module", map[string]string{"go.mod": "go 1.26\n"}, []string{"startapp", "shop"}, "go mod edit -module"},
		{"app with hyphen", map[string]string{"go.mod": project}, []string{"startapp", "my-shop"}, "one lower-case word"},
		{"app with capital", map[string]string{"go.mod": project}, []string{"startapp", "Shop"}, "one lower-case word"},
		{"app upwards", map[string]string{"go.mod": project}, []string{"startapp", ".."}, "one lower-case word"},
		{"app with slash", map[string]string{"go.mod": project}, []string{"startapp", "a/b"}, "one lower-case word"},
		{"app called as a keyword", map[string]string{"go.mod": project}, []string{"startapp", "func"}, "one lower-case word"},
		{"app called main", map[string]string{"go.mod": project}, []string{"startapp", "main"}, "Choose another word"},
		{"app called as a package that settings.go imports", map[string]string{"go.mod": project}, []string{"startapp", "settings"}, "Choose another word"},
		{"app called as a type", map[string]string{"go.mod": project}, []string{"startapp", "string"}, "Choose another word"},
		{"app that is there", map[string]string{"go.mod": project, "shop/shop.go": "package shop\n"}, []string{"startapp", "shop"}, "nothing was written"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range test.files {
				write(t, text, dir, name)
			}
			before := files(t, dir)
			got := run(t, dir, nil, program, test.args...)
			if got.code != 1 {
				t.Errorf("got code %d, want 1", got.code)
			}
			if !strings.Contains(got.text, "error: ") || !strings.Contains(got.text, "hint: ") || !strings.Contains(got.text, test.want) {
				t.Errorf("got\n%s\nwant an error with a hint, and in it %q", got.text, test.want)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

func TestUnwritableParent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for folder, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o555} {
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, "startproject", "demo", filepath.Join(dir, "a", "demo"))
	if os.Geteuid() == 0 { // who may write everywhere
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, _ := cmd.CombinedOutput() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "hint: Choose a folder that you may write to") || len(names(t, dir)) > 0 {
		t.Errorf("got code %d, files %q\n%s", code, names(t, dir), out)
	}
}

// files lists all files and folders below dir, with their texts.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[name] = ""
		if !d.IsDir() {
			all[name] = read(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
