package main

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/ormgen"
)

// appData is what the files of an app's skeleton are filled with.
type appData struct {
	Name   string // "shop"
	Module string // of the project
}

func startapp() *cli.Command {
	var template string
	return &cli.Command{
		Name:  "startapp",
		Short: "start a new app in the project of this folder",
		Long: "Writes an app: a package with its models, its views, its routes and their test. Then it says which two lines " +
			"make it part of the project.",
		Example: "nuages startapp shop",
		Args:    cli.Args{{Name: "name", Help: "the app's name: a Go package name"}},
		Flags: func(f *cli.Flags) {
			f.String(&template, "template", "a folder to take instead of the built-in skeleton; files that end in .tmpl are filled in")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			name := call.Arg("name")
			if err := checkAppName(name); err != nil {
				return err
			}
			module, err := moduleHere()
			if err != nil {
				return err
			}
			files, err := skeleton(template, "app")
			if err != nil {
				return err
			}
			t := &tree{files: files, data: appData{name, module}, name: name}
			if err := t.write(name); err != nil {
				return err
			}
			if _, err := ormgen.Generate(ctx, &ormgen.Options{Folders: []string{name}}); err != nil {
				return cli.Hint(err, fmt.Sprintf("The app was written to %s, without the code of its models. When this is mended: nuages generate", name))
			}
			call.Printf("%s is there. To make it part of the project, import %q in both files and add:\n\n", call.Success(name), path.Join(module, name))
			call.Printf("  routes.go    urls.Include(%q, %s.Routes()...),   to the routes\n", name+"/", name)
			call.Printf("  settings.go  %s.App()   to the arguments of nuages.New, behind routes()\n\n", name)
			call.Printf("Then its page is at http://127.0.0.1:8000/%s/.\n", name)
			return nil
		},
	}
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// takenNames mean something else: to Go, or in the files of a project that import the app.
var takenNames = []string{
	"internal", "main", "testdata", "vendor", "init",
	"nuages", "project", "routes", "settings", "testing", "urls", "web", "webtest",
}

func checkAppName(name string) error {
	switch {
	case !packageName.MatchString(name), token.IsKeyword(name):
		return cli.Hint(fmt.Errorf("%q is no name for an app", name), "Use one lower-case word, as it names a Go package: shop.")
	case slices.Contains(takenNames, name), types.Universe.Lookup(name) != nil:
		return cli.Hint(fmt.Errorf("an app can't be called %q: the name means something else in a project", name), "Choose another word: shop.")
	}
	return nil
}

var (
	moduleLine = regexp.MustCompile(`(?m)^\s*module\s+"?([^\s"]+)"?`)
	needsLine  = regexp.MustCompile(`(?m)^\s*(require\s+)?github\.com/nuages-web/nuages\s`)
)

// moduleHere reads the module's path from the go.mod of the working directory.
func moduleHere() (string, error) {
	b, err := os.ReadFile("go.mod")
	if errors.Is(err, fs.ErrNotExist) {
		return "", cli.Hint(errors.New("there is no go.mod in this folder"), "Run startapp in the folder of a project; nuages startproject makes one.")
	}
	if err != nil {
		return "", fmt.Errorf("read the project's module: %w", err)
	}
	module := moduleLine.FindSubmatch(b)
	if module == nil {
		return "", cli.Hint(errors.New("go.mod names no module"), "Write one into it: go mod edit -module example.com/demo")
	}
	if !needsLine.Match(b) && !strings.HasPrefix(string(module[1]), "github.com/nuages-web/nuages") {
		return "", cli.Hint(fmt.Errorf("the module %s is no project: it does not require Nuages", module[1]), "Run startapp in the folder of a project, or make this one: go get github.com/nuages-web/nuages@latest")
	}
	return string(module[1]), nil
}
