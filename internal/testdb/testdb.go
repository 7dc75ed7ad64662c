// Package testdb gives tests databases of their own on real servers:
//
//	func TestShop(t *testing.T) {
//		url := testdb.Postgres(t) // empty, and dropped when the test ends
//		…
//	}
//
// The servers are throw-away ones, started by "make test", or for one command by
//
//	go run ./scripts/services go test ./orm/...
//
// which tell their addresses in [PostgresEnv] and [MySQLEnv]. Where these are
// not set the tests are skipped, or fail, as [realdjango.Missing] says. A
// developer may set them to servers of her own; the user must be allowed to make
// databases.
package testdb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/internal/realdjango"
)

const (
	// PostgresEnv names the environment variable that holds the URL of a
	// PostgreSQL server, as postgres://user:password@host:port/postgres.
	PostgresEnv = "NUAGES_TEST_POSTGRES"
	// MySQLEnv names the environment variable that holds the data source name of
	// a MariaDB or MySQL server, as user:password@tcp(host:port)/, which is
	// github.com/go-sql-driver/mysql's form.
	MySQLEnv = "NUAGES_TEST_MYSQL"
)

// ErrMissing: the environment tells of no such server.
var ErrMissing = errors.New("no server to test with; put before the command: go run ./scripts/services")

// timeout bounds making and dropping one database.
const timeout = time.Minute

// Postgres returns the URL of a new and empty PostgreSQL database, in UTF-8 and
// the locale C.UTF-8. Its user may do all on the server. It is dropped when the
// test ends, with the connections that are left. Without a server the test is
// skipped or fails as [realdjango.Missing] says.
func Postgres(t testing.TB) string {
	t.Helper()
	return create(t, "PostgreSQL", CreatePostgres)
}

// MySQL returns the data source name of a new and empty MariaDB (or MySQL)
// database, in utf8mb4, as Postgres does for PostgreSQL. The server knows the
// names of time zones.
func MySQL(t testing.TB) string {
	t.Helper()
	return create(t, "MariaDB", CreateMySQL)
}

func create(t testing.TB, server string, f func() (string, func() error, error)) string {
	t.Helper()
	address, drop, err := f()
	if errors.Is(err, ErrMissing) {
		realdjango.Missing(t, server+": "+err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return address
}

// CreatePostgres is [Postgres] for a TestMain, which calls drop at its end. The
// error is ErrMissing without a server.
func CreatePostgres() (address string, drop func() error, err error) {
	server := os.Getenv(PostgresEnv)
	if server == "" {
		return "", nil, ErrMissing
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", PostgresEnv, err)
	}
	name := newName()
	if err := execPostgres(server, `CREATE DATABASE "`+name+`" TEMPLATE template0`); err != nil {
		return "", nil, fmt.Errorf("create a database for a test: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() error {
		if err := execPostgres(server, `DROP DATABASE "`+name+`" WITH (FORCE)`); err != nil {
			return fmt.Errorf("drop the database of a test: %w", err)
		}
		return nil
	}, nil
}

// newName returns a name that tells where it is from, and that needs no escaping.
func newName() string { return "nuages_test_" + strings.ToLower(rand.Text()) }

func execPostgres(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement)
	return errors.Join(err, c.Close(ctx))
}

// CreateMySQL is [MySQL] for a TestMain, which calls drop at its end. The error
// is ErrMissing without a server.
func CreateMySQL() (address string, drop func() error, err error) {
	server := os.Getenv(MySQLEnv)
	if server == "" {
		return "", nil, ErrMissing
	}
	config, err := mysql.ParseDSN(server)
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", MySQLEnv, err)
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", MySQLEnv, err)
	}
	name := newName()
	if err := execMySQL(connector, "CREATE DATABASE `"+name+"` CHARACTER SET utf8mb4"); err != nil {
		return "", nil, fmt.Errorf("create a database for a test: %w", err)
	}
	own := config.Clone()
	own.DBName = name
	return own.FormatDSN(), func() error {
		if err := execMySQL(connector, "DROP DATABASE `"+name+"`"); err != nil {
			return fmt.Errorf("drop the database of a test: %w", err)
		}
		return nil
	}, nil
}

func execMySQL(connector driver.Connector, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	db := sql.OpenDB(connector)
	_, err := db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// Django returns the entry of Django's setting DATABASES for an address that
// [Postgres] or [MySQL] returned: ENGINE, NAME, USER, PASSWORD, HOST and PORT. As
// JSON it is also Python.
func Django(t testing.TB, address string) map[string]string {
	t.Helper()
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		password, _ := u.User.Password()
		return map[string]string{
			"ENGINE": "django.db.backends.postgresql", "NAME": strings.TrimPrefix(u.Path, "/"),
			"USER": u.User.Username(), "PASSWORD": password, "HOST": u.Hostname(), "PORT": u.Port(),
		}
	}
	config, err := mysql.ParseDSN(address)
	if err != nil {
		t.Fatalf("%q is neither a URL of PostgreSQL nor a data source name of MySQL: %v", address, err)
	}
	host, port := config.Addr, "" // a socket
	if config.Net == "tcp" {
		if host, port, err = net.SplitHostPort(config.Addr); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{
		"ENGINE": "django.db.backends.mysql", "NAME": config.DBName,
		"USER": config.User, "PASSWORD": config.Passwd, "HOST": host, "PORT": port,
	}
}
