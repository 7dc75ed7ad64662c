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
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// Variables of the environment of the programs that the tests restart.
const (
	serviceEnv = "NUAGES_TEST_SERVICE" // the address to serve on
	brokenEnv  = "NUAGES_TEST_BROKEN"  // a file: while it exists, a program fails before it is ready
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

// askUntil sends requests on kept connections until done, and reconnects only where the server said
// that it closes. No request is tried again.
func askUntil(addr string, done func() bool) error {
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		err = askOn(c, done)
		c.Close()
		if err != nil || done() {
			return err
		}
	}
}

func askOn(c net.Conn, done func() bool) error {
	_ = c.SetDeadline(time.Now().Add(5 * patience))
	in := bufio.NewReader(c)
	for n := 0; !done(); n++ {
		if _, err := io.WriteString(c, request); err != nil {
			return fmt.Errorf("request %d of a connection: %w", n, err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return fmt.Errorf("answer %d of a connection: %w", n, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("answer %d of a connection: %s, %w", n, resp.Status, err)
		}
		if resp.Close {
			return nil
		}
	}
	return nil
}

const restarts = 10

// TestRestartUnderLoad restarts while clients send 100,000 requests.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	r := startService(t)
	const clients, requests = 64, 100_000
	var sent atomic.Int64
	var restarted atomic.Bool
	done := func() bool { return sent.Add(1) > requests && restarted.Load() }
	errs := make(chan error, clients)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() { errs <- askUntil(r.addr, done) })
	}
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		close(ended)
	}()
	for n := range int64(restarts) {
		for sent.Load() < n*requests/restarts { // so that each comes amid requests
			select {
			case <-ended:
				t.Fatalf("the clients have ended after %d requests: %v", sent.Load(), <-errs)
			case <-time.After(time.Millisecond):
			}
		}
		r.restart()
	}
	restarted.Store(true)
	<-ended
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d requests", sent.Load())
}

// TestRestartHTTP2 restarts while clients send many requests on each connection.
func TestRestartHTTP2(t *testing.T) {
	t.Parallel()
	r := startService(t)
	var sent atomic.Int64
	var restarted atomic.Bool
	var wg sync.WaitGroup
	const connections, streams = 4, 16
	errs := make(chan error, connections*streams)
	for range connections {
		h2c := new(http.Protocols)
		h2c.SetUnencryptedHTTP2(true)
		client := &http.Client{Transport: &http.Transport{Protocols: h2c}, Timeout: patience}
		defer client.CloseIdleConnections()
		for range streams {
			wg.Go(func() {
				for !restarted.Load() {
					// A POST is not sent twice, unless the server's GOAWAY says that it has not been looked
					// at (RFC 9113, section 6.8).
					resp, err := client.Post("http://"+r.addr+"/", "text/plain", strings.NewReader("x"))
					if err != nil {
						errs <- err
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if err != nil || resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK {
						errs <- fmt.Errorf("answer: %s %s, %w", resp.Proto, resp.Status, err)
						return
					}
					sent.Add(1)
				}
			})
		}
	}
	for n := range int64(restarts) {
		for sent.Load() < n*500 {
			select {
			case err := <-errs:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		r.restart()
	}
	restarted.Store(true)
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	t.Logf("%d requests", sent.Load())
}

// TestRestartUnderStreams restarts while clients hold WebSockets and event streams, which each end
// in a way that their clients come back on.
func TestRestartUnderStreams(t *testing.T) {
	t.Parallel()
	r := startService(t)
	const each = 500
	var stopped atomic.Bool
	var sockets, streams atomic.Int64 // how often they were opened
	var wg sync.WaitGroup
	errs := make(chan error, 2*each)
	for range each {
		wg.Go(func() {
			for !stopped.Load() {
				if err := holdSocket(t.Context(), r.addr, &sockets, &stopped); err != nil {
					errs <- err
					return
				}
			}
		})
		wg.Go(func() {
			for !stopped.Load() {
				if err := holdEvents(r.addr, &streams); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	for n := int64(1); n <= restarts; n++ {
		// All have come (back) before they are sent away again.
		for deadline := time.Now().Add(2 * patience); sockets.Load() < n*each || streams.Load() < n*each; {
			if time.Now().After(deadline) {
				t.Fatalf("after %d restarts: %d sockets and %d streams were opened, want %d", n-1, sockets.Load(), streams.Load(), n*each)
			}
			select {
			case err := <-errs:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		if n == restarts {
			stopped.Store(true)
		}
		r.restart()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}

// holdSocket opens a WebSocket and waits until the server says goodbye.
func holdSocket(ctx context.Context, addr string, opened *atomic.Int64, stopped *atomic.Bool) error {
	ctx, cancel := context.WithTimeout(ctx, 5*patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+addr+"/socket", nil)
	if err != nil {
		return fmt.Errorf("open a WebSocket: %w", err)
	}
	defer c.CloseNow()
	opened.Add(1)
	_, _, err = c.Read(ctx)
	if code := websocket.CloseStatus(err); code != websocket.StatusGoingAway {
		return fmt.Errorf("a WebSocket ended with %w, want 1001", err)
	}
	return nil
}

// holdEvents opens an event stream and waits for its end, which has to be clean.
func holdEvents(addr string, opened *atomic.Int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * patience))
	if _, err := io.WriteString(c, "GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Errorf("open an event stream: %w", err)
	}
	first := make([]byte, len("data: "))
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "data: " {
		return fmt.Errorf("first event: %q, %w", first, err)
	}
	opened.Add(1)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("an event stream ended with: %w", err)
	}
	return nil
}

// TestRestartFails has the new process fail: the old one goes on, and a later attempt succeeds.
func TestRestartFails(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "broken")
	r := startService(t, brokenEnv+"="+broken)
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(r.pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	want := "failed restart: the new process has ended before it was ready (exit status 1); this one goes on"
	if line := r.wait("failed "); line != want {
		t.Errorf("got %q, want %q", line, want)
	}
	if got := get(t, r.addr); got != strconv.Itoa(r.pid) {
		t.Errorf("answered by %s, want %d", got, r.pid)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if got := get(t, r.addr); got != strconv.Itoa(r.pid) {
		t.Errorf("answered by %s, want %d", got, r.pid)
	}
}

// TestRestartHTTP3 restarts during a request over HTTP/3, which the old process answers; the next is
// answered by the new one, on a connection of its own.
func TestRestartHTTP3(t *testing.T) {
	t.Parallel()
	r := startService(t, secureEnv+"=1")
	ask := func(client *http.Client, path string) string {
		resp, err := client.Get("https://" + r.addr + path)
		if err != nil {
			t.Errorf("GET %s: %v", path, err)
			return ""
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Errorf("GET %s: %v", path, err)
		}
		return string(body)
	}
	// The service's certificate is its own; who answers is told by the process ID.
	first := &http3.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer first.Close()
	slow := make(chan string, 1)
	go func() { slow <- ask(&http.Client{Transport: first, Timeout: patience}, "/slow") }()
	r.wait("slow")
	old := strconv.Itoa(r.pid)
	r.restart()
	if got := <-slow; got != old {
		t.Errorf("the request under way was answered by %q, want %s", got, old)
	}
	second := &http3.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer second.Close()
	if got := ask(&http.Client{Transport: second, Timeout: patience}, "/"); got != strconv.Itoa(r.pid) {
		t.Errorf("the next request was answered by %q, want %d", got, r.pid)
	}
}

// get asks on a connection of its own.
func get(t *testing.T, addr string) string {
	t.Helper()
	c := dial(t, addr, request)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
