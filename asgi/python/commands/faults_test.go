package commands_test

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStartFails has what keeps an application from being served: it ends with a code, the error, and a
// hint.
func TestStartFails(t *testing.T) {
	t.Parallel()
	needPython(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	django := filepath.Join("testdata", "django")
	tests := []struct {
		name string
		dir  string
		args []string
		code int
		want []string // in stderr
	}{
		{"no module", apps, []string{"nosuch.asgi:application"}, 3, []string{"ModuleNotFoundError: No module named 'nosuch'", "--chdir", "--python"}},
		{"no package", apps, []string{"broken_import:application"}, 3, []string{"no_such_package_of_ours", "Traceback", interpreter}},
		{"syntax", apps, []string{"broken_syntax:application"}, 3, []string{"SyntaxError", "broken_syntax.py", "line 1", "Mend the file"}},
		{"exception", apps, []string{"broken_raise:application"}, 3, []string{"RuntimeError: the database has no tables", "broken_raise.py", "hint: "}},
		{"no attribute", apps, []string{"plain:nosuch"}, 3, []string{"nosuch", "--factory"}},
		{"lifespan", apps, []string{"plain:refusing", "--lifespan", "on"}, 3, []string{"there is no database", "--lifespan off"}},
		{"no interpreter", apps, []string{"plain", "--python", "/nosuch/python3"}, 3, []string{"/nosuch/python3", "--python"}},
		{"bad settings", django, []string{"--env", "DJANGO_SETTINGS_MODULE=nosuch.settings"}, 3, []string{"No module named 'nosuch'"}},
		{"check", apps, []string{"broken_import", "--check-config"}, 3, []string{"no_such_package_of_ours"}},
		{"port in use", apps, []string{"plain", "--bind", taken.Addr().String()}, 1, []string{"address already in use", "another port, as in `serve --port 8001`"}},
		{"no static files", apps, []string{"plain", "--static", "/static/=nosuch"}, 1, []string{"nosuch", "collectstatic"}},
		{"no certificate", apps, []string{"plain", "--ssl-certfile", "nosuch.pem"}, 1, []string{"nosuch.pem"}},

		{"no application", apps, nil, 2, []string{"the application is missing", "manage.py"}},
		{"file", apps, []string{"plain.py"}, 2, []string{"is a file", "plain:application"}},
		{"two applications", apps, []string{"plain", "plain"}, 2, []string{"one application"}},
		{"unknown flag", apps, []string{"plain", "--nosuch"}, 2, []string{"unknown flag: --nosuch"}},
		{"daemon", apps, []string{"plain", "--daemon"}, 2, []string{"--daemon is not supported", "systemd"}},
		{"no config", apps, []string{"plain", "-c", "nosuch.conf.py"}, 2, []string{"nosuch.conf.py", "No such file", "--config /dev/null"}},
		{"no log config", apps, []string{"plain", "--log-config", "nosuch.json"}, 1, []string{"--log-config", "nosuch.json"}},
		{"wrong log config", apps, []string{"plain", "--log-config", "/dev/null"}, 3, []string{"the log can't be configured by /dev/null", "Mend the file of --log-config"}},
		{"user", apps, []string{"plain", "-u", "www-data"}, 2, []string{"User="}},
		{"gevent", apps, []string{"plain", "-k", "gevent"}, 2, []string{"--worker-class gevent is not supported", "--threads"}},
		{"HTTP/3 without TLS", apps, []string{"plain", "--http", "3"}, 2, []string{"--ssl-certfile"}},
		{"authorities alone", apps, []string{"plain", "--ssl-certfile", "a", "--ssl-ca-certs", "b"}, 2, []string{"--ssl-cert-reqs 2"}},
		{"both interfaces", apps, []string{"plain", "--wsgi", "--asgi"}, 2, []string{"either ASGI or WSGI"}},
		{"header", apps, []string{"plain", "--header", "X-A"}, 2, []string{"NAME:VALUE"}},
		{"header with a line", apps, []string{"plain", "--header", "X-A:b\r\nX-C:d"}, 2, []string{"NAME:VALUE"}},
		{"static", apps, []string{"plain", "--static", "static=."}, 2, []string{"--static /static/=./staticfiles"}},
		{"log format", apps, []string{"plain", "--access-logformat", "%h"}, 2, []string{"common, combined"}},
		{"log level", apps, []string{"plain", "--log-level", "loud"}, 2, []string{"critical, debug, error"}},
		{"trusted", apps, []string{"plain", "--forwarded-allow-ips", "proxy"}, 2, []string{"no address or network"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := run(t, test.dir, nil, append([]string{"serve", "--python", interpreter, "--port", "0"}, test.args...)...)
			if code != test.code {
				t.Errorf("got code %d, want %d", code, test.code)
			}
			for _, want := range append(test.want, "error: ") {
				if !strings.Contains(stderr, want) {
					t.Errorf("got\n%s\nwant %q in it", stderr, want)
				}
			}
		})
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	needPython(t)
	args := []string{"serve", "--python", interpreter, "plain", "--check-config", "--backlog", "2048", "-k", "uvicorn.workers.UvicornWorker"}
	code, stdout, stderr := run(t, apps, []string{"UVICORN_USE_COLORS=1"}, args...)
	if code != 0 || stdout != "plain:application starts and stops.\n" {
		t.Errorf("got code %d and %q", code, stdout)
	}
	for _, want := range []string{"--backlog has no effect", "is taken for --interface asgi", "--use-colors of the variable UVICORN_USE_COLORS has no effect"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("got\n%s\nwant %q in it", stderr, want)
		}
	}
	if _, _, stderr := run(t, apps, nil, append(args, "-v0")...); stderr != "" {
		t.Errorf("with -v0 there is\n%s", stderr)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if code, stdout, _ := run(t, apps, nil, "serve", "--version"); code != 0 || stdout != "nuages v1.2.3\n" {
		t.Errorf("got code %d and %q", code, stdout)
	}
}

// TestSecondSignal ends the program while a request goes on: the first signal waits for it, the second
// doesn't.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := serve(t, apps, nil, "plain", "--port", "0", "--timeout-graceful-shutdown", "3600")
	pid := get(t, p.url()).PID
	asked := make(chan error, 1)
	go func() {
		resp, err := http.Get(p.url() + "/never")
		if err == nil {
			resp.Body.Close()
		}
		asked <- err
	}()
	get(t, p.url()+"/slow") // sent later, so that /never is under way
	p.signal(syscall.SIGTERM)
	late := time.After(patience)
	for { // it takes no more connections; two signals at once might count as one
		c, err := net.Dial("tcp", strings.TrimPrefix(p.url(), "http://"))
		if err != nil {
			break
		}
		c.Close()
		select {
		case <-late:
			t.Fatal("the program does not stop")
		case <-time.After(time.Millisecond):
		}
	}
	for ended := false; !ended; { // it may come before the first one has been taken to its end
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			ended = true
		case <-late:
			t.Fatal("the program does not end")
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err := <-asked; err == nil {
		t.Error("the request was answered")
	}
	waitForEnd(t, pid)
}

// TestStoppedAtStart stops the program before the application is ready.
func TestStoppedAtStart(t *testing.T) {
	t.Parallel()
	needPython(t)
	p := begin(t, apps, nil, "serve", "--python", interpreter, "slow_import:application", "--port", "0")
	p.wait("takes its time")
	p.signal(syscall.SIGTERM)
	if code := p.finish(); code != 130 || !strings.Contains(p.err.String(), "interrupted\n") {
		t.Errorf("got code %d and\n%s", code, p.err.String())
	}
}
