package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIntoTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, "[core]\n", dir, ".git", "config")
	out := must(t, dir, program, "startproject", "demo", ".", "--no-tidy")
	if strings.Contains(out, "cd ") {
		t.Errorf("got\n%s\nwant no cd", out)
	}
	got := names(t, dir)
	for _, name := range []string{".env", ".git", "go.mod", "main.go", "settings.go"} {
		if !slices.Contains(got, name) {
			t.Errorf("got %q, want %s among them", got, name)
		}
	}
	if slices.ContainsFunc(got, func(name string) bool { return strings.HasPrefix(name, ".nuages-") }) {
		t.Errorf("got %q, want no folder of our own", got)
	}
}

func TestNestedDirectoryAndModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, dir, program, "startproject", "demo", "sites/a/b", "--module", "example.com/shops/demo", "--no-tidy")
	mod := read(t, dir, "sites/a/b/go.mod")
	if !strings.HasPrefix(mod, "module example.com/shops/demo\n\ngo "+goVersion+"\n") {
		t.Errorf("got go.mod\n%s", mod)
	}
	if diff := cmp.Diff([]string{"sites"}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	app := filepath.Join(dir, "sites/a/b")
	must(t, app, program, "startapp", "shop")
	if text := read(t, app, "shop/views_test.go"); !strings.Contains(text, `"example.com/shops/demo/shop"`) {
		t.Errorf("got test\n%s", text)
	}
}

func TestSecretsOfAProject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, dir, program, "startproject", "one", "--no-tidy")
	must(t, dir, program, "startproject", "two", "--no-tidy")
	key := regexp.MustCompile(`(?m)^SECRET_KEY=nuages-insecure-.{50}$`)
	one, two := key.FindString(read(t, dir, "one/.env")), key.FindString(read(t, dir, "two/.env"))
	if one == "" || two == "" || one == two {
		t.Errorf("got %q and %q, want two keys that differ", one, two)
	}
	info, err := os.Stat(filepath.Join(dir, "one/.env"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want 0600", info.Mode(), err)
	}
	for file, text := range files(t, filepath.Join(dir, "one")) {
		if file != ".env" && strings.Contains(text, strings.TrimPrefix(one, "SECRET_KEY=")) {
			t.Errorf("%s holds the key", file)
		}
	}
	if !strings.Contains(read(t, dir, "one/.gitignore"), "\n.env\n") || !strings.Contains(read(t, dir, "one/.dockerignore"), "\n.env\n") {
		t.Error("want .env ignored by git and docker")
	}
}

// TestEnvExample compares the names that settings.go reads with those that .env.example explains.
func TestEnvExample(t *testing.T) {
	t.Parallel()
	collect := func(file, expr string) []string {
		var found []string
		for _, m := range regexp.MustCompile(expr).FindAllStringSubmatch(read(t, "skeleton/project", file), -1) {
			if !strings.HasPrefix(m[1], "SERVER_") { // which serve reads by itself
				found = append(found, m[1])
			}
		}
		slices.Sort(found)
		return found
	}
	if diff := cmp.Diff(collect("settings.go.tmpl", `env\.\w+\("(\w+)"`), collect("dot-env.example.tmpl", `(?m)^(\w+)=`)); diff != "" {
		t.Errorf("names (-settings.go +.env.example):\n%s", diff)
	}
}

func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, "[[.Name]] of [[.Module]], {{.Kept}}\n", dir, "mine/NAME/dot-note.txt.tmpl")
	write(t, "[[.Kept]]\n", dir, "mine/plain.txt")
	write(t, "secret\n", dir, "mine/.git/config")
	write(t, "#!/bin/sh\n", dir, "mine/run.sh")
	if err := os.Chmod(filepath.Join(dir, "mine/run.sh"), 0o777); err != nil {
		t.Fatal(err)
	}
	must(t, dir, program, "startproject", "demo", "--template", "mine", "--module", "example.com/demo")
	want := map[string]string{".": "", "demo": "", "demo/.note.txt": "demo of example.com/demo, {{.Kept}}\n", "plain.txt": "[[.Kept]]\n", "run.sh": "#!/bin/sh\n"}
	if diff := cmp.Diff(want, files(t, filepath.Join(dir, "demo"))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "demo/run.sh")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("got %v, %v, want it executable", info.Mode(), err)
	}
}

func TestRequirement(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, running, checkout string
		require, replace        string
		fails                   bool
	}{
		{"released", "v0.3.0", "", "v0.3.0", "", false},
		{"released, built in its checkout", "v0.3.0", "/src/nuages", "v0.3.0", "", false},
		{"candidate", "v0.3.0-rc.1", "", "v0.3.0-rc.1", "", false},
		{"installed at a commit", "v0.0.0-20260102030405-0123456789ab", "", "v0.0.0-20260102030405-0123456789ab", "", false},
		{"checkout", "devel", "/src/nuages", "v0.0.0", "/src/nuages", false},
		{"checkout that go build stamped", "v0.3.1-0.20260102030405-0123456789ab", "/src/nuages", "v0.0.0", "/src/nuages", false},
		{"changed checkout", "v0.3.0+dirty", "/src/nuages", "v0.0.0", "/src/nuages", false},
		{"checkout that is gone", "devel", "", "", "", true},
		{"changed checkout that is gone", "v0.3.0+dirty", "", "", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require, replace, err := requirement(test.running, test.checkout)
			if require != test.require || replace != test.replace || (err != nil) != test.fails {
				t.Errorf("got %q, %q, %v, want %q, %q, failure %v", require, replace, err, test.require, test.replace, test.fails)
			}
		})
	}
}

// TestReleasedProject has the go.mod of a project that a released nuages makes.
func TestReleasedProject(t *testing.T) {
	t.Parallel()
	data := projectData{Name: "demo", Module: "demo", GoVersion: goVersion, Toolchain: "go1.26.9", Nuages: "v0.3.0"}
	got, err := fill("go.mod", []byte(read(t, "skeleton/common/go.mod.tmpl")), data)
	if err != nil {
		t.Fatal(err)
	}
	want := "module demo\n\ngo " + goVersion + "\n\ntoolchain go1.26.9\n\nrequire github.com/nuages-web/nuages v0.3.0\n\ntool github.com/nuages-web/nuages/cmd/nuages\n"
	if strings.TrimSpace(string(got)) != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if docker, err := fill("Dockerfile", []byte(read(t, "skeleton/project/Dockerfile.tmpl")), data); err != nil || strings.Contains(string(docker), "checkout") {
		t.Errorf("got %v\n%s\nwant no word of a checkout", err, docker)
	}
}

func TestGoVersion(t *testing.T) {
	t.Parallel()
	if mod := read(t, "../../go.mod"); !strings.Contains(mod, "\ngo "+goVersion+"\n") {
		t.Errorf("goVersion is %s, but Nuages's go.mod says\n%s", goVersion, mod)
	}
	if mod := read(t, "../../go.mod"); !strings.Contains(mod, "\ntoolchain "+patchedToolchain+"\n") {
		t.Errorf("patchedToolchain is %s, but Nuages's go.mod says\n%s", patchedToolchain, mod)
	}
	for running, want := range map[string]string{
		"go1.26.9": patchedToolchain, "go1.26.8": patchedToolchain, "go1.99.1": "go1.99.1", "go1.99rc1": "go1.99rc1",
		"go1.26.9 X:jsonv2": patchedToolchain, "devel go1.99-abcdef": patchedToolchain, "go1.26.9-custom": patchedToolchain,
	} {
		if got := toolchain(running); got != want {
			t.Errorf("toolchain(%q): got %q, want %q", running, got, want)
		}
	}
}
