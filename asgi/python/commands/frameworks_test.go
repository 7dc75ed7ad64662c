package commands_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestFrameworks serves one application of each, as their guides say.
func TestFrameworks(t *testing.T) {
	t.Parallel()
	django := "testdata/django"
	for _, test := range []struct {
		name, dir, module string
		env, args         []string
		path, want, note  string
	}{
		{name: "Starlette", dir: apps, module: "starlette", args: []string{"starlette_app:app"}, want: "Starlette says hello to 127.0.0.1 over http"},
		{name: "Flask", dir: apps, module: "flask", args: []string{"flask_app:app"}, want: "Flask says hello to 127.0.0.1 over http"},
		{name: "Flask's factory", dir: apps, module: "flask", args: []string{"flask_app:create_app", "--factory", "-k", "gthread", "--threads", "2"}, want: "Flask says hello"},
		{name: "Django by ASGI", dir: django, module: "django", args: []string{"mysite.asgi:application"}, path: "/async/", want: "Django answers from a coroutine"},
		{name: "Django by WSGI", dir: django, module: "django", args: []string{"mysite.wsgi", "-w", "2"}, want: "Django says hello to 127.0.0.1 over http"},
		{name: "Django found", dir: django, module: "django", want: "Django says hello", note: "mysite.wsgi:application is served, which is WSGI_APPLICATION of mysite.settings"},
		{name: "Django found by ASGI", dir: django, module: "django", args: []string{"--asgi"}, want: "Django says hello", note: "mysite.asgi:application is served, which is asgi.py beside the settings"},
		{name: "Django's setting", dir: django, module: "django", env: []string{"SHOP_ASGI=1"}, want: "Django says hello", note: "ASGI_APPLICATION of mysite.settings"},
		{name: "Django elsewhere", dir: ".", module: "django", args: []string{"--chdir", django}, want: "Django says hello", note: "WSGI_APPLICATION"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			needPython(t, test.module)
			p := serve(t, test.dir, test.env, append(test.args, "--port", "0")...)
			resp, body := fetch(t, http.DefaultClient, p.url()+or(test.path, "/"))
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, test.want) {
				t.Errorf("got %s and\n%s\nwant %q", resp.Status, body, test.want)
			}
			if !strings.Contains(p.err.String(), test.note) {
				t.Errorf("got\n%s\nwant %q in it", p.err.String(), test.note)
			}
			p.signal(syscall.SIGTERM)
			if code := p.finish(); code != 0 {
				t.Errorf("got code %d, want 0", code)
			}
		})
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
