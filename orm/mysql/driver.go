package mysql

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os/exec"
	"strings"

	driver "github.com/go-sql-driver/mysql"

	"github.com/nuages-web/nuages/orm"
)

// Driver returns the driver of MySQL and MariaDB for the settings of a project. Its
// URLs are mysql://user:password@host:3306/database (or mariadb://), with the
// driver's parameters behind a question mark, and unix_socket for the path of a
// socket in place of host and port. Nil options are the defaults.
func Driver(opts *Options) orm.Driver {
	return orm.Driver{
		Name:    "mysql",
		Schemes: []string{"mysql", "mariadb"},
		Open: func(ctx context.Context, address string) (orm.Backend, error) {
			config, err := configOf(address)
			if err != nil {
				return nil, err
			}
			return Open(ctx, config.FormatDSN(), opts)
		},
		Shell: shell,
	}
}

// configOf reads a URL.
func configOf(address string) (*driver.Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" {
		// The error can quote the URL, with its password.
		return nil, errors.New(`mysql: the URL of the database: want "mysql://user:password@host:3306/database"`)
	}
	config := driver.NewConfig()
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.DBName = strings.TrimPrefix(u.Path, "/")
	host, port := u.Hostname(), u.Port()
	if host == "" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "3306"
	}
	config.Net, config.Addr = "tcp", net.JoinHostPort(host, port)
	config.Params = map[string]string{}
	for name, values := range u.Query() {
		if name == "unix_socket" {
			config.Net, config.Addr = "unix", values[len(values)-1]
			continue
		}
		config.Params[name] = values[len(values)-1]
	}
	return config, nil
}

// shell hides the password from lists of processes.
func shell(address string) (orm.Shell, error) {
	config, err := configOf(address)
	if err != nil {
		return orm.Shell{}, err
	}
	s := orm.Shell{Name: "mariadb"}
	if _, err := exec.LookPath(s.Name); err != nil {
		s.Name = "mysql"
	}
	if config.Passwd != "" {
		s.Env = append(s.Env, "MYSQL_PWD="+config.Passwd)
	}
	if config.User != "" {
		s.Args = append(s.Args, "--user="+config.User)
	}
	if config.Net == "unix" {
		s.Args = append(s.Args, "--socket="+config.Addr)
	} else if host, port, err := net.SplitHostPort(config.Addr); err == nil {
		s.Args = append(s.Args, "--host="+host, "--port="+port)
	}
	if config.DBName != "" {
		s.Args = append(s.Args, "--database="+config.DBName)
	}
	return s, nil
}
