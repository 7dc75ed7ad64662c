package commands

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// module is the Go module that the command runs in.
type module struct{ dir, path string }

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// findModule looks for go.mod in the working folder and above it.
func findModule() (*module, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			m := moduleLine.FindSubmatch(data)
			if m == nil {
				return nil, fmt.Errorf("find the module: %s names no module", filepath.Join(dir, "go.mod"))
			}
			return &module{dir, string(m[1])}, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return nil, cli.Hint(errors.New("find the module: there is no go.mod in this folder or above it"),
			"Migrations are files of your source: run the command in its folder.")
	}
}

// errOtherModule is the error of an app whose source is not here.
var errOtherModule = errors.New("its source is not in this module")

// folder returns where the migrations of an app are.
func (m *module) folder(app *migrations.App) (string, error) {
	if app.Dir != "" {
		return filepath.Join(app.Dir, "migrations"), nil
	}
	for _, meta := range app.Models {
		if meta.Type == nil || meta.AutoCreated {
			continue
		}
		pkg := meta.Type.PkgPath()
		switch rest, inside := strings.CutPrefix(pkg+"/", m.path+"/"); {
		case inside:
			return filepath.Join(m.dir, filepath.FromSlash(rest), "migrations"), nil
		case pkg == "main":
			return "", cli.Hint(fmt.Errorf("the models of the app %s are in package main, which migrations cannot stand beside", app.Label),
				"Move the app to a package of its own.")
		}
		return "", cli.Hint(fmt.Errorf("the app %s is in package %s: %w", app.Label, pkg, errOtherModule), "Its migrations are written where its source is.")
	}
	folder := filepath.Join(m.dir, app.Label, "migrations")
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return folder, nil // of models that are gone
	}
	return "", cli.Hint(fmt.Errorf("the app %s has no models, by whose package its folder is found", app.Label), "Set Dir of its migrations.App.")
}

// importPath returns the path of the package in a folder of the module.
func (m *module) importPath(folder string) string {
	rel, err := filepath.Rel(m.dir, folder)
	if err != nil || strings.HasPrefix(rel, "..") {
		return folder
	}
	return path.Join(m.path, filepath.ToSlash(rel))
}

// shown is a path as it is shown: from the working folder, where it is below it.
func shown(file string) string {
	dir, err := os.Getwd()
	if err != nil {
		return file
	}
	rel, err := filepath.Rel(dir, file)
	if err != nil || strings.HasPrefix(rel, "..") {
		return file
	}
	return filepath.ToSlash(rel)
}

// packageName returns the name of the package in a folder: that of a file there, or
// "migrations".
func packageName(folder string) string {
	files, _ := filepath.Glob(filepath.Join(folder, "*.go")) // the pattern is good
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		if data, err := os.ReadFile(file); err == nil {
			if m := packageLine.FindSubmatch(data); m != nil {
				return string(m[1])
			}
		}
	}
	return "migrations"
}

var packageLine = regexp.MustCompile(`(?m)^package\s+(\w+)`)

// writeNew writes a file that does not exist, or has the same content.
func writeNew(file string, src []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fmt.Errorf("write migration: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, src) {
			return nil
		}
		return cli.Hint(fmt.Errorf("%s exists already", shown(file)), "The program may be older than its source: build it again, or give the migration a --name.")
	}
	if err != nil {
		return fmt.Errorf("write migration: %w", err)
	}
	_, err = f.Write(src)
	return errors.Join(err, f.Close())
}

// replace writes a file in the place of another at once.
func replace(file string, src []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".migrations-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", shown(file), err)
	}
	_, err = f.Write(src)
	err = errors.Join(err, f.Chmod(mode(file)), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", shown(file), errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// mode returns the rights of a file, or those of a new one.
func mode(file string) fs.FileMode {
	if info, err := os.Stat(file); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// enlist enters migrations into the list of the app.
func enlist(app, folder string, added ...*migrations.Migration) error {
	file := filepath.Join(folder, "migrations.go")
	src, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		src = nil
	} else if err != nil {
		return fmt.Errorf("read the list of migrations: %w", err)
	}
	var names []string
	for _, m := range added {
		names = append(names, migrations.Variable(m.Name))
	}
	src, err = migrations.ListSource(app, src, names...)
	if err != nil {
		return fmt.Errorf("%s: %w", shown(file), err)
	}
	return replace(file, src)
}

// upToDate tells whether the program was built of the migrations that are there: else
// new ones would go on from older ones.
func upToDate(app *migrations.App, folder string) error {
	src, err := os.ReadFile(filepath.Join(folder, "migrations.go"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the list of migrations: %w", err)
	}
	names, err := migrations.ListVariables(src)
	if err != nil {
		return fmt.Errorf("%s: %w", shown(filepath.Join(folder, "migrations.go")), err)
	}
	has := map[string]bool{}
	for _, m := range app.Migrations {
		has[migrations.Variable(m.Name)] = true
	}
	for _, name := range names {
		if !has[name] {
			return cli.Hint(fmt.Errorf("%s lists %s, which the program does not have", shown(filepath.Join(folder, "migrations.go")), name),
				"Build the program again; the App of "+app.Label+" must have Migrations: migrations.All.")
		}
	}
	return nil
}
