package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/cli"
)

func adopt() *cli.Command {
	var opts django.Options
	var out, module string
	var dryRun, noTidy bool
	return &cli.Command{
		Name:  "adopt",
		Short: "put a Django project behind a Go project, to be moved view by view",
		Long: "Looks at a Django project by loading it with its own Python, prints what it found, and writes a Go project " +
			"beside it: its settings mapped, its database opened, and the Django application behind Go's routes, which " +
			"answers all that Go does not. Nothing in the Django project is changed, and no view of it is called.\n\n" +
			"The Go project holds migration.tsv, the list of Django's routes. Its command progress shows which are Go's, " +
			"which still Python's, and how much traffic each has.",
		Example: "nuages adopt ../mysite\nnuages adopt . --dry-run\nnuages adopt mysite --settings mysite.settings.dev --python venv/bin/python\nnuages adopt mysite --out ./shop --module example.com/shop",
		Args:    cli.Args{{Name: "path", Help: "the folder of the Django project, which holds manage.py"}},
		Flags: func(f *cli.Flags) {
			f.String(&opts.Settings, "settings", "the settings' module (default: the one that manage.py names)")
			f.String(&opts.Interpreter, "python", "the project's Python (default: that of its virtual environment, or python3)")
			f.String(&out, "out", "where to write the Go project (default: beside the Django project, NAME-go)")
			f.String(&module, "module", "the Go module's path (default: the name of its folder)")
			f.Bool(&dryRun, "dry-run", "look at the Django project, and write nothing")
			f.Bool(&noTidy, "no-tidy", "don't run go mod tidy, which looks up the dependencies")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			p, err := django.Inspect(ctx, call.Arg("path"), &opts)
			if err != nil {
				return explained(err)
			}
			printReport(call, p)
			if p.Application == "" {
				return cli.Hint(errors.New("the project names no application"), "Give it an asgi.py beside its settings, as startproject writes it, or set ASGI_APPLICATION or WSGI_APPLICATION.")
			}
			if dryRun {
				return nil
			}
			name, dir, err := placeBeside(p.Dir, out)
			if err != nil {
				return err
			}
			data, err := newProjectData(name, module)
			if err != nil {
				return err
			}
			files, err := skeleton("", "adopt", "common")
			if err != nil {
				return err
			}
			adopted := adoptData(data, p, dir)
			for _, name := range overridden(adopted.Env, os.LookupEnv) {
				call.Warnf("the variable %s of this environment wins over .env, where it has another value", name)
			}
			t := &tree{files: files, data: adopted, name: name}
			if err := t.write(dir); err != nil {
				return err
			}
			if !noTidy {
				if err := tidy(ctx, dir); err != nil {
					return cli.Hint(err, fmt.Sprintf("The project was written to %s, without its go.sum. When this is mended: cd %s && go mod tidy", dir, dir))
				}
			}
			call.Printf("\n%s is there. Next:\n\n  cd %s\n  go run . runserver\n\n", call.Success(name), dir)
			call.Printf("Django is then at http://127.0.0.1:8000/, through Go. What to move first: go run . progress\n")
			return nil
		},
	}
}

// explained gives the error of an inspection its hint.
func explained(err error) error {
	problem := (*django.Error)(nil)
	if !errors.As(err, &problem) {
		return err
	}
	if problem.Output != "" && problem.Traceback != problem.Output {
		err = fmt.Errorf("%w\n\nMeanwhile the project printed:\n%s", err, strings.TrimRight(problem.Output, "\n"))
	}
	return cli.Hint(err, problem.Hint)
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// placeBeside returns the name of the Go project and where it goes.
func placeBeside(djangoDir, out string) (name, dir string, err error) {
	dir = out
	if dir == "" {
		dir = djangoDir + "-go"
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	name = strings.Trim(notInName.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-")
	name = strings.TrimLeft(name, "0123456789-")
	if name == "" || name == "go" {
		name = "django-go"
	}
	entries, err := os.ReadDir(dir)
	if err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".git" }) {
		return "", "", cli.Hint(fmt.Errorf("the folder %s is not empty", dir), "Nothing was written. Choose another folder with --out.")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", cli.Hint(fmt.Errorf("write to %s: %w", dir, err), "Choose another folder with --out: nothing was written.")
	}
	return name, dir, nil
}
