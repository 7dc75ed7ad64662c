// Package djangotest makes Django projects for tests, with the real Django of the distribution:
//
//	dir := djangotest.Project(t, nil)
//	p, err := django.Inspect(t.Context(), dir, &django.Options{Interpreter: djangotest.Python})
package djangotest

import (
	"bytes"
	"embed"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

//go:embed site
var site embed.FS

// Python is the interpreter that has Django.
const Python = realdjango.Python

// Options change what Project makes. Nil means all defaults.
type Options struct {
	// Settings is put at the end of mysite/settings.py. Default none.
	Settings string
	// Files are more files, or others in the place of those that are there, by their paths.
	Files map[string]string
	// Migrate makes the database, db.sqlite3, and a superuser "admin" with the password "secret".
	// Default false.
	Migrate bool
}

// Project makes a project in a folder "mysite" of its own, by django-admin startproject and startapp,
// and returns the folder: a shop with the admin, includes, namespaces, regular expressions, a converter,
// classes, and views that are coroutines. Without Django the test is left out, or fails, as
// realdjango.Missing says.
func Project(t testing.TB, opts *Options) string {
	t.Helper()
	realdjango.Version(t)
	if opts == nil {
		opts = &Options{}
	}
	root := t.TempDir()
	dir := filepath.Join(root, "mysite")
	Manage(t, root, "-m", "django", "startproject", "mysite")
	Manage(t, dir, "-m", "django", "startapp", "shop")
	err := fs.WalkDir(site, "site", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := site.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("site", path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), b, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range opts.Files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	addSettings(t, dir, "INSTALLED_APPS.append('shop')\n"+opts.Settings)
	if opts.Migrate {
		Manage(t, dir, "manage.py", "makemigrations", "shop")
		Manage(t, dir, "manage.py", "migrate", "-v0")
		Manage(t, dir, "manage.py", "shell", "-c", "from django.contrib.auth.models import User; User.objects.create_superuser('admin', '', 'secret')")
	}
	return dir
}

func addSettings(t testing.TB, dir, text string) {
	t.Helper()
	file := filepath.Join(dir, "mysite", "settings.py")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, "\n"+text...), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Manage runs Python in a folder, as in Manage(t, dir, "manage.py", "migrate"), and returns what it
// printed. An error of Python fails the test.
func Manage(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), Python, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("python3 %q: %v\n%s%s", args, err, &stdout, &stderr)
	}
	return stdout.String()
}
