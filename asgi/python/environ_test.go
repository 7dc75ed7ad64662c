//go:build unix

package python_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// peer starts a server of others for testdata/wsgiapp.py on a socket of ours, and returns its address.
func peer(t *testing.T, script string) string {
	t.Helper()
	needPython(t)
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
	cmd := exec.Command(interpreter, "-c", script)
	cmd.Dir = "testdata"
	cmd.ExtraFiles = []*os.File{file}
	cmd.Env = []string{"PYTHONDONTWRITEBYTECODE=1"} // wsgiref has the whole environment in its environ
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // Gunicorn's worker, too
		_ = cmd.Wait()
	})
	return "http://" + ln.Addr().String()
}

const (
	gunicorn = `
import sys
sys.argv = ["gunicorn", "--bind", "fd://3", "--threads", "2", "--log-level", "critical", "--worker-tmp-dir", "/tmp", "wsgiapp:application"]
from gunicorn.app.wsgiapp import run
run()`
	wsgirefServer = `
import socket, wsgiapp
from wsgiref.simple_server import WSGIServer, WSGIRequestHandler
class Handler(WSGIRequestHandler):
    def log_message(self, *args): pass
server = WSGIServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
server.server_name, server.server_port = server.socket.getsockname()
server.setup_environ()
server.set_app(wsgiapp.application)
server.serve_forever()`
)

// Where an environ is not as those of others, and why.
var environDifferences = map[string]map[string]string{
	"gunicorn": {
		"SERVER_SOFTWARE":      "each has its own name",
		"REMOTE_PORT":          "of each connection",
		"SERVER_PORT":          "of each server",
		"REQUEST_URI":          "uWSGI's and mod_wsgi's name of RAW_URI",
		"HTTP_CONNECTION":      "dropped: of the connection",
		"HTTP_X_FORWARDED_FOR": "dropped: not from a trusted proxy",
		"HTTP_PROXY":           "dropped: CVE-2016-1000110",
		"HTTP_X_UNDER_SCORE":   "dropped: it could be taken for X-Under-Score",
	},
	"wsgiref": {
		"SERVER_SOFTWARE":         "each has its own name",
		"REMOTE_PORT":             "wsgiref has none",
		"SERVER_PORT":             "of each server",
		"RAW_URI":                 "wsgiref has none",
		"REQUEST_URI":             "wsgiref has none",
		"HTTP_CONNECTION":         "dropped: of the connection",
		"HTTP_X_FORWARDED_FOR":    "dropped: not from a trusted proxy",
		"HTTP_PROXY":              "dropped: CVE-2016-1000110",
		"HTTP_X_UNDER_SCORE":      "dropped: it could be taken for X-Under-Score",
		"wsgi.input_terminated":   "wsgiref has none",
		"wsgi.multithread":        "wsgiref has one thread",
		"wsgi.multiprocess":       "wsgiref says so of one process",
		"GATEWAY_INTERFACE":       "of CGI",
		"REMOTE_HOST":             "of CGI",
		"LC_CTYPE":                "wsgiref has the whole environment",
		"PYTHONDONTWRITEBYTECODE": "wsgiref has the whole environment",
	},
}

func TestEnvironAsOthers(t *testing.T) {
	t.Parallel()
	if exec.Command(interpreter, "-c", "import gunicorn").Run() != nil {
		realdjango.Missing(t, "Gunicorn for "+interpreter+" (Debian package gunicorn)")
	}
	ours := startWSGI(t, python.Options{})
	peers := map[string]string{"gunicorn": peer(t, gunicorn), "wsgiref": peer(t, wsgirefServer)}
	for _, c := range []struct{ name, request string }{
		{"plain", "GET / HTTP/1.1\r\nHost: example.com:81\r\n\r\n"},
		{"HTTP/1.0", "GET /a HTTP/1.0\r\nHost: example.com\r\n\r\n"},
		{"query", "GET /a/b?c=d&e=%20f+%zz?g HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"empty query", "GET /a? HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"escapes", "GET /a%20b/%C3%A9/%e2%82%ac/%2F/%25 HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"bad UTF-8", "GET /%ff%fe/%80 HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"slashes", "GET //a//b/../c/ HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"semicolon", "GET /a;b=c:d@e HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"methods", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"own method", "PURGE /a HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"headers", "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nX-Own: 1\r\nX-Latin: \xe9t\xe9\r\nX-Twice: a\r\nX-Twice: b, c\r\nX-Empty:\r\nX-Spaces:   a b\r\nCookie: a=b; c=d\r\nAuthorization: Basic eDp5\r\nUser-Agent: test/1 (x)\r\n\r\n"},
		{"body", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nabcde"},
		{"empty body", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"},
		{"dropped", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 1.2.3.4\r\nProxy: http://evil/\r\nX_Under_Score: 1\r\n\r\n"},
	} {
		got := environ(t, ours, c.request)
		for name, url := range peers {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				want := environ(t, url, c.request)
				if name == "wsgiref" {
					if want["CONTENT_LENGTH"] == "" {
						delete(want, "CONTENT_LENGTH") // one may be empty, or absent
					}
					if strings.HasPrefix(c.request, "GET //") {
						want["PATH_INFO"] = "/" + want["PATH_INFO"].(string) // http.server takes it for a redirect to another host
					}
					if want["CONTENT_TYPE"] == "text/plain" && !strings.Contains(c.request, "Content-Type") {
						delete(want, "CONTENT_TYPE") // not the client's, but that of e-mail
					}
				}
				mine := map[string]any{}
				for key, value := range got {
					mine[key] = value
				}
				for key := range environDifferences[name] {
					delete(mine, key)
					delete(want, key)
				}
				if diff := cmp.Diff(want, mine); diff != "" {
					t.Errorf("%q (-%s +ours):\n%s", c.request, name, diff)
				}
			})
		}
	}
}

// What others have differently, or not at all.
func TestEnviron(t *testing.T) {
	t.Parallel()
	open := startWSGI(t, python.Options{})
	trusting := startWSGI(t, python.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Workers: 2, Threads: 1})
	rooted := startWSGI(t, python.Options{RootPath: "/caf\u00e9"})
	stripped := serve(t, http.StripPrefix("/app", start(t, "wsgiapp:application", python.Options{})))
	for _, c := range []struct{ name, url, request, want string }{
		{"flags", open, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "wsgi.multithread=true wsgi.multiprocess=false wsgi.run_once=false wsgi.input_terminated=true wsgi.version=[1 0] wsgi.url_scheme=http SCRIPT_NAME= QUERY_STRING="},
		{"one thread, two workers", trusting, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "wsgi.multithread=false wsgi.multiprocess=true"},
		{"address", open, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "REMOTE_ADDR=127.0.0.1 SERVER_NAME=127.0.0.1 HTTP_HOST=a"},
		{"no length", open, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "CONTENT_LENGTH=<nil> CONTENT_TYPE=<nil> HTTP_CONTENT_LENGTH=<nil>"},
		{"chunked", open, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "CONTENT_LENGTH=3 HTTP_TRANSFER_ENCODING=<nil>"},
		{"long", open, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000), "CONTENT_LENGTH=100000"},
		{"connection", open, "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-own\r\nKeep-Alive: 1\r\nTE: trailers\r\nProxy-Connection: a\r\nX-Own: 1\r\n\r\n",
			"HTTP_CONNECTION=<nil> HTTP_KEEP_ALIVE=<nil> HTTP_TE=<nil> HTTP_PROXY_CONNECTION=<nil> HTTP_X_OWN=1"},
		{"upgrade", open, "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
			"PATH_INFO=/a HTTP_UPGRADE=<nil> HTTP_SEC_WEBSOCKET_VERSION=13"},
		{"cookies", open, "GET / HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n", "HTTP_COOKIE=a=b;~c=d"},
		{"untrusted", open, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\nX_Forwarded_For: 5.6.7.8\r\nProxy: http://c\r\n\r\n",
			"REMOTE_ADDR=127.0.0.1 wsgi.url_scheme=http HTTP_X_FORWARDED_FOR=<nil> HTTP_X_FORWARDED_PROTO=<nil> HTTP_X_FORWARDED_HOST=<nil> HTTP_PROXY=<nil>"},
		{"trusted", trusting, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9, 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\nX_Forwarded_For: 5.6.7.8\r\n\r\n",
			"REMOTE_ADDR=1.2.3.4 wsgi.url_scheme=https HTTP_X_FORWARDED_HOST=b HTTP_X_FORWARDED_FOR=9.9.9.9,~1.2.3.4"},
		{"root path", rooted, "GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n", "SCRIPT_NAME=/caf\u00c3\u00a9 PATH_INFO=/a/b RAW_URI=/a%2Fb"},
		{"StripPrefix", stripped, "GET /app/a%20b?c HTTP/1.1\r\nHost: a\r\n\r\n", "SCRIPT_NAME=/app PATH_INFO=/a~b RAW_URI=/app/a%20b?c"},
		{"StripPrefix alone", stripped, "GET /app HTTP/1.1\r\nHost: a\r\n\r\n", "SCRIPT_NAME=/app PATH_INFO="},
		{"absolute form", open, "GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n", "PATH_INFO=/c QUERY_STRING=d HTTP_HOST=b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := environ(t, c.url, c.request)
			for pair := range strings.SplitSeq(strings.ReplaceAll(c.want, "[1 0]", "[1~0]"), " ") {
				key, want, _ := strings.Cut(strings.ReplaceAll(pair, "~", " "), "=")
				if value := fmt.Sprint(got[key]); value != want {
					t.Errorf("%s: got %q, want %q", key, value, want)
				}
			}
		})
	}
}

// A Unix socket has no address: the names are those that the client uses.
func TestEnvironUnixSocket(t *testing.T) {
	t.Parallel()
	h := start(t, "wsgiapp:validated", python.Options{})
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	for _, c := range []struct{ host, name, port string }{
		{"example.com", "example.com", "80"},
		{"example.com:81", "example.com", "81"},
		{"example.com:", "example.com", "80"},
		{":81", "localhost", "81"}, // neither may be empty
	} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", c.host)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var got map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]any{"REMOTE_ADDR": "", "REMOTE_PORT": nil, "SERVER_NAME": c.name, "SERVER_PORT": c.port} {
			if got[key] != want {
				t.Errorf("Host: %s: %s: got %v, want %v", c.host, key, got[key], want)
			}
		}
	}
}
