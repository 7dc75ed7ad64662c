//go:build unix

package nuages_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// programEnv makes the test's program a project's own; failEnv names a file that keeps it from
// starting while it is there.
const (
	programEnv = "NUAGES_TEST_PROGRAM"
	failEnv    = "NUAGES_TEST_FAIL"
)

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) != "" {
		nuages.Main(pidProject) // does not return
	}
	os.Exit(m.Run())
}

// pidProject answers with its process ID, its protocol, and what its app has done so far.
func pidProject(env *settings.Env) (*nuages.Project, error) {
	s := nuages.Settings{
		Name: "pids", SecretKey: settings.SecretOf(key), AllowedHosts: []string{"localhost", "127.0.0.1"},
	}
	s.Server.MaxURI = 100 // the flags and the environment of a test say otherwise
	fail := env.String(failEnv, "")
	state := "not started"
	app := nuages.App{
		Name: "journal",
		Start: func(context.Context) error {
			if _, err := os.Stat(fail); err == nil {
				return errors.New("the journal is gone")
			}
			state = "started"
			return nil
		},
		Stop: func(context.Context) error {
			fmt.Printf("stopped %d\n", os.Getpid())
			return nil
		},
	}
	return nuages.New(s, []urls.Route{urls.Path("", func(r *web.Request) (web.Response, error) {
		return web.Text(fmt.Sprint(os.Getpid(), " ", r.HTTP().Proto, " ", r.Scheme(), " ", state)), nil
	}), urls.Path("hang/", func(r *web.Request) (web.Response, error) {
		fmt.Println("hanging")
		<-r.Context().Done()
		return web.Text(""), nil
	})}, app)
}

// A runningProgram is a project that serve runs, and the processes that take it over.
type runningProgram struct {
	t     *testing.T
	env   []string
	lines chan string // of output; closed when all have ended
	first int         // process ID
	last  *int        // the process that serves now
}

func serveProgram(t *testing.T, env []string, args ...string) *runningProgram {
	t.Helper()
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], append([]string{"serve"}, args...)...)
	p := &runningProgram{t: t, env: append(append(os.Environ(), programEnv+"=1"), env...), lines: make(chan string, 1000)}
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = p.env, w, w, t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	go func() { _ = cmd.Wait() }() // before the lines end
	go func() {
		defer close(p.lines)
		defer out.Close()
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	p.first = cmd.Process.Pid
	p.last = &p.first
	t.Cleanup(func() {
		_ = syscall.Kill(*p.last, syscall.SIGTERM)
		for range p.lines { // ends with the processes
		}
	})
	return p
}

// wait returns the next line that holds a text.
func (p *runningProgram) wait(text string) string {
	p.t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the program has ended before it printed %q", text)
			}
			if strings.Contains(line, text) {
				return line
			}
			p.t.Log(line)
		case <-timeout:
			p.t.Fatalf("the program does not print %q", text)
		}
	}
}

// url waits until the program serves, and returns where.
func (p *runningProgram) url() string {
	p.t.Helper()
	var entry struct{ URL string }
	if line := p.wait(`"msg":"serving"`); json.Unmarshal([]byte(line), &entry) != nil || entry.URL == "" {
		p.t.Fatalf("no address in %s", line)
	}
	return entry.URL
}

func (p *runningProgram) manage(args ...string) (string, error) {
	cmd := exec.CommandContext(p.t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Dir = p.env, p.t.TempDir()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func fetch(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v, %s", url, resp.Status, err, body)
	}
	return string(body)
}

// TestRestartCommand goes through a deployment: a version that fails, and one that does not.
func TestRestartCommand(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "ctl") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	control, fail := filepath.Join(dir, "control"), filepath.Join(dir, "fail")
	p := serveProgram(t, []string{"SERVER_ADDRESS=127.0.0.1:0", "SERVER_CONTROL_SOCKET=" + control, failEnv + "=" + fail}, "--linger", "200ms")
	url := p.url()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if got, want := fetch(t, client, url), fmt.Sprint(p.first, " HTTP/1.1 http started"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for deadline := time.Now().Add(30 * time.Second); ; { // it is opened when the program accepts
		if info, err := os.Stat(control); err == nil {
			if info.Mode().Perm() != 0o600 {
				t.Errorf("control socket: got %v, want 0600", info.Mode())
			}
			break
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond)
	}

	if err := os.WriteFile(fail, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := p.manage("restart")
	if want := "error: restart: the new process has ended before it was ready (exit status 1); this one goes on"; err == nil || !strings.Contains(out, want) {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
	p.wait("the journal is gone")
	if got := fetch(t, client, url); !strings.HasPrefix(got, fmt.Sprint(p.first, " ")) {
		t.Errorf("after a restart that failed: got %q, want %d", got, p.first)
	}

	if err := os.Remove(fail); err != nil {
		t.Fatal(err)
	}
	for before := p.first; ; {
		pid := 0
		out, err := p.manage("restart", "--control-socket", control)
		if _, scanErr := fmt.Sscanf(out, "Process %d serves now.", &pid); err != nil || scanErr != nil || pid == before {
			t.Fatalf("got %q, %v", out, err)
		}
		p.last = &pid
		if got, want := fetch(t, client, url), fmt.Sprint(pid, " HTTP/1.1 http started"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		p.wait(fmt.Sprint("stopped ", before))
		if before != p.first {
			break // a second time, by the socket of the second process
		}
		before = pid
	}

	if err := syscall.Kill(*p.last, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wait(fmt.Sprint("stopped ", *p.last))
	if _, err := os.Stat(control); !os.IsNotExist(err) {
		t.Errorf("the control socket is left behind: %v", err)
	}
	out, err = p.manage("restart")
	if want := "hint: Is it running, with this control socket, and as this user?"; err == nil || !strings.Contains(out, want) {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

// TestSecondSignal doesn't wait for a request that hangs.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	p := serveProgram(t, []string{"SERVER_ADDRESS=127.0.0.1:0"}, "--grace=1h")
	url := p.url()
	asked := make(chan error, 1)
	go func() {
		resp, err := http.Get(url + "hang/")
		if err == nil {
			resp.Body.Close()
		}
		asked <- err
	}()
	p.wait("hanging")
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGINT} {
		select {
		case err := <-asked:
			t.Fatalf("the request ended before the second signal: %v", err)
		case <-time.After(200 * time.Millisecond): // the first has to be seen before the second comes
		}
		if err := syscall.Kill(p.first, sig); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-asked; err == nil {
		t.Error("the request was answered")
	}
}

// TestServerSettings sets one option in three ways, and takes the strongest.
func TestServerSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		env  []string
		args []string
		want int // of a request with an address of 200 bytes
	}{
		{"settings", nil, nil, http.StatusRequestURITooLong},
		{"environment", []string{"SERVER_MAX_URI=300"}, nil, http.StatusOK},
		{"flag", []string{"SERVER_MAX_URI=150"}, []string{"--max-uri=300"}, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := serveProgram(t, append([]string{"SERVER_ADDRESS=127.0.0.1:0"}, test.env...), append(test.args, "--linger=-1s")...)
			resp, err := http.Get(p.url() + "?" + strings.Repeat("x", 200))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != test.want {
				t.Errorf("got %s, want %d", resp.Status, test.want)
			}
		})
	}
	t.Run("mistakes", func(t *testing.T) {
		t.Parallel()
		p := &runningProgram{t: t, env: append(os.Environ(), programEnv+"=1", "SERVER_MAX_URI=many")}
		if out, err := p.manage("serve"); err == nil || !strings.Contains(out, "SERVER_MAX_URI") {
			t.Errorf("a variable that is no number: got %q, %v", out, err)
		}
		p.env = append(os.Environ(), programEnv+"=1")
		for _, args := range [][]string{{"serve", "https://127.0.0.1:0"}, {"serve", "--tls-cert", "nowhere.pem"}, {"serve", "--dev-cert", "--acme-domain", "example.com"}} {
			if out, err := p.manage(args...); err == nil || !strings.Contains(out, "error: ") || !strings.Contains(out, "certificate") {
				t.Errorf("%q: got %q, %v", args, out, err)
			}
		}
	})
}

// TestServeTLS serves HTTPS with the certificate for development beside plain HTTP, and WebSockets
// over HTTP/2 are offered.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	p := serveProgram(t, []string{"XDG_STATE_HOME=" + state}, "https://127.0.0.1:0", "http://127.0.0.1:0", "--dev-cert", "--linger=-1s")
	secure, plain := p.url(), p.url()
	authority := ""
	_ = filepath.WalkDir(state, func(path string, _ os.DirEntry, _ error) error {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(path, "authority") && strings.Contains(string(text), "CERTIFICATE") {
			authority += string(text)
		}
		return nil
	})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(authority)) {
		t.Fatal("the authority's certificate is not there")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	if got, want := fetch(t, client, secure), fmt.Sprint(p.first, " HTTP/2.0 https started"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := fetch(t, http.DefaultClient, plain), fmt.Sprint(p.first, " HTTP/1.1 http started"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	client.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	if !offersSockets(t, strings.TrimSuffix(strings.TrimPrefix(secure, "https://"), "/"), pool) {
		t.Error("WebSockets over HTTP/2 are not offered")
	}
}

// offersSockets tells whether a server's first frame of HTTP/2 has SETTINGS_ENABLE_CONNECT_PROTOCOL
// (RFC 8441, section 3).
func offersSockets(t *testing.T, addr string, pool *x509.CertPool) bool {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 9)
	if _, err := io.ReadFull(c, head); err != nil || head[3] != 4 {
		t.Fatalf("first frame %x, %v, want SETTINGS", head, err)
	}
	settings := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(c, settings); err != nil {
		t.Fatal(err)
	}
	for ; len(settings) >= 6; settings = settings[6:] {
		if string(settings[:6]) == "\x00\x08\x00\x00\x00\x01" {
			return true
		}
	}
	return false
}
