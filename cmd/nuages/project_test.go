package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// fetch asks a server, in another host's name if one is given.
func fetch(t *testing.T, client *http.Client, url, host string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func want(t *testing.T, what, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%s: got\n%s\nwant it to hold %q", what, got, part)
		}
	}
}

// TestProject goes the way of a newcomer: a project, an app, a server.
func TestProject(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	want(t, "startproject", startProject(t, root, "record-shop"), "record-shop is there", "cd record-shop", "go run . runserver")
	dir := filepath.Join(root, "record-shop")
	bin := filepath.Join(t.TempDir(), "record-shop")
	sound(t, dir)
	must(t, dir, "go", "build", "-o", bin, ".")
	t.Run("check", func(t *testing.T) {
		want(t, "check", must(t, dir, bin, "check"), "no issues")
		want(t, "check --deploy", must(t, dir, bin, "check", "--deploy"),
			"security.W009", "security.W018", "security.W020", "security.W004", "security.W008")
		deploy := run(t, dir, []string{"DEBUG=false", "SECRET_KEY=" + strings.TrimSpace(must(t, dir, bin, "secretkey")), "ALLOWED_HOSTS=example.com", "TLS_REDIRECT=true", "HSTS=1h"},
			bin, "check", "--deploy")
		for _, id := range []string{"security.W009", "security.W018", "security.W020", "security.W004", "security.W008"} {
			if strings.Contains(deploy.text, id) {
				t.Errorf("with its settings made, check --deploy still names %s:\n%s", id, deploy.text)
			}
		}
	})
	t.Run("start page", func(t *testing.T) { servesDevelopment(t, dir, bin, "", "record-shop") })

	want(t, "startapp", must(t, dir, program, "startapp", "shop"), `import "record-shop/shop"`, `urls.Include("shop/", shop.Routes()...),`, "shop.App()")
	edit(t, filepath.Join(dir, "routes.go"), "import \"github.com/nuages-web/nuages/urls\"", "import (\n\t\"record-shop/shop\"\n\n\t\"github.com/nuages-web/nuages/urls\"\n)")
	edit(t, filepath.Join(dir, "routes.go"), "[]urls.Route{}", "[]urls.Route{\n\t\turls.Include(\"shop/\", shop.Routes()...),\n\t}")
	edit(t, filepath.Join(dir, "settings.go"), "import (\n", "import (\n\t\"record-shop/shop\"\n\n")
	edit(t, filepath.Join(dir, "settings.go"), "routes())", "routes(), shop.App())")
	edit(t, filepath.Join(dir, "project_test.go"), `Get("/")`, `Get("/shop/")`)
	edit(t, filepath.Join(dir, "project_test.go"), `"record-shop"`, `"Hello from shop"`)
	sound(t, dir)
	must(t, dir, "go", "build", "-o", bin, ".")
	want(t, "listurls", must(t, dir, bin, "listurls"), "/shop/", "shop-index", "shop.index")
	t.Run("migrations", func(t *testing.T) { migrates(t, dir, bin) })
	t.Run("page of the app", func(t *testing.T) { servesDevelopment(t, dir, bin, "shop/", "Hello from shop.") })
	t.Run("serve", func(t *testing.T) { servesProduction(t, bin) })
	t.Run("systemd", func(t *testing.T) { verifyUnits(t, dir, bin) })
}

// migrates gives the app a model, writes its migration and applies it.
func migrates(t *testing.T, dir, bin string) {
	want(t, "makemigrations --check", run(t, dir, []string{"DEBUG=true", "SECRET_KEY=for-tests-only"}, bin, "makemigrations", "--check").text, "No changes detected")
	write(t, aModel, dir, "shop", "models.go")
	must(t, dir, program, "generate")
	must(t, dir, "go", "build", "-o", bin, ".")
	want(t, "makemigrations", must(t, dir, bin, "makemigrations"), "0001_initial.go", "+ Create model Product")
	sound(t, dir)
	must(t, dir, "go", "build", "-o", bin, ".")
	want(t, "makemigrations", must(t, dir, bin, "makemigrations", "--check"), "No changes detected")
	want(t, "migrate", must(t, dir, bin, "migrate"), "shop.0001_initial... OK")
	want(t, "showmigrations", must(t, dir, bin, "showmigrations"), "[X] 0001_initial")
}

// sound is what a newcomer and the project's CI do first.
func sound(t *testing.T, dir string) {
	t.Helper()
	must(t, dir, "go", "vet", "./...")
	must(t, dir, "go", "test", "./...")
	if got := must(t, dir, "gofmt", "-l", "."); got != "" {
		t.Errorf("gofmt would change:\n%s", got)
	}
}

var servedAt = regexp.MustCompile(`served at (http://\S+)`)

func servesDevelopment(t *testing.T, dir, bin, path, text string) {
	s, url := start(t, dir, os.Environ(), servedAt, bin, "runserver", "--noreload", "127.0.0.1:0")
	status, body := fetch(t, http.DefaultClient, url+path, "")
	if status != 200 {
		t.Errorf("got status %d, want 200", status)
	}
	want(t, url+path, body, text)
	if code := s.stop(); code != 0 {
		t.Errorf("after SIGTERM: exit code %d, want 0\n%s", code, s.text())
	}
}

var serving = regexp.MustCompile(`"msg":"serving","address":"([^"]+)"`)

// servesProduction runs the program in an empty folder, where no .env helps.
func servesProduction(t *testing.T, bin string) {
	dir := t.TempDir()
	key := "SECRET_KEY=" + strings.TrimSpace(must(t, dir, program, "secretkey"))
	got := run(t, dir, []string{"DEBUG=false"}, bin, "serve", "127.0.0.1:0")
	if got.code != 1 {
		t.Errorf("without a key: code %d, want 1", got.code)
	}
	want(t, "serve without a key", got.text, "SECRET_KEY", "not set")
	got = run(t, dir, []string{key}, bin, "serve", "127.0.0.1:0")
	if got.code != 1 {
		t.Errorf("without hosts: code %d, want 1", got.code)
	}
	want(t, "serve without hosts", got.text, "AllowedHosts", "hint:", "ALLOWED_HOSTS")

	env := append(os.Environ(), key, "ALLOWED_HOSTS=shop.example")
	s, addr := start(t, dir, env, serving, bin, "serve", "127.0.0.1:0")
	if status, _ := fetch(t, http.DefaultClient, "http://"+addr+"/shop/", "shop.example"); status != 200 {
		t.Errorf("got status %d, want 200", status)
	}
	if status, body := fetch(t, http.DefaultClient, "http://"+addr+"/shop/", "evil.example"); status != 400 || strings.Contains(body, "AllowedHosts") {
		t.Errorf("foreign host: got status %d, %s, want 400 and no inner matters", status, body)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("after SIGTERM: exit code %d, want 0\n%s", code, s.text())
	}

	socket := filepath.Join(dir, "s") // short: the paths of sockets are bounded
	s, _ = start(t, dir, env, serving, bin, "serve", "unix:"+socket)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	if status, _ := fetch(t, client, "http://shop.example/shop/", ""); status != 200 {
		t.Errorf("by the socket: got status %d, want 200", status)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("after SIGTERM: exit code %d, want 0\n%s", code, s.text())
	}
	if left := names(t, dir); !slices.Equal(left, []string{"db.sqlite3"}) {
		t.Errorf("got %q in the folder, want the database, and no socket", left)
	}
}

func verifyUnits(t *testing.T, dir, bin string) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		realdjango.Missing(t, "systemd-analyze (Debian package systemd)")
	}
	units := t.TempDir()
	for _, name := range []string{"record-shop.service", "record-shop.socket"} {
		text := read(t, dir, "deploy", name)
		write(t, strings.ReplaceAll(text, "/usr/local/bin/record-shop", bin), units, name)
	}
	got := run(t, units, nil, "systemd-analyze", "verify", "./record-shop.service", "./record-shop.socket")
	if got.code != 0 || strings.Contains(got.text, "record-shop") {
		t.Errorf("systemd-analyze verify: code %d\n%s", got.code, got.text)
	}
}
