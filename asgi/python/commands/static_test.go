package commands_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestStatic(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.txt")
	for path, text := range map[string]string{
		filepath.Join(dir, "css", "site.css"): "body { color: red }\n", filepath.Join(dir, "odd.nuages"): "odd", filepath.Join(dir, "a b.txt"): "spaced",
		filepath.Join(dir, ".env"): "SECRET=1", filepath.Join(dir, ".git", "config"): "secret", outside: "secret", filepath.Join(dir, "special", "x.txt"): "outer",
		filepath.Join(dir, "css", "index.html"): "index", filepath.Join(dir, "css", "site.0123456789ab.css"): "hashed",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	inner := t.TempDir()
	if err := os.WriteFile(filepath.Join(inner, "x.txt"), []byte("inner"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := serve(t, apps, nil, "plain", "--port", "0", "--static", "/static="+dir, "--static", "/static/special/="+inner, "--header", "X-All: yes")

	resp, body := fetch(t, http.DefaultClient, p.url()+"/static/css/site.css")
	tag := resp.Header.Get("ETag")
	if body != "body { color: red }\n" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/css") || tag == "" ||
		resp.Header.Get("Last-Modified") == "" || resp.Header.Get("X-All") != "yes" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %q with %v", body, resp.Header)
	}
	if resp, _ := fetch(t, http.DefaultClient, p.url()+"/static/css/site.css", "If-None-Match", tag); resp.StatusCode != http.StatusNotModified {
		t.Errorf("the same tag: got %s", resp.Status)
	}
	if resp, body := fetch(t, http.DefaultClient, p.url()+"/static/css/site.css", "Range", "bytes=0-3"); resp.StatusCode != http.StatusPartialContent || body != "body" {
		t.Errorf("a range: got %s and %q", resp.Status, body)
	}
	for path, want := range map[string]string{"/static/css/site.css": "", "/static/css/site.0123456789ab.css": "public, max-age=31536000, immutable"} {
		if resp, _ := fetch(t, http.DefaultClient, p.url()+path); resp.Header.Get("Cache-Control") != want {
			t.Errorf("%s: Cache-Control is %q, want %q", path, resp.Header.Get("Cache-Control"), want)
		}
	}
	for path, want := range map[string]string{"/static/odd.nuages": "odd", "/static/a%20b.txt": "spaced", "/static/special/x.txt": "inner"} {
		if resp, body := fetch(t, http.DefaultClient, p.url()+path); resp.StatusCode != http.StatusOK || body != want {
			t.Errorf("%s: got %s and %q, want %q", path, resp.Status, body, want)
		}
	}
	if resp, err := http.Post(p.url()+"/static/odd.nuages", "text/plain", strings.NewReader("a")); err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %v, %v", resp, err)
	} else {
		resp.Body.Close()
	}
	// Written by hand: clients tidy paths.
	for _, path := range []string{
		"/static/", "/static/css", "/static/css/", "/static/none", "/static/.env", "/static/.git/config", "/static/link.txt", "/static/pipe",
		"/static/../serve_test.go", "/static/%2e%2e/serve_test.go", "/static/..%2fserve_test.go", "/static/css/../odd.nuages", "/static//odd.nuages",
		"/static/%2fetc/passwd", "/static/css%5csite.css", "/static/odd.nuages%00", "/static/./odd.nuages", "/static/odd.nuages/",
	} {
		if status := rawStatus(t, p.url(), path); !strings.HasPrefix(status, "HTTP/1.1 404") {
			t.Errorf("%s: got %q, want 404", path, status)
		}
	}
	if v := get(t, p.url()+"/staticfoo"); v.Path != "/staticfoo" {
		t.Errorf("beside the folder: got %+v", v)
	}
}

// rawStatus returns the status line of a request.
func rawStatus(t testing.TB, url, path string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\r\n")
	return line
}
