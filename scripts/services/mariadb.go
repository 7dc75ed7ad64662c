package main

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"strconv"

	"github.com/go-sql-driver/mysql"
)

// startMariaDB makes a data folder and starts MariaDB on it.
func startMariaDB(ctx context.Context, s *server) (string, error) {
	install, err := exec.LookPath("mariadb-install-db")
	if err != nil {
		return "", err
	}
	daemon, err := mariadbd()
	if err != nil {
		return "", err
	}
	a, err := unprivileged("mysql", "nobody")
	if err != nil {
		return "", err
	}
	if err := s.prepare(a); err != nil {
		return "", err
	}
	// CONVERT_TZ needs the time zones, as Django does; they are loaded while nobody
	// is connected.
	zones, err := s.exec(ctx, a, "mariadb-tzinfo-to-sql", "/usr/share/zoneinfo")
	if err != nil {
		return "", err
	}
	secret := password()
	users := "DELETE FROM mysql.global_priv WHERE User = 'root';\n" +
		"FLUSH PRIVILEGES;\n" +
		"CREATE USER nuages@'127.0.0.1' IDENTIFIED BY '" + secret + "';\n" +
		"GRANT ALL ON *.* TO nuages@'127.0.0.1' WITH GRANT OPTION;\n"
	if err := errors.Join(s.write("zones.sql", zones, a), s.write("users.sql", []byte(users), a)); err != nil {
		return "", err
	}
	_, err = s.exec(ctx, a, install, "--no-defaults", "--datadir="+s.path("data"), "--skip-test-db",
		"--extra-file="+s.path("zones.sql"), "--auth-root-authentication-method=normal")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	err = s.launch(a, daemon, "--no-defaults", "--datadir="+s.path("data"), "--init-file="+s.path("users.sql"),
		"--socket="+s.path("socket"), "--pid-file="+s.path("pid"),
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(port), "--skip-name-resolve",
		"--character-set-server=utf8mb4", "--max-connections=500", "--skip-log-bin",
		"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-doublewrite=0",
		"--innodb-buffer-pool-size=128M", "--innodb-log-file-size=32M")
	if err != nil {
		return "", err
	}
	config := mysql.NewConfig()
	config.User, config.Passwd, config.Net, config.Addr = "nuages", secret, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return "", err
	}
	return config.FormatDSN(), s.wait(ctx, func(ctx context.Context) error {
		c, err := connector.Connect(ctx)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// mariadbd finds the server, whose folder is not on the PATH of all users.
func mariadbd() (string, error) {
	path, err := exec.LookPath("mariadbd")
	if err != nil {
		if path, elsewhere := exec.LookPath("/usr/sbin/mariadbd"); elsewhere == nil {
			return path, nil
		}
	}
	return path, err
}
