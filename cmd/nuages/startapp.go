package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

// appData is what the files of an app's skeleton are filled with.
type appData struct {
	Name   string // "shop"
	Module string // of the project
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func startapp() *cli.Command {
	var template string
	return &cli.Command{
		Name:  "startapp",
		Short: "start a new app in the project of this folder",
		Long: "Writes an app: a package with its views, routes, a test, templates and static files. " +
			"Then it says which two lines make it part of the project.",
		Example: "nuages startapp shop",
		Args:    cli.Args{{Name: "name", Help: "the app's name: a Go package name"}},
		Flags: func(f *cli.Flags) {
			f.String(&template, "template", "a folder to take instead of the built-in skeleton; files that end in .tmpl are filled in")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			name := call.Arg("name")
			if !packageName.MatchString(name) || token.IsKeyword(name) || name == "main" || name == "internal" {
				return cli.Hint(fmt.Errorf("%q is no name for an app", name), "Use one lower-case word, as it names a Go package: shop.")
			}
			module, err := moduleHere()
			if err != nil {
				return err
			}
			files, err := skeleton("app", template)
			if err != nil {
				return err
			}
			if err := writeTree(name, files, appData{name, module}, name); err != nil {
				return err
			}
			call.Printf("%s is there. To make it part of the project:\n\n", call.Success(name))
			call.Printf("  settings.go   import %q, and add to nuages.New:  %s.App(),\n", path.Join(module, name), name)
			call.Printf("  routes.go     add to the routes:  urls.Include(%q, %s.Routes()...),\n", name+"/", name)
			return nil
		},
	}
}

// moduleHere reads the module's path from the go.mod of the working directory.
func moduleHere() (string, error) {
	b, err := os.ReadFile("go.mod")
	if errors.Is(err, fs.ErrNotExist) {
		return "", cli.Hint(errors.New("there is no go.mod in this folder"), "Run startapp in the folder of a project; startproject makes one.")
	}
	if err != nil {
		return "", err
	}
	scanner := bufio.NewScanner(bytes.NewReader(b))
	for scanner.Scan() {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(scanner.Text()), "module "); ok {
			return strings.Trim(strings.TrimSpace(rest), `"`), nil
		}
	}
	return "", errors.New("go.mod names no module")
}
