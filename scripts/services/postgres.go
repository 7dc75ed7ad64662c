package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// startPostgres makes a data folder and starts PostgreSQL on it.
func startPostgres(ctx context.Context, s *server) (string, error) {
	bin, err := postgresFolder()
	if err != nil {
		return "", err
	}
	a, err := unprivileged("postgres", "nobody")
	if err != nil {
		return "", err
	}
	if err := s.prepare(a); err != nil {
		return "", err
	}
	secret := password()
	// initdb reads the password from a file or a terminal.
	if err := s.write("password", []byte(secret), a); err != nil {
		return "", err
	}
	_, err = s.exec(ctx, a, filepath.Join(bin, "initdb"), "--pgdata", s.path("data"), "--username=nuages",
		"--pwfile", s.path("password"), "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	args := []string{"-D", s.path("data"), "-k", s.folder, "-h", "127.0.0.1", "-p", strconv.Itoa(port)}
	for _, setting := range []string{
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"max_connections=400", "max_prepared_transactions=20",
	} {
		args = append(args, "-c", setting)
	}
	s.halt = syscall.SIGQUIT // immediate shutdown: all processes, nothing is written
	if err := s.launch(a, filepath.Join(bin, "postgres"), args...); err != nil {
		return "", err
	}
	url := fmt.Sprintf("postgres://nuages:%s@127.0.0.1:%d/postgres?sslmode=disable", secret, port)
	return url, s.wait(ctx, func(ctx context.Context) error {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		return c.Close(ctx)
	})
}

// postgresFolder finds the folder of initdb and postgres, which Debian leaves out
// of the PATH: it can have several versions. The newest one is taken.
func postgresFolder() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", &exec.Error{Name: "initdb", Err: exec.ErrNotFound}
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}
