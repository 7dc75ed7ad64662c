// The services command runs a command beside the database servers that tests
// use, and stops the servers when it ends:
//
//	go run ./scripts/services go test ./orm/...
//
// Without a command it prints the variables to set and waits for an interrupt.
// The servers are thrown away: their data is in a new folder below the temporary
// one, nothing of it is synced to the disk, and they listen on free ports of
// 127.0.0.1. Their addresses are in NUAGES_TEST_POSTGRES and NUAGES_TEST_MYSQL,
// where package internal/testdb finds them. A server that is not installed, or
// whose variable is set already, is left out.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/nuages-web/nuages/internal/testdb"
)

// startTimeout bounds making a data folder and waiting for its server: some
// seconds where nothing else runs.
const startTimeout = 3 * time.Minute

func main() {
	// What dieWithParent asks for is bound to threads: this one lives as long as
	// the process.
	runtime.LockOSThread()
	dieWithParent()
	os.Exit(run(os.Args[1:]))
}

// service is one kind of server.
type service struct {
	name, env string
	start     func(ctx context.Context, s *server) (address string, err error)
}

var services = [...]service{
	{"PostgreSQL", testdb.PostgresEnv, startPostgres},
	{"MariaDB", testdb.MySQLEnv, startMariaDB},
}

// run starts the servers, runs command, stops all and returns the exit status.
func run(command []string) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	folder, err := os.MkdirTemp("", "nuages-services-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(folder)
	// Servers run as other users and have folders of their own in this one.
	if err := os.Chmod(folder, 0o711); err != nil {
		return fail(err)
	}
	servers, env, err := startAll(folder, signals)
	defer stopAll(servers)
	if err != nil {
		return fail(err)
	}
	if len(command) == 0 {
		for _, line := range env {
			fmt.Printf("export %s\n", quoted(line))
		}
		<-signals
		return 0
	}
	return runCommand(command, env, signals)
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "services:", err)
	return 1
}

// startAll starts the servers side by side. A signal ends the wait for them.
func startAll(folder string, signals <-chan os.Signal) ([]*server, []string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	var (
		servers []*server
		env     = make([]string, len(services))
		errs    = make([]error, len(services))
		group   sync.WaitGroup
	)
	for i, service := range services {
		if os.Getenv(service.env) != "" {
			continue
		}
		s := newServer(folder, service.name)
		servers = append(servers, s)
		group.Go(func() {
			address, err := service.start(ctx, s)
			switch {
			case errors.Is(err, exec.ErrNotFound):
				fmt.Fprintf(os.Stderr, "services: left out %s: %v\n", service.name, err)
			case err != nil:
				errs[i] = fmt.Errorf("start %s: %w\n%s", service.name, err, s.log())
			default:
				env[i] = service.env + "=" + address
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	select {
	case <-done:
	case got := <-signals:
		cancel()
		<-done
		return servers, nil, fmt.Errorf("%v while the servers were starting", got)
	}
	var set []string
	for _, line := range env {
		if line != "" {
			set = append(set, line)
		}
	}
	return servers, set, errors.Join(errs...)
}

// stopAll stops the servers side by side.
func stopAll(servers []*server) {
	var group sync.WaitGroup
	for _, s := range servers {
		group.Go(s.stop)
	}
	group.Wait()
}

// runCommand runs the command in a process group of its own, so that signals
// reach all of its processes, and returns its exit status.
func runCommand(command, env []string, signals <-chan os.Signal) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = ownGroup(nil)
	if err := cmd.Start(); err != nil {
		return fail(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case got := <-signals:
			signalGroup(cmd.Process, got)
		case err := <-ended:
			// What the command left behind would lose its servers anyway.
			signalGroup(cmd.Process, syscall.SIGKILL)
			if err == nil {
				return 0
			}
			if code := cmd.ProcessState.ExitCode(); code > 0 {
				return code
			}
			return fail(err)
		}
	}
}
