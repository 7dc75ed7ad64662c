package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func TestDriverOpensURLs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a ?b.sqlite3")
	d := sqlite.Driver(nil)
	for _, address := range []string{"sqlite:///" + filepath.Dir(file) + "/a%20%3Fb.sqlite3", "sqlite://:memory:", "sqlite3://"} {
		backend, err := d.Open(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	for _, address := range []string{"", "db.sqlite3", "sqlite://db.sqlite3", "sqlite:///", "sqlite:///a?mode=ro", "sqlite:///%zz"} {
		if _, err := d.Open(t.Context(), address); err == nil {
			t.Errorf("%q: no error", address)
		}
		if _, err := d.Shell(address); err == nil {
			t.Errorf("shell of %q: no error", address)
		}
	}
}

func TestDriverShell(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]orm.Shell{
		"sqlite:///db.sqlite3":  {Name: "sqlite3", Args: []string{"db.sqlite3"}},
		"sqlite:////srv/x y.db": {Name: "sqlite3", Args: []string{"/srv/x y.db"}},
		"sqlite:///-cmd":        {Name: "sqlite3", Args: []string{"./-cmd"}},
	} {
		got, err := sqlite.Driver(nil).Shell(address)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, shell (-want +got):\n%s", address, err, diff)
		}
	}
	if _, err := sqlite.Driver(nil).Shell("sqlite://:memory:"); err == nil {
		t.Error("a shell of a database in memory: no error")
	}
}

func FuzzDriverURL(f *testing.F) {
	for _, address := range []string{"sqlite:///db", "sqlite:////srv/%20x", "sqlite://:memory:", "sqlite3:///%zz", "://", "a?b"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		shell, err := sqlite.Driver(nil).Shell(address)
		if err == nil && (len(shell.Args) != 1 || shell.Args[0] == "" || shell.Args[0][0] == '-') {
			t.Errorf("%q gives %q", address, shell.Args)
		}
	})
}
