package main

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
)

// insideEnv names the file where TestInside tells the addresses that it has seen.
const insideEnv = "NUAGES_SERVICES_INSIDE"

// TestRun starts the servers for a command, TestInside, and looks for what is
// left of them after it. It sets variables for the process, so it is not
// parallel.
func TestRun(t *testing.T) {
	needServers(t)
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv(insideEnv, seen)
	t.Setenv(realdjango.RequireEnv, "1")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if code := run([]string{program, "-test.run=^TestInside$"}); code != 0 {
		t.Fatalf("the command ended with status %d", code)
	}
	text, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	for address := range strings.FieldsSeq(string(text)) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			t.Errorf("a server still listens at %s", address)
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "nuages-services-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// needServers has the servers of this test started anew and their data kept in a
// folder of its own.
func needServers(t *testing.T) {
	t.Helper()
	if _, err := postgresFolder(); err != nil {
		realdjango.Missing(t, err.Error())
	}
	if _, err := mariadbd(); err != nil {
		realdjango.Missing(t, err.Error())
	}
	t.Setenv(testdb.PostgresEnv, "")
	t.Setenv(testdb.MySQLEnv, "")
	// Short, for it holds Unix sockets.
	folder, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", folder)
}

// TestInside is the command of TestRun, and nothing by itself.
func TestInside(t *testing.T) {
	t.Parallel()
	seen := os.Getenv(insideEnv)
	if seen == "" {
		return
	}
	u, err := url.Parse(testdb.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	config, err := mysql.ParseDSN(testdb.MySQL(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seen, []byte(u.Host+"\n"+config.Addr+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A signal reaches the command, and its exit status is handed on. The servers are
// left out: their variables are set.
func TestSignal(t *testing.T) {
	t.Setenv(testdb.PostgresEnv, "elsewhere")
	t.Setenv(testdb.MySQLEnv, "elsewhere")
	for _, name := range []string{"INT", "TERM"} {
		// The shell tells its parent, this process, which tells the shell.
		script := "exec 2>/dev/null; trap 'exit 9' " + name + "; kill -" + name + " $PPID; while :; do sleep 0.01; done"
		if code := run([]string{"sh", "-c", script}); code != 9 {
			t.Errorf("status %d after SIG%s, want 9", code, name)
		}
	}
	if code := run([]string{"sh", "-c", "exit 7"}); code != 7 {
		t.Errorf("status %d of a command that ends with 7", code)
	}
}

// A signal while the servers start stops them.
func TestSignalAtStart(t *testing.T) {
	needServers(t)
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGTERM
	folder := t.TempDir()
	servers, _, err := startAll(folder, signals)
	stopAll(servers)
	if err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("start with a signal waiting: error %v", err)
	}
}
