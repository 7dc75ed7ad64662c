package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Driver returns the driver of SQLite for the settings of a project. Its URLs are
// those of dj-database-url and SQLAlchemy: sqlite:///db.sqlite3 is a file in the
// program's working folder, sqlite:////srv/db.sqlite3 one with an absolute path,
// sqlite://:memory: a database without a file. Nil options are the defaults.
func Driver(opts *Options) orm.Driver {
	return orm.Driver{
		Name:    "sqlite",
		Schemes: []string{"sqlite", "sqlite3"},
		Open: func(_ context.Context, address string) (orm.Backend, error) {
			path, err := pathOf(address)
			if err != nil {
				return nil, err
			}
			return Open(path, opts)
		},
		Shell: func(address string) (orm.Shell, error) {
			path, err := pathOf(address)
			if err != nil {
				return orm.Shell{}, err
			}
			if path == ":memory:" {
				return orm.Shell{}, errors.New("sqlite: a database in memory is seen by its own program alone")
			}
			if strings.HasPrefix(path, "-") {
				path = "./" + path
			}
			return orm.Shell{Name: "sqlite3", Args: []string{path}}, nil
		},
	}
}

// pathOf returns the path that a URL names.
func pathOf(address string) (string, error) {
	const form = `want "sqlite:///db.sqlite3", "sqlite:////absolute/db.sqlite3" or "sqlite://:memory:"`
	_, rest, ok := strings.Cut(address, "://")
	switch {
	case !ok:
		return "", errors.New("sqlite: the URL of the database: " + form)
	case rest == "" || rest == ":memory:" || rest == "/:memory:":
		return ":memory:", nil
	case strings.ContainsAny(rest, "?#"):
		return "", errors.New("sqlite: the URL of the database has parameters: set sqlite.Options, and write ? as %3F and # as %23")
	}
	path, ok := strings.CutPrefix(rest, "/")
	if !ok {
		return "", errors.New("sqlite: the URL of the database names a host: " + form)
	}
	path, err := url.PathUnescape(path)
	if err != nil || path == "" {
		return "", fmt.Errorf("sqlite: the URL of the database: %s", form)
	}
	return path, nil
}
