// Package pythontest tests servers of Python applications, whether they are written in Python or in Go:
// it has ways to start real ones, and applications in Python with a suite that drives them over sockets.
//
//	pythontest.Run(t, &pythontest.Server{Start: pythontest.UvicornFast})
package pythontest

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/asgi/asgitest"
)

// An App names a Python application and says how to run it.
type App struct {
	Name     string   // "module:attribute"
	Dir      string   // where its modules are
	Env      []string // variables of the environment, "NAME=value"
	Factory  bool     // the name is that of a function which returns the application
	RootPath string   // where it is mounted
}

// Start serves an application on a loopback socket, in one process, and returns when connections are
// taken. An application whose start-up failed is an error, an *asgi.LifespanError where it told so.
type Start func(t testing.TB, app App) (*asgitest.Running, error)

//go:embed testdata/*.py
var files embed.FS

// Files writes the applications of this package to a folder of the test and returns it.
func Files(t testing.TB) string {
	dir := t.TempDir()
	names, err := fs.Glob(files, "testdata/*.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
