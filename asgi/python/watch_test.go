package python_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestWatch: with Options.Reload changed Python files reach the workers, broken ones are told of and leave
// the old workers, and files that are not the application's do nothing.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, folder := range []string{"shop", ".git", "node_modules", "env"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "env", "pyvenv.cfg"), "")
	write(t, filepath.Join(dir, "shop", "__init__.py"), "")
	write(t, filepath.Join(dir, "shop", "text.py"), "text = 'first'\n")
	write(t, filepath.Join(dir, "site.py"), "")
	write(t, filepath.Join(dir, "main.py"), "from shop.text import text\n"+strings.Replace(helloText("x"), `"x"`, "text", 1))
	if err := os.Remove(filepath.Join(dir, "site.py")); err != nil {
		t.Fatal(err)
	}
	book := newLogBook(t)
	url := serve(t, start(t, "main:app", python.Options{Dir: dir, Workers: 2, Reload: true, Logger: slog.New(book)}))
	expect := func(want string) {
		t.Helper()
		if _, body := get(t, url); body != want {
			t.Errorf("got %q, want %q", body, want)
		}
	}
	expect("first")
	reloaded, kept := "files have changed: the workers are new", "files have changed: the old workers go on"

	write(t, filepath.Join(dir, "shop", "text.py"), "text = 'second'\n")
	if e := book.wait(t, reloaded, 1); e.attrs["files"] != "shop/text.py" {
		t.Errorf("got %v", e)
	}
	expect("second")

	write(t, filepath.Join(dir, "shop", "text.py"), "text = 'broken\n")
	if e := book.wait(t, kept, 1); e.level != slog.LevelError || strings.Count(e.attrs["error"], "SyntaxError") != 1 {
		t.Errorf("got %v", e)
	}
	if found := book.find("SyntaxError"); len(found) != 1 {
		t.Errorf("it is told %d times", len(found))
	}
	expect("second")

	// As editors save: a new file takes the place of the old one.
	write(t, filepath.Join(dir, "shop", "text.py.tmp"), "text = 'third'\n")
	if err := os.Rename(filepath.Join(dir, "shop", "text.py.tmp"), filepath.Join(dir, "shop", "text.py")); err != nil {
		t.Fatal(err)
	}
	book.wait(t, reloaded, 2)
	expect("third")

	// What is not the application's is passed over; a new folder is not.
	for _, name := range []string{".git/a.py", "node_modules/a.py", "env/a.py", "shop/.#text.py", "shop/notes.txt"} {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), "")
	}
	if err := os.MkdirAll(filepath.Join(dir, "records", "deep"), 0o777); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		write(t, filepath.Join(dir, "records", "deep", fmt.Sprintf("m%02d.py", i)), "")
	}
	if e := book.wait(t, reloaded, 3); !strings.HasPrefix(e.attrs["files"], "records/deep/m") {
		t.Errorf("got %v", e)
	}
	expect("third")
}

// TestWatchPatterns: further files are watched, and others not.
func TestWatchPatterns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, folder := range []string{"conf", "tests", "pages"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "main.py"), helloText("text"))
	book := newLogBook(t)
	start(t, "main:app", python.Options{
		Dir: dir, Reload: true, Logger: slog.New(book),
		ReloadInclude: []string{"*.html", "conf/[!x]*.toml", ".env"},
		ReloadExclude: []string{"draft*", filepath.Join(dir, "tests")},
	})
	for i, name := range []string{"pages/index.html", "conf/a.toml", ".env", "main.py"} {
		for _, ignored := range []string{"conf/x.toml", "pages/a.toml", "draft.py", "pages/draft.html", "tests/a.py", ".hidden.html", "pages/a.css"} {
			write(t, filepath.Join(dir, filepath.FromSlash(ignored)), "")
		}
		write(t, filepath.Join(dir, filepath.FromSlash(name)), helloText("text"))
		if e := book.wait(t, "files have changed: the workers are new", i+1); e.attrs["files"] != name {
			t.Errorf("got %v, want %s alone", e, name)
		}
	}
	if _, err := newHost(t, "main:app", python.Options{Dir: dir, ReloadInclude: []string{"[a"}}); err == nil || !strings.Contains(err.Error(), `"[a"`) {
		t.Errorf("got %v", err)
	}
}

// TestWatchLink: the folder may be a link to the application's.
func TestWatchLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	current := filepath.Join(t.TempDir(), "current")
	if err := os.Symlink(dir, current); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "main.py"), helloText("first"))
	book := newLogBook(t)
	url := serve(t, start(t, "main:app", python.Options{Dir: current, Reload: true, Logger: slog.New(book)}))
	write(t, filepath.Join(dir, "main.py"), helloText("second"))
	if e := book.wait(t, "files have changed: the workers are new", 1); e.attrs["files"] != "main.py" {
		t.Errorf("got %v", e)
	}
	if _, body := get(t, url); body != "second" {
		t.Errorf("got %q", body)
	}
}

// TestWatchNothing: a folder that is not there is told of.
func TestWatchNothing(t *testing.T) {
	t.Parallel()
	book := newLogBook(t)
	missing := filepath.Join(t.TempDir(), "missing")
	start(t, "hello:asgi", python.Options{Reload: true, ReloadDirs: []string{missing}, Logger: slog.New(book)})
	if e := book.wait(t, "changes of files are not seen any more", 1); !strings.Contains(e.attrs["error"], missing) || strings.Contains(e.attrs["error"], "inotify") {
		t.Errorf("got %v", e)
	}
}
