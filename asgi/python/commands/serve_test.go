package commands_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

const apps = "testdata/apps"

// told is what testdata/apps/plain.py says of a request.
type told struct {
	PID      int               `json:"pid"`
	CWD      string            `json:"cwd"`
	Version  string            `json:"version"`
	Scheme   string            `json:"scheme"`
	Client   []any             `json:"client"`
	RootPath string            `json:"root_path"`
	Path     string            `json:"path"`
	Headers  map[string]string `json:"headers"`
	Environ  map[string]string `json:"environ"`
	TLS      bool              `json:"tls"`
}

func tell(t testing.TB, client *http.Client, url string, headers ...string) told {
	t.Helper()
	_, body := fetch(t, client, url, headers...)
	var v told
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return v
}

// get asks over a connection of its own.
func get(t testing.TB, url string, headers ...string) told {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return tell(t, client, url, headers...)
}

func TestServe(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain:application", "--port", "0", "--header", "X-Shop: records", "--server-name", "shop", "--no-date-header", "--root-path", "/shop")
	resp, body := fetch(t, http.DefaultClient, p.url()+"/a%20b?c=1")
	if !strings.Contains(body, `"path": "/shop/a b"`) || !strings.Contains(body, `"root_path": "/shop"`) {
		t.Errorf("got %s", body)
	}
	for name, want := range map[string]string{"X-Shop": "records", "Server": "shop", "Date": "", "Content-Type": "application/json"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("the header %s is %q, want %q", name, got, want)
		}
	}
	for _, want := range []string{"application=plain:application", "interface=asgi", "workers=1", "python=3.", "stop=", "reload=SIGHUP"} {
		if !strings.Contains(p.err.String(), want) {
			t.Errorf("the greeting is\n%s\nwant %s", p.err.String(), want)
		}
	}
	p.signal(syscall.SIGTERM)
	if code := p.finish(); code != 0 {
		t.Errorf("got code %d, want 0", code)
	}
	if want := `"GET /a%20b?c=1 HTTP/1.1" 200 `; !strings.Contains(p.out.String(), want) || !strings.HasPrefix(p.out.String(), "127.0.0.1 - - [") {
		t.Errorf("the access log is\n%s\nwant a line with %s", p.out.String(), want)
	}
}

func TestUnixSockets(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		mode fs.FileMode
	}{
		{"uvicorn", []string{"--uds", filepath.Join(dir, "uvicorn")}, 0o666},
		{"gunicorn", []string{"--bind", "unix:" + filepath.Join(dir, "gunicorn"), "--umask", "007"}, 0o770},
		{"daphne", []string{"-u", filepath.Join(dir, "daphne")}, 0o666},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, test.name)
			p := serve(t, apps, nil, append(test.args, "plain")...)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != test.mode {
				t.Errorf("the socket's mode is %v, want %v", got, test.mode)
			}
			v := tell(t, overUnix(path), "http://shop/", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https")
			if len(v.Client) != 2 || v.Client[0] != "192.0.2.1" || v.Scheme != "https" {
				t.Errorf("the proxy was not believed: client %v, scheme %s", v.Client, v.Scheme)
			}
			p.signal(syscall.SIGTERM)
			p.finish()
			if !strings.HasPrefix(p.out.String(), "192.0.2.1 ") {
				t.Errorf("the access log is\n%s", p.out.String())
			}
		})
	}
}

func TestFileDescriptors(t *testing.T) {
	t.Parallel()
	needPython(t)
	for _, fd := range []string{"3", "0"} {
		t.Run(fd, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			file, err := ln.(*net.TCPListener).File()
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			cmd := command(t, apps, nil, "serve", "plain:application", "--python", interpreter, "--fd", fd)
			if fd == "0" {
				cmd.Stdin = file
			} else {
				cmd.ExtraFiles = []*os.File{file}
			}
			p := beginCommand(t, cmd)
			p.wait("msg=serving")
			if v := get(t, "http://"+ln.Addr().String()); v.Version != "1.1" {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.env")
	if err := os.WriteFile(file, []byte("SHOP_A=file\nSHOP_B=file\nexport SHOP_C=\"of the file\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs(apps)
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"SHOP_A=process", "UVICORN_PORT=0", "UVICORN_ACCESS_LOG=false", "WEB_CONCURRENCY=2", "FORWARDED_ALLOW_IPS=*", "SERVER_MAX_URI=100", "UVICORN_APP=plain:create_app()"}
	p := serve(t, dir, env, "--env-file", file, "-e", "SHOP_B=flag", "--app-dir", abs)
	v := get(t, p.url(), "X-Forwarded-For", "192.0.2.7")
	if diff := cmp.Diff(map[string]string{"SHOP_A": "process", "SHOP_B": "flag", "SHOP_C": "of the file"}, v.Environ); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if real, err := filepath.EvalSymlinks(dir); err != nil || v.CWD != real {
		t.Errorf("the working directory is %s, want %s", v.CWD, real)
	}
	if v.Client[0] != "192.0.2.7" {
		t.Errorf("the client is %v", v.Client)
	}
	pids := []int{v.PID}
	for n := 0; len(pids) < 2 && n < 1000; n++ {
		if pid := get(t, p.url()).PID; !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	if len(pids) != 2 {
		t.Errorf("the workers are %d, want 2", len(pids))
	}
	if resp, _ := fetch(t, http.DefaultClient, p.url()+"/"+strings.Repeat("a", 100)); resp.StatusCode != http.StatusRequestURITooLong {
		t.Errorf("got %s for a long address", resp.Status)
	}
	if p.out.String() != "" {
		t.Errorf("there is an access log:\n%s", p.out.String())
	}
}

func TestTrustNobody(t *testing.T) {
	t.Parallel()
	needPython(t)
	for _, args := range [][]string{{"--no-proxy-headers"}, {"--forwarded-allow-ips", "10.0.0.1"}} {
		p := serve(t, apps, nil, append(args, "plain", "--port", "0")...)
		v := get(t, p.url(), "X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "https")
		if v.Client[0] != "127.0.0.1" || v.Scheme != "http" || v.Headers["x-forwarded-for"] != "" {
			t.Errorf("%q: got %+v", args, v)
		}
		p.signal(syscall.SIGTERM)
		p.finish()
		if !strings.HasPrefix(p.out.String(), "127.0.0.1 ") {
			t.Errorf("the access log is\n%s", p.out.String())
		}
	}
}

func TestWebSockets(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--ws-per-message-deflate", "true")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(p.url(), "http")+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, text, err := c.Read(ctx); err != nil || string(text) != "you said hello" {
		t.Errorf("got %q and %v", text, err)
	}
	c.CloseNow()
	p.signal(syscall.SIGTERM)
	p.finish()
	if want := `"GET /socket HTTP/1.1" 101 `; !strings.Contains(p.out.String(), want) {
		t.Errorf("the access log is\n%s\nwant %s", p.out.String(), want)
	}
}

func TestNoWebSockets(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--ws", "none")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, resp, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(p.url(), "http"), nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("got %v and %v, want 403", resp, err)
	}
}

// TestProgram runs what the guide shows.
func TestProgram(t *testing.T) {
	t.Parallel()
	needPython(t)
	path := filepath.Join(t.TempDir(), "shop.sock")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- serveShop(ctx, "unix:"+path) }()
	client := overUnix(path)
	late := time.After(patience)
	for {
		resp, err := client.Get("http://shop/health")
		if err == nil {
			resp.Body.Close()
			break
		}
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-late:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	if v := tell(t, client, "http://shop/"); v.Path != "/" {
		t.Errorf("got %+v", v)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestReloadOnChange edits an application while it is served.
func TestReloadOnChange(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir, lib := t.TempDir(), t.TempDir()
	edit := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const app = `import words
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"%s " + words.word})
`
	edit(filepath.Join(dir, "main.py"), fmt.Sprintf(app, "one"))
	edit(filepath.Join(lib, "words.py"), `word = b"here"`)
	p := serve(t, dir, nil, "main:app", "--port", "0", "--reload", "--reload-dir", dir, "--reload-include", lib, "--reload-include", "*.txt", "--reload-exclude", "draft*", "--pythonpath", lib)
	expect := func(want string) {
		t.Helper()
		if _, body := fetch(t, http.DefaultClient, p.url()); body != want {
			t.Errorf("got %q, want %q", body, want)
		}
	}
	expect("one here")
	edit(filepath.Join(dir, "main.py"), fmt.Sprintf(app, "another"))
	p.wait("the workers are new")
	expect("another here")
	edit(filepath.Join(lib, "words.py"), `word = b"there" +`)
	p.wait("the old workers go on")
	expect("another here")
	edit(filepath.Join(lib, "words.py"), `word = b"there"`)
	p.wait("the workers are new")
	expect("another there")
	edit(filepath.Join(dir, "draft.py"), "")
	edit(filepath.Join(dir, "words.txt"), "")
	p.wait("the workers are new.* files=words.txt")
}

// TestTimeout has requests that take too long, and a client that gets 503 for one too many.
func TestTimeout(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--timeout", "1", "--limit-concurrency", "1")
	if resp, _ := fetch(t, http.DefaultClient, p.url()+"/never"); resp.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("got %s, want 504", resp.Status)
	}
	busy := make(chan int, 8)
	for range cap(busy) {
		go func() {
			resp, err := http.Get(p.url() + "/slow")
			if err != nil {
				busy <- 0
				return
			}
			resp.Body.Close()
			busy <- resp.StatusCode
		}()
	}
	count := map[int]int{}
	for range cap(busy) {
		count[<-busy]++
	}
	if count[200] == 0 || count[503] == 0 || count[200]+count[503] != cap(busy) {
		t.Errorf("got %v, want some 200 and some 503", count)
	}
}

// TestBlockedThreads has a WSGI worker none of whose threads comes back: it is replaced, as by Gunicorn.
func TestBlockedThreads(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "main.py", `import threading
def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        threading.Event().wait()
    start_response("200 OK", [])
    return [b"here"]
`)
	p := serve(t, dir, nil, "main", "--port", "0", "--threads", "2", "--timeout", "1")
	var asked sync.WaitGroup
	for range 2 {
		asked.Go(func() {
			resp, err := http.Get(p.url() + "/wait")
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusBadGateway {
				t.Errorf("got %s, want 502", resp.Status)
			}
		})
	}
	p.wait("all threads of a Python worker are blocked")
	p.wait("main.py.* in application")
	asked.Wait()
	if _, body := fetch(t, http.DefaultClient, p.url()); body != "here" {
		t.Errorf("got %q", body)
	}
}

// TestServerAddress has the variable SERVER_ADDRESS, which a flag wins over.
func TestServerAddress(t *testing.T) {
	t.Parallel()
	needPython(t)
	path := filepath.Join(t.TempDir(), "variable.sock")
	env := []string{"SERVER_ADDRESS=unix:" + path, "PORT=1"}
	p := serve(t, apps, env, "plain", "--log-level", "info")
	if v := tell(t, overUnix(path), "http://shop/"); v.Version != "1.1" {
		t.Errorf("got %+v", v)
	}
	if len(p.urls()) != 1 {
		t.Errorf("it serves %q", p.urls())
	}
	p = serve(t, apps, env, "plain", "--port", "0", "--address", "127.0.0.1:0")
	p.wait("msg=serving")
	if urls := p.urls(); len(urls) != 2 || strings.Contains(strings.Join(urls, " "), path) {
		t.Errorf("it serves %q", urls)
	}
}
