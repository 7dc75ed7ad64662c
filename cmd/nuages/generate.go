package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/ormgen"
)

// generateCommand is how a project runs nuages generate: by the version in its go.mod.
const generateCommand = "go tool nuages generate"

func generate() *cli.Command {
	var check bool
	return &cli.Command{
		Name:  "generate",
		Short: "write the managers, columns and relations of models",
		Long: "Reads the models of packages and writes a models_gen.go beside them, or a models_gen_test.go for models in tests. " +
			"A package has models where structs embed orm.Model or orm.State. Code that does not compile yet is read as it is. " +
			"Without packages it does so for the whole module, and under go generate for the package at hand.",
		Example: "nuages generate\nnuages generate ./shop ./auth\nnuages generate --check ./...",
		Args:    cli.Args{{Name: "packages", Help: "folders or import paths; ./... is all below", Optional: true, Variadic: true}},
		Flags: func(f *cli.Flags) {
			f.Bool(&check, "check", "write nothing, and end with code 1 if a file is not up to date")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			packages := call.ArgList("packages")
			if len(packages) == 0 {
				packages = defaultPackages()
			}
			report, err := ormgen.Generate(ctx, &ormgen.Options{Folders: packages, Check: check})
			if mistakes := (*ormgen.Error)(nil); errors.As(err, &mistakes) {
				return cli.Hint(fmt.Errorf("nothing was generated, because of mistakes in models:\n%w", err), "Mend them; nuages generate says when all is well.")
			}
			if err != nil {
				return err
			}
			for _, notice := range report.Notices {
				call.Warnf("passed over: %s", notice)
			}
			if stale := report.Stale(); check && len(stale) > 0 {
				return cli.Hint(fmt.Errorf("not up to date: %s", strings.Join(stale, ", ")), "Run: "+generateCommand)
			}
			tell(call, report)
			return nil
		},
	}
}

// tell says what was done.
func tell(call *cli.Call, report *ormgen.Report) {
	for _, name := range report.Written {
		call.Printf("wrote %s\n", name)
	}
	for _, name := range report.Removed {
		call.Printf("removed %s: its models are gone\n", name)
	}
	switch n := len(report.UpToDate); {
	case len(report.Stale()) > 0:
	case n == 0:
		call.Println("There are no models here.")
	case n == 1:
		call.Printf("%s is up to date.\n", report.UpToDate[0])
	default:
		call.Printf("All %d files are up to date.\n", n)
	}
}

// defaultPackages is the package that go generate is at, else the whole module.
func defaultPackages() []string {
	if os.Getenv("GOFILE") != "" && os.Getenv("GOPACKAGE") != "" {
		return []string{"."}
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	for top := dir; ; top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, "go.mod")); err == nil {
			return []string{filepath.Join(top, "...")}
		}
		if filepath.Dir(top) == top {
			return nil
		}
	}
}
