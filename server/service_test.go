//go:build unix

package server_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// Variables of the environment of the programs that the tests restart.
const (
	serviceEnv = "NUAGES_TEST_SERVICE" // the address to serve on
	brokenEnv  = "NUAGES_TEST_BROKEN"  // a file: while it exists, a program fails before it is ready
	lateEnv    = "NUAGES_TEST_LATE"    // likewise, but after it has taken the sockets
	secureEnv  = "NUAGES_TEST_SECURE"  // if set, the address is one of TLS and HTTP/3
)

// TestMain makes this program a service where a test asks for one.
func TestMain(m *testing.M) {
	if addr := os.Getenv(serviceEnv); addr != "" {
		if err := service(addr); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// service serves until SIGTERM, restarts itself on SIGHUP, and prints a line for each thing that
// happens.
func service(addr string) error {
	if _, err := os.Stat(os.Getenv(brokenEnv)); err == nil {
		return errors.New("broken")
	}
	inherited, err := server.InheritedFromEnvironment()
	if err != nil {
		return err
	}
	o := &server.Options{Addresses: []string{addr}, Inherited: inherited}
	if os.Getenv(secureEnv) != "" {
		if o.TLS, err = secureService(); err != nil {
			return err
		}
		o.HTTP3 = true
	}
	s, err := server.New(serviceSite(), o)
	if err != nil {
		return err
	}
	if _, err := os.Stat(os.Getenv(lateEnv)); err == nil {
		s.Close()
		return errors.New("broken")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	restart := make(chan os.Signal, 1)
	signal.Notify(restart, syscall.SIGHUP)
	go func() {
		for range restart {
			if pid, err := s.Restart(ctx, nil); err != nil {
				fmt.Println("failed", err)
			} else {
				fmt.Println("restarted", pid)
			}
		}
	}()
	fmt.Println("serving", os.Getpid(), s.Addrs()[0])
	return s.Run(ctx)
}

// secureService makes a certificate and prints what a browser is told to trust it by.
func secureService() (*tls.Config, error) {
	cert, _ := certificate()
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	fmt.Println("key", base64.StdEncoding.EncodeToString(sum[:]))
	return serverTLS(), nil
}

func serviceSite() http.Handler {
	pid := strconv.Itoa(os.Getpid())
	mux := http.NewServeMux()
	mux.Handle("/events", web.ToHTTP(func(*web.Request) (web.Response, error) {
		return web.SSE(func(ctx context.Context, events *web.EventStream) error {
			if err := events.Send(web.Event{Data: pid}); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}, nil), nil
	}, nil))
	mux.Handle("/socket", web.ToHTTP(func(r *web.Request) (web.Response, error) {
		return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
			for {
				text, err := ws.ReadText(ctx)
				if err != nil {
					return err
				}
				if err := ws.WriteText(ctx, r.HTTP().Proto+" "+text); err != nil {
					return err
				}
			}
		}, nil), nil
	}, nil))
	mux.Handle("/page", web.ToHTTP(browserPage, nil))
	mux.Handle("/protocol", web.ToHTTP(func(r *web.Request) (web.Response, error) { return web.Text(r.HTTP().Proto), nil }, nil))
	mux.Handle("/report", web.ToHTTP(func(r *web.Request) (web.Response, error) {
		body, err := r.Body()
		fmt.Println("report", string(body))
		return web.Text("thanks"), err
	}, nil))
	mux.Handle("/slow", web.ToHTTP(func(r *web.Request) (web.Response, error) {
		fmt.Println("slow")
		<-web.ServerFromContext(r.Context()).Drain.Done()
		<-time.After(100 * time.Millisecond) // the answer comes while the server drains
		return web.Text(pid), nil
	}, nil))
	mux.Handle("/", web.ToHTTP(func(*web.Request) (web.Response, error) { return web.Text(pid), nil }, nil))
	return mux
}

// A serviceRun is a chain of processes that hand their socket on.
type serviceRun struct {
	t     *testing.T
	addr  string
	pid   int
	lines chan string // what they print; closed when all have ended
	first []string    // what the first printed before it served
}

// said returns the line that begins with a word and that the first process printed before it served.
func (r *serviceRun) said(word string) string {
	r.t.Helper()
	for _, line := range r.first {
		if strings.HasPrefix(line, word) {
			return line
		}
	}
	r.t.Fatalf("no process printed %q", word)
	return ""
}

func startService(t *testing.T, env ...string) *serviceRun {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), serviceEnv+"=127.0.0.1:0"), env...)
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	go func() { _ = cmd.Wait() }() // the process ends before the lines do
	r := &serviceRun{t: t, lines: make(chan string, 100)}
	go func() {
		defer close(r.lines)
		defer out.Close()
		for s := bufio.NewScanner(out); s.Scan(); {
			r.lines <- s.Text()
		}
	}()
	for line := range r.lines {
		if strings.HasPrefix(line, "serving ") {
			_, err = fmt.Sscanf(line, "serving %d %s", &r.pid, &r.addr)
			break
		}
		r.first = append(r.first, line)
	}
	if err != nil || r.pid == 0 {
		t.Fatalf("no process serves: %v, %q", err, r.first)
	}
	t.Cleanup(r.stop)
	return r
}

// wait returns the next line that begins with a word.
func (r *serviceRun) wait(word string) string {
	r.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, ok := <-r.lines:
			if !ok {
				r.t.Fatalf("the processes have ended before one printed %q", word)
			}
			if strings.HasPrefix(line, word) {
				return line
			}
			r.t.Log(line)
		case <-timeout:
			r.t.Fatalf("no process prints %q", word)
		}
	}
}

// restart hands over to a new process.
func (r *serviceRun) restart() {
	r.t.Helper()
	if err := syscall.Kill(r.pid, syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
	if _, err := fmt.Sscanf(r.wait("restarted "), "restarted %d", &r.pid); err != nil {
		r.t.Fatal(err)
	}
}

func (r *serviceRun) stop() {
	_ = syscall.Kill(r.pid, syscall.SIGTERM)
	for timeout := time.After(patience); ; {
		select {
		case _, ok := <-r.lines:
			if !ok {
				return
			}
		case <-timeout:
			r.t.Errorf("the processes don't end")
			return
		}
	}
}
