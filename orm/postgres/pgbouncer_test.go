package postgres_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	osexec "os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

const pgbouncer = "/usr/sbin/pgbouncer"

// startPgBouncer starts a PgBouncer in transaction mode, with two connections to
// the database, and returns the URL of the database behind it.
func startPgBouncer(t *testing.T, address string) string {
	t.Helper()
	if _, err := os.Stat(pgbouncer); err != nil {
		realdjango.Missing(t, "PgBouncer (Debian package pgbouncer)")
	}
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close() // PgBouncer takes no port 0
	name := strings.TrimPrefix(target.Path, "/")
	password, ok := target.User.Password()
	if ok {
		password = " password=" + password
	}
	folder, err := os.MkdirTemp("", "pgbouncer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	ini := fmt.Sprintf("[databases]\n%s = host=%s port=%s user=%s%s\n[pgbouncer]\nlisten_addr = %s\nlisten_port = %s\nauth_type = any\n"+
		"pool_mode = transaction\ndefault_pool_size = 2\nunix_socket_dir =\n",
		name, target.Hostname(), target.Port(), target.User.Username(), password, host, port)
	file := filepath.Join(folder, "ini")
	if err := os.WriteFile(file, []byte(ini), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := osexec.Command(pgbouncer, file)
	if os.Getuid() == 0 { // it refuses to run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	var said []string
	up := false
	for !up && lines.Scan() {
		said = append(said, lines.Text())
		up = strings.Contains(lines.Text(), "process up")
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for lines.Scan() {
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-drained
		_ = cmd.Wait()
	})
	if !up {
		t.Fatalf("pgbouncer ended:\n%s", strings.Join(said, "\n"))
	}
	behind := *target
	behind.Host = net.JoinHostPort(host, port)
	return behind.String()
}

// TestPgBouncer: the ways of sending statements that are for PgBouncer work
// there, with more connections than it has to the server.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	address := testdb.Postgres(t)
	direct := openURL(t, address, nil)
	behind := startPgBouncer(t, address)
	for mode, prepared := range modes() {
		if prepared == postgres.PreparedCache {
			continue
		}
		t.Run(mode, func(t *testing.T) {
			db := openURL(t, behind, &postgres.Options{Prepared: prepared, MaxConns: 6})
			exec(t, direct, "CREATE TABLE "+mode+" (n bigint, s text)")
			var wait sync.WaitGroup
			for worker := range int64(6) {
				wait.Go(func() {
					for i := range int64(20) {
						n := worker*100 + i
						if err := pgBouncerStep(t, db, mode, n); err != nil {
							t.Errorf("%d: %v", n, err)
							return
						}
					}
				})
			}
			wait.Wait()
			if n := value[int64](t, direct, "SELECT count(DISTINCT n) FROM "+mode); n != 120 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

func pgBouncerStep(t *testing.T, db *postgres.DB, table string, n int64) error {
	ctx := context.Background()
	tx, err := db.Begin(ctx, sql.TxOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, "INSERT INTO "+table+" VALUES ($1, $2)", []any{n, strconv.FormatInt(n, 10)}); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	statements := []orm.Statement{
		{SQL: "SELECT s FROM " + table + " WHERE n = $1", Args: []any{n}},
		{SQL: "SELECT n FROM " + table + " WHERE n = ANY($1)", Args: []any{[]int64{n}}},
	}
	want := strconv.FormatInt(n, 10)
	return db.QueryBatch(ctx, statements, func(_ int, rows orm.Rows) error {
		for rows.Next() {
			if got := rows.Text(0); got != want {
				return fmt.Errorf("%s, want %s", got, want)
			}
		}
		return rows.Err()
	})
}
