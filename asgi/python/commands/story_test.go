package commands_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
)

// TestDjangoElsewhere finds a project in another folder, with a virtual environment and settings that lie
// in no package.
func TestDjangoElsewhere(t *testing.T) {
	t.Parallel()
	needPython(t, "django")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manage.py":   "# os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'old.settings')\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
		"settings.py": "SECRET_KEY = 'only for tests'\nROOT_URLCONF = 'settings'\nurlpatterns = []\n",
		"asgi.py":     "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(dir, ".venv", "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(interpreter, filepath.Join(bin, "python")); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := run(t, filepath.Dir(dir), nil, "serve", "--chdir", filepath.Base(dir), "--check-config")
	if code != 0 || stdout != "asgi:application starts and stops.\n" {
		t.Errorf("got code %d and\n%s%s", code, stdout, stderr)
	}
}

// TestDjango serves what startproject makes: the start page, the administration, and a WebSocket, which
// Django takes none of, with one line in the log.
func TestDjango(t *testing.T) {
	t.Parallel()
	needPython(t, "django")
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), interpreter, "-m", "django", "startproject", "mysite", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, application := range []string{"", "mysite.asgi:application", "mysite.wsgi:application"} { // "" finds it
		args := []string{"--port", "0"}
		if application != "" {
			args = append(args, application)
		}
		p := serve(t, dir, nil, args...)
		for path, want := range map[string]string{
			"/":             "The install worked successfully! Congratulations!",
			"/admin/login/": "Django administration",
		} {
			if resp, body := fetch(t, http.DefaultClient, p.url()+path); resp.StatusCode != 200 || !strings.Contains(body, want) {
				t.Errorf("%s %s: got %s %s", application, path, resp.Status, body)
			}
		}
		_, resp, err := websocket.Dial(t.Context(), p.url()+"/ws/", nil)
		if err == nil || resp == nil || resp.StatusCode < 400 || resp.StatusCode > 499 {
			t.Errorf("%s: a WebSocket got %v, %v", application, resp, err)
		}
		p.signal(syscall.SIGTERM)
		if code := p.finish(); code != 0 {
			t.Errorf("%s: got code %d", application, code)
		}
		if log := p.err.String(); strings.Contains(log, "Traceback") || strings.Contains(log, "level=ERROR") ||
			strings.Contains(log, "takes no WebSockets") != strings.HasSuffix(application, "asgi:application") && application != "" {
			t.Errorf("%s: the log is\n%s", application, log)
		}
	}
}
