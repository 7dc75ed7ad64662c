package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/signing"
)

//go:embed all:skeleton
var skeletons embed.FS

// projectData is what the files of a project's skeleton are filled with.
type projectData struct {
	Name      string // "demo"
	Module    string // "example.com/demo"
	GoVersion string // for go.mod: "1.26.0"
	Toolchain string // for go.mod: "go1.26.9"; "" for none
	Nuages    string // version of Nuages to require
	Replace   string // folder of a checkout of Nuages, "" for the published module
	SecretKey string
}

// goVersion is the oldest Go that Nuages's own go.mod allows.
const goVersion = "1.26.0"

func startproject() *cli.Command {
	var module, template string
	var noTidy bool
	return &cli.Command{
		Name:  "startproject",
		Short: "start a new project",
		Long: "Writes a project that compiles and passes its tests at once: settings, routes, a test, " +
			"Dockerfile, systemd units, CI, .env.example. Nothing that is there already is changed.",
		Example: "nuages startproject demo\nnuages startproject demo --module example.com/demo\nnuages startproject demo ./sites/demo\nnuages startproject demo .",
		Args: cli.Args{
			{Name: "name", Help: "the project's name: lower-case letters, digits, hyphens"},
			{Name: "directory", Help: "where to write it (default: a folder of its name)", Optional: true},
		},
		Flags: func(f *cli.Flags) {
			f.String(&module, "module", "the Go module's path (default: the name)")
			f.String(&template, "template", "a folder to take instead of the built-in skeleton; files that end in .tmpl are filled in")
			f.Bool(&noTidy, "no-tidy", "don't run go mod tidy, which looks up the dependencies")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			name := call.Arg("name")
			data, err := newProjectData(name, module)
			if err != nil {
				return err
			}
			files, err := skeleton(template, "project", "common")
			if err != nil {
				return err
			}
			dir := call.Arg("directory")
			if dir == "" {
				dir = name
			}
			t := &tree{files: files, data: data, name: name}
			if err := t.write(dir); err != nil {
				return err
			}
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && !noTidy {
				if err := tidy(ctx, dir); err != nil {
					return cli.Hint(err, fmt.Sprintf("The project was written to %s, without its go.sum. When this is mended: cd %s && go mod tidy", dir, dir))
				}
			}
			call.Printf("%s is there. Next:\n\n", call.Success(name))
			if filepath.Clean(dir) != "." {
				call.Printf("  cd %s\n", dir)
			}
			call.Printf("  go run . runserver\n\nThen open http://127.0.0.1:8000/. Its tests: go test ./...\n")
			return nil
		},
	}
}

var (
	projectName = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)
	modulePath  = regexp.MustCompile(`^[A-Za-z0-9][-A-Za-z0-9._~]*(/[A-Za-z0-9_][-A-Za-z0-9._~]*)*$`)
)

// takenModules are first parts of module paths that mean something else to Go.
var takenModules = []string{"cmd", "internal", "main", "std", "testdata", "vendor"}

func newProjectData(name, module string) (projectData, error) {
	if !projectName.MatchString(name) {
		return projectData{}, cli.Hint(fmt.Errorf("%q is no name for a project", name), "Use lower-case letters, digits and hyphens, as in record-shop.")
	}
	if module == "" {
		module = name
	}
	first, _, _ := strings.Cut(module, "/")
	switch {
	case !modulePath.MatchString(module), slices.ContainsFunc(strings.Split(module, "/"), func(part string) bool { return strings.HasSuffix(part, ".") }):
		return projectData{}, cli.Hint(fmt.Errorf("%q is no path for a Go module", module), "Use one as in --module example.com/record-shop.")
	case slices.Contains(takenModules, first):
		return projectData{}, cli.Hint(fmt.Errorf("a module can't be called %q: Go takes the name for something else", module), "Choose another name, or a path, as in --module example.com/record-shop.")
	}
	d := projectData{Name: name, Module: module, GoVersion: goVersion, Toolchain: toolchain(runtime.Version()), SecretKey: signing.RandomSecretKey()}
	var err error
	d.Nuages, d.Replace, err = requirement(nuages.Version(), checkout())
	return d, err
}

// patchedToolchain is the oldest toolchain without known holes in its HTTP server: that of Nuages's
// own go.mod.
const patchedToolchain = "go1.26.9"

// toolchain is the toolchain to name in go.mod: the running one, if it can be downloaded and is not
// older than the patched one.
func toolchain(running string) string {
	if !version.IsValid(running) || strings.ContainsAny(running, " -+") || version.Compare(running, patchedToolchain) < 0 {
		return patchedToolchain
	}
	return running
}

var pseudoVersion = regexp.MustCompile(`[-.]\d{14}-[0-9a-f]{12}$`)

// requirement says which version of Nuages a project needs: that of this program, or where it was
// built from a checkout, the checkout.
func requirement(running, checkout string) (require, replace string, err error) {
	unpublished := running == "devel" || strings.Contains(running, "+dirty")
	switch {
	case checkout != "" && (unpublished || pseudoVersion.MatchString(running)):
		return "v0.0.0", checkout, nil
	case unpublished:
		return "", "", cli.Hint(errors.New("this nuages was built from a checkout that is no longer there"), "Install it again: go install github.com/nuages-web/nuages/cmd/nuages@latest")
	}
	return running, "", nil
}

// checkout finds the folder that this program was built from, "" if that is no checkout.
func checkout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || strings.Contains(file, "@") { // the module cache
		return ""
	}
	dir := filepath.Join(filepath.Dir(file), "..", "..")
	if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(b), "module github.com/nuages-web/nuages\n") {
		return dir
	}
	return ""
}

// skeleton returns the files to write: built in, of one kind or several, or a folder of the user's.
func skeleton(template string, kinds ...string) ([]fs.FS, error) {
	if template == "" {
		var all []fs.FS
		for _, kind := range kinds {
			all = append(all, nuages.Sub(skeletons, "skeleton/"+kind))
		}
		return all, nil
	}
	info, err := os.Stat(template)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", template)
	}
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("open the template: %w", err), "Name a folder of files, as in --template ./skeleton.")
	}
	return []fs.FS{os.DirFS(template)}, nil
}

// tidy looks up the project's dependencies.
func tidy(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "tidy")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod tidy: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
