package postgres

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Driver returns the driver of PostgreSQL for the settings of a project. Its URLs
// are libpq's, as [Open] takes them: postgres://user:password@host:5432/database.
// Nil options are the defaults.
func Driver(opts *Options) orm.Driver {
	return orm.Driver{
		Name:    "postgresql",
		Schemes: []string{"postgres", "postgresql"},
		Open:    func(ctx context.Context, address string) (orm.Backend, error) { return Open(ctx, address, opts) },
		Shell:   shell,
	}
}

// shell hides the password from lists of processes, and leaves out what only the
// pool knows.
func shell(address string) (orm.Shell, error) {
	u, err := url.Parse(address)
	if err != nil {
		return orm.Shell{}, errors.New("postgres: the URL of the database can't be read") // err shows the password
	}
	s := orm.Shell{Name: "psql"}
	if password, ok := u.User.Password(); ok {
		s.Env = append(s.Env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	if password := query.Get("password"); password != "" {
		s.Env = append(s.Env, "PGPASSWORD="+password)
		query.Del("password")
	}
	for name := range query {
		if strings.HasPrefix(name, "pool_") {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	s.Args = []string{u.String()}
	return s, nil
}
