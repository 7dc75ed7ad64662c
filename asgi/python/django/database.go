package django

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/settings"
)

// A Database is one of DATABASES.
type Database struct {
	Alias    string
	Engine   string // ENGINE: "django.db.backends.postgresql"
	Kind     string // "sqlite", "postgres" or "mysql"; "" for what Nuages has no driver for
	Name     string // of the database; of SQLite, the absolute path of its file
	User     string
	Password settings.Secret
	Host     string // or the folder or path of a Unix socket
	Port     string
	// Options are those of OPTIONS that are texts, numbers or booleans; "ssl", which is a dict, is "true".
	Options map[string]string
	Atomic  bool // ATOMIC_REQUESTS
}

// databaseEntry is a database as the script prints it.
type databaseEntry struct {
	Alias    string         `json:"alias"`
	Engine   string         `json:"engine"`
	Name     string         `json:"name"`
	User     string         `json:"user"`
	Password string         `json:"password"`
	Host     string         `json:"host"`
	Port     string         `json:"port"`
	Options  map[string]any `json:"options"`
	Atomic   bool           `json:"atomic"`
}

func (e databaseEntry) database(dir string) Database {
	d := Database{Alias: e.Alias, Engine: e.Engine, Kind: kindOf(e.Engine), Name: e.Name, User: e.User, Password: settings.SecretOf(e.Password),
		Host: e.Host, Port: e.Port, Atomic: e.Atomic, Options: map[string]string{}}
	for name, value := range e.Options {
		d.Options[name] = fmt.Sprint(value)
	}
	if d.Kind == "sqlite" && !d.inMemory() && !filepath.IsAbs(d.Name) {
		d.Name = filepath.Join(dir, d.Name)
	}
	return d
}

// kindOf knows Django's own backends, and those of others that are made of them, by their names.
func kindOf(engine string) string {
	engine = strings.ToLower(engine)
	for _, kind := range []struct{ part, kind string }{
		{"sqlite", "sqlite"}, {"spatialite", "sqlite"}, {"postgres", "postgres"}, {"postgis", "postgres"}, {"mysql", "mysql"}, {"mariadb", "mysql"},
	} {
		if strings.Contains(engine, kind.part) {
			return kind.kind
		}
	}
	return ""
}

func (d Database) inMemory() bool {
	return d.Name == "" || strings.Contains(d.Name, ":memory:") || strings.HasPrefix(d.Name, "file:")
}

// Problem says why Nuages can't open the database; "" if it can.
func (d Database) Problem() string {
	switch {
	case d.Kind == "" && (d.Engine == "" || strings.HasSuffix(d.Engine, ".dummy")):
		return "names no engine"
	case d.Kind == "":
		return "there is no driver for " + d.Engine
	case d.Kind == "sqlite" && d.inMemory():
		return "a database in memory is Python's alone"
	case d.Kind == "mysql" && d.Options["read_default_file"] != "":
		return "its address is in " + d.Options["read_default_file"] + ", which only MySQL's own client reads"
	case d.Name == "" && d.Kind != "sqlite" && d.Options["service"] == "":
		return "names no database"
	}
	return ""
}

// PublicURL is URL without what is secret: for source that others read.
func (d Database) PublicURL() string {
	d.Password = settings.Secret{}
	d.Options = maps.Clone(d.Options)
	for _, name := range secretOptions {
		delete(d.Options, name)
	}
	return d.URL()
}

// secretOptions are the libpqOptions that hold secrets: that of the key of a client's certificate.
var secretOptions = []string{"sslpassword"}

// URL is the address for nuages.Database, with its password; "" if there is a Problem.
func (d Database) URL() string {
	if d.Problem() != "" {
		return ""
	}
	if d.Kind == "sqlite" {
		return "sqlite:///" + (&url.URL{Path: filepath.ToSlash(d.Name)}).EscapedPath()
	}
	u := url.URL{Scheme: d.Kind, Path: "/" + d.Name, Host: d.Host}
	query := url.Values{}
	switch {
	case strings.HasPrefix(d.Host, "/") && d.Kind == "mysql":
		u.Host = ""
		query.Set("unix_socket", d.Host)
	case strings.HasPrefix(d.Host, "/"):
		u.Host = ""
		query.Set("host", d.Host)
		if d.Port != "" {
			query.Set("port", d.Port)
		}
	case d.Port != "":
		u.Host = net.JoinHostPort(d.Host, d.Port)
	case strings.Contains(d.Host, ":"):
		u.Host = "[" + d.Host + "]"
	}
	if d.Kind == "mysql" && d.Options["unix_socket"] != "" {
		query.Set("unix_socket", d.Options["unix_socket"])
	}
	if tls := d.mysqlTLS(); tls != "" {
		query.Set("tls", tls)
	}
	for _, name := range libpqOptions {
		if value := d.Options[name]; value != "" && d.Kind == "postgres" {
			query.Set(name, value)
		}
	}
	switch {
	case !d.Password.IsZero():
		u.User = url.UserPassword(d.User, d.Password.Reveal())
	case d.User != "":
		u.User = url.User(d.User)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// mysqlTLS is how Go's driver is told to speak TLS as mysqlclient does; "" where nothing says so. An
// authority of the project's own, in a dict "ssl", has to be among those of the system.
func (d Database) mysqlTLS() string {
	switch mode := strings.ToUpper(d.Options["ssl_mode"]); {
	case d.Kind != "mysql" || mode == "DISABLED":
		return ""
	case mode == "REQUIRED":
		return "skip-verify"
	case mode == "PREFERRED":
		return "preferred"
	case mode != "" || d.Options["ssl"] != "":
		return "true"
	}
	return ""
}

// libpqOptions are the options of psycopg that mean the same in a URL.
var libpqOptions = []string{
	"sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "connect_timeout", "application_name", "options", "service", "passfile", "target_session_attrs",
}
