package commands_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// write writes a file into a folder.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGunicornFile: gunicorn.conf.py is read where it is, GUNICORN_CMD_ARGS win over it, Uvicorn's variables
// over these, and flags over all.
func TestGunicornFile(t *testing.T) {
	t.Parallel()
	needPython(t)
	abs, err := filepath.Abs(apps)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, "gunicorn.conf.py", `
import multiprocessing, os
print("the file is run")
host, port = "192.0.2.1", 9  # no settings
wsgi_app = "plain:create_app()"
bind = ["127.0.0.1:0", "unix:`+filepath.Join(dir, "file.sock")+`"]
workers = max(multiprocessing.cpu_count(), 1) * 0 + 3
worker_class = "uvicorn.workers.UvicornWorker"
raw_env = ["SHOP_A=file", "SHOP_B=two, three"]
pythonpath = "`+abs+`"
accesslog = "-"
access_log_format = "FILE %(U)s"
keepalive = 7
user = None
daemon = False
preload_app = True
def when_ready(server):
    server.log.info("ready")
`)
	env := []string{"GUNICORN_CMD_ARGS=--workers 2 --access-logformat 'ARGS %(U)s' --name \"of args\"", "UVICORN_ROOT_PATH=/shop"}
	p := serve(t, dir, env, "--access-logformat", "FLAG %(U)s")
	v := get(t, p.url()+"/a")
	if v.Environ["SHOP_A"] != "file" || v.Environ["SHOP_B"] != "two, three" || v.RootPath != "/shop" {
		t.Errorf("got %+v", v)
	}
	if len(p.urls()) != 2 {
		t.Errorf("it serves %q", p.urls())
	}
	p.signal(syscall.SIGTERM)
	p.finish()
	if got := p.out.String(); got != "FLAG /a\n" {
		t.Errorf("the access log is %q", got)
	}
	for _, want := range []string{
		"the file is run", "workers=2", "gunicorn.conf.py is read: wsgi_app, bind, workers, worker_class", "GUNICORN_CMD_ARGS is read\n",
		"the hook when_ready of gunicorn.conf.py is not called: ", "--preload of gunicorn.conf.py has no effect: ", "--name of GUNICORN_CMD_ARGS has no effect: ",
	} {
		if !strings.Contains(p.err.String(), want) {
			t.Errorf("got\n%s\nwant %q", p.err.String(), want)
		}
	}
	if strings.Contains(p.err.String(), "of args") { // there may be secrets in it
		t.Errorf("a variable shows in\n%s", p.err.String())
	}
	// An address among the flags takes the place of all of the file's; /dev/null is a file without settings.
	for _, args := range [][]string{{"--port", "0"}, {"--config", "/dev/null", "plain", "--app-dir", abs, "--port", "0"}} {
		p = serve(t, dir, nil, args...)
		if v := get(t, p.url()); len(p.urls()) != 1 || (v.Environ["SHOP_A"] == "") != slices.Contains(args, "/dev/null") {
			t.Errorf("%q: it serves %q and says %+v", args, p.urls(), v)
		}
	}
}

// TestGunicornFileFails has settings that would be missed, and files that are none.
func TestGunicornFileFails(t *testing.T) {
	t.Parallel()
	needPython(t)
	for _, c := range []struct {
		name, text, args string
		want             []string
	}{
		{name: "error", text: "workers = undefined\n", want: []string{"gunicorn.conf.py", "NameError", "line 1", "--config /dev/null"}},
		{name: "user", text: "user = 'www-data'\n", want: []string{"--user of gunicorn.conf.py is not supported", "User="}},
		{name: "context", text: "def ssl_context(config, default): return default()\n", want: []string{"ssl_context is a function", "certfile", "--config /dev/null"}},
		{name: "function", text: "workers = len\n", want: []string{"workers is a function"}},
		{name: "value", text: "workers = 'many'\n", want: []string{"gunicorn.conf.py", "workers"}},
		{name: "class", text: "worker_class = 'gevent'\n", want: []string{"--worker-class gevent is not supported"}},
		{name: "refused argument", args: "--daemon", want: []string{"--daemon of GUNICORN_CMD_ARGS is not supported"}},
		{name: "unknown argument", args: "--nosuch", want: []string{"GUNICORN_CMD_ARGS", "--nosuch"}},
		{name: "quotation", args: "--bind 'a", want: []string{"the variable GUNICORN_CMD_ARGS: a quotation does not end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.text != "" {
				write(t, dir, "gunicorn.conf.py", c.text)
			}
			code, _, stderr := run(t, dir, []string{"GUNICORN_CMD_ARGS=" + c.args}, "serve", "--python", interpreter, "plain")
			if code != 2 {
				t.Errorf("got code %d", code)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("got\n%s\nwant %q", stderr, want)
				}
			}
		})
	}
}
