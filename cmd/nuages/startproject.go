package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
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
	Toolchain string // for go.mod: "go1.26.9"
	Nuages    string // version of Nuages to require
	Replace   string // folder of a checkout of Nuages, "" for the published module
	SecretKey string
}

var projectName = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

func startproject() *cli.Command {
	var module, template string
	var noTidy bool
	return &cli.Command{
		Name:  "startproject",
		Short: "start a new project",
		Long: "Writes a project that compiles and passes its tests at once: settings, routes, a test, " +
			"Dockerfile, systemd units, CI, .env.example. Nothing that is there already is changed.",
		Example: "nuages startproject demo\nnuages startproject demo --module example.com/demo\nnuages startproject demo ./sites/demo",
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
			if !projectName.MatchString(name) {
				return cli.Hint(fmt.Errorf("%q is no name for a project", name), "Use lower-case letters, digits and hyphens, as in record-shop.")
			}
			data, err := newProjectData(name, module)
			if err != nil {
				return err
			}
			files, err := skeleton("project", template)
			if err != nil {
				return err
			}
			dir := call.Arg("directory")
			if dir == "" {
				dir = name
			}
			if err := writeTree(dir, files, data, data.Name); err != nil {
				return err
			}
			if !noTidy {
				if err := tidy(ctx, dir); err != nil {
					return cli.Hint(err, fmt.Sprintf("The project was written to %s. When the network is back: cd %s && go mod tidy", dir, dir))
				}
			}
			call.Printf("%s is there. Next:\n\n  cd %s\n  go run . runserver\n\n", call.Success(name), dir)
			call.Printf("Then open http://127.0.0.1:8000/. Its tests: go test ./...\n")
			return nil
		},
	}
}

func newProjectData(name, module string) (projectData, error) {
	d := projectData{Name: name, Module: module, GoVersion: "1.26.0", Toolchain: runtime.Version(), Nuages: nuages.Version(), SecretKey: signing.RandomSecretKey()}
	if d.Module == "" {
		d.Module = name
	}
	if strings.ContainsAny(d.Module, " \t\n\"'`") {
		return d, fmt.Errorf("%q is no path for a Go module", d.Module)
	}
	if d.Nuages == "devel" || strings.Contains(d.Nuages, "+dirty") || strings.HasPrefix(d.Nuages, "v0.0.0-") {
		d.Nuages, d.Replace = "v0.0.0", checkout()
		if d.Replace == "" {
			return d, errors.New("this nuages was built from a checkout that is no longer there; install it again: go install github.com/nuages-web/nuages/cmd/nuages@latest")
		}
	}
	return d, nil
}

// checkout finds the folder that this program was built from.
func checkout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return ""
	}
	dir := filepath.Join(filepath.Dir(file), "..", "..")
	if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(b), "module github.com/nuages-web/nuages\n") {
		return dir
	}
	return ""
}

// skeleton returns the files to write: built in, or a folder of the user's.
func skeleton(kind, template string) (fs.FS, error) {
	if template == "" {
		return fs.Sub(skeletons, "skeleton/"+kind)
	}
	info, err := os.Stat(template)
	if err != nil {
		return nil, fmt.Errorf("open the template: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("open the template: %s is not a folder", template)
	}
	return os.DirFS(template), nil
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
