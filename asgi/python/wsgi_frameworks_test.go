package python_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// upload returns a multipart form with a field and a file, and its type.
func upload(t testing.TB, file []byte) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("title", "caf\u00e9"); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile("upload", "a.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	form.Close()
	return &body, form.FormDataContentType()
}

func sum(b []byte) string {
	h := sha1.Sum(b)
	return hex.EncodeToString(h[:])
}

func wantJSON(t *testing.T, what, body string, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Errorf("%s: %v in %q", what, err, body)
	}
	for key := range want {
		a, _ := json.Marshal(got[key])
		b, _ := json.Marshal(want[key])
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %s: got %s, want %s", what, key, a, b)
		}
	}
}

// TestSpoolBodies: Django gets bodies whose length their client has not told, where they are kept in files.
func TestSpoolBodies(t *testing.T) {
	t.Parallel()
	realdjango.Version(t)
	h := start(t, "wsgidjango:application", python.Options{Threads: 1, SpoolBodies: true, MaxBody: 8 << 20})
	second := serveHTTP2(t, h)
	for _, url := range []string{serve(t, h), second.URL} {
		for _, size := range []int{1000, 70000, 3 << 20} {
			file := bytes.Repeat([]byte("abcdefgh01"), size/10)
			form, kind := upload(t, file)
			req, err := http.NewRequestWithContext(t.Context(), "POST", url+"/form/", io.MultiReader(form))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			req.Header.Set("Expect", "100-continue")
			resp, err := second.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_, body := read(t, resp)
			wantJSON(t, "form", body, map[string]any{"post": map[string]string{"title": "caf\u00e9"}, "files": map[string]any{"upload": []any{"a.bin", len(file), sum(file)}}})
		}
		resp, err := second.Client().Post(url+"/body/", "text/plain", io.MultiReader(bytes.NewReader(make([]byte, 9<<20))))
		if err != nil {
			t.Fatal(err)
		}
		if status, body := read(t, resp); status != http.StatusRequestEntityTooLarge {
			t.Errorf("a body that is too long: got %d %q", status, body)
		}
	}
}

func TestWSGIDjango(t *testing.T) {
	t.Parallel()
	realdjango.Version(t)
	url := serve(t, start(t, "wsgidjango:application", python.Options{Threads: 2}))
	if resp, body := do(t, "GET", url); body != "Hello, World!" || resp.Header.Get("X-Safe") != "safe" || resp.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("got %q, %v", body, resp.Header)
	}
	_, body := do(t, "GET", url+"/name/caf%C3%A9%20x/?q=1")
	wantJSON(t, "name", body, map[string]any{"name": "caf\u00e9 x", "path": "/name/caf\u00e9 x/", "url": "/name/caf%C3%A9%20x/", "absolute": url + "/name/caf%C3%A9%20x/?q=1"})
	for _, size := range []int{0, 1000, 70000, 3 << 20} {
		file := bytes.Repeat([]byte("abcdefgh01"), size/10)
		form, kind := upload(t, file)
		_, body = doBody(t, "POST", url+"/form/", form, "Content-Type", kind)
		wantJSON(t, "form", body, map[string]any{"post": map[string]string{"title": "caf\u00e9"}, "files": map[string]any{"upload": []any{"a.bin", len(file), sum(file)}}})
		_, body = doBody(t, "POST", url+"/body/", bytes.NewReader(file))
		wantJSON(t, "body", body, map[string]any{"length": len(file), "sha1": sum(file)})
	}
	_, body = doBody(t, "POST", url+"/body/", io.MultiReader(strings.NewReader("chunked")))
	wantJSON(t, "chunked body", body, map[string]any{"length": 7})
	_, body = doBody(t, "POST", url+"/body/", io.MultiReader(strings.NewReader(strings.Repeat("x", 100<<10))))
	wantJSON(t, "long chunked body", body, map[string]any{"length": 0})
	if resp, _ := do(t, "POST", url); resp.StatusCode != 403 {
		t.Errorf("a POST without a token: got %v", resp.Status)
	}
	if resp, _ := do(t, "GET", url+"/name/x"); resp.StatusCode != 301 || resp.Header.Get("Location") != "/name/x/" {
		t.Errorf("without a slash: got %v %v", resp.Status, resp.Header)
	}
	if _, body := do(t, "GET", url+"/stream/"); body != "line 0\nline 1\nline 2\nline 3\nline 4\n" {
		t.Errorf("stream: got %q", body)
	}
	if resp, body := do(t, "GET", url+"/file/"); body != strings.Repeat("0123456789", 100000) || resp.ContentLength != 1000000 {
		t.Errorf("file: got %d bytes, %v", len(body), resp.Header)
	}
	if resp, _ := do(t, "GET", url+"/fails/"); resp.StatusCode != 500 {
		t.Errorf("fails: got %v", resp.Status)
	}
	if resp, body := do(t, "HEAD", url); resp.StatusCode != 200 || resp.ContentLength != 13 || body != "" {
		t.Errorf("HEAD: got %v, %v, %q", resp.Status, resp.Header, body)
	}
	if _, body := do(t, "GET", url+"/finished/"); body == "0" {
		t.Error("Django has finished no request")
	}
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	for _, want := range []string{"1", "2", "3"} {
		resp, err := client.Get(url + "/count/")
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(got) != want {
			t.Errorf("session: got %q, want %q", got, want)
		}
	}
}

func TestWSGIFlask(t *testing.T) {
	t.Parallel()
	needPython(t)
	if exec.Command(interpreter, "-c", "import flask").Run() != nil {
		realdjango.Missing(t, "Flask for "+interpreter+" (Debian package python3-flask)")
	}
	host := start(t, "wsgiflask:application", python.Options{Threads: 2})
	url := serve(t, http.StripPrefix("/under", host)) + "/under"
	if resp, body := do(t, "GET", url+"/"); body != "Hello, World!" || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("got %q, %v", body, resp.Header)
	}
	_, body := do(t, "GET", url+"/name/caf%C3%A9?q=1")
	wantJSON(t, "name", body, map[string]any{"name": "caf\u00e9", "path": "/name/caf\u00e9", "root": "/under", "url": "/under/name/caf%C3%A9", "full": "/name/caf\u00e9?q=1"})
	form, kind := upload(t, bytes.Repeat([]byte("x"), 200000))
	_, body = doBody(t, "POST", url+"/form", form, "Content-Type", kind)
	wantJSON(t, "form", body, map[string]any{"post": map[string]string{"title": "caf\u00e9"}, "files": map[string]int{"upload": 200000}})
	for _, size := range []int{7, 300000} { // without a length
		_, body = doBody(t, "PUT", url+"/body", io.MultiReader(bytes.NewReader(make([]byte, size))))
		wantJSON(t, "body", body, map[string]any{"length": size})
	}
	if _, body := do(t, "GET", url+"/stream"); body != "line 0\nline 1\nline 2\nline 3\nline 4\n" {
		t.Errorf("stream: got %q", body)
	}
	if _, body := do(t, "GET", url+"/file"); body != strings.Repeat("0123456789", 100000) {
		t.Errorf("file: got %d bytes", len(body))
	}
	source, err := os.ReadFile("testdata/wsgiflask.py")
	if err != nil {
		t.Fatal(err)
	}
	resp, body := do(t, "GET", url+"/source")
	if body != string(source) {
		t.Errorf("source: got %d bytes, want %d", len(body), len(source))
	}
	if resp, body := do(t, "GET", url+"/source", "If-None-Match", resp.Header.Get("Etag")); resp.StatusCode != 304 || body != "" {
		t.Errorf("source again: got %v %q", resp.Status, body)
	}
	if resp, body := do(t, "GET", url+"/source", "Range", "bytes=3-9"); resp.StatusCode != 206 || body != string(source[3:10]) {
		t.Errorf("a range: got %v %q", resp.Status, body)
	}
	if _, body := do(t, "GET", url+"/closed"); body != "1" {
		t.Errorf("closed: got %q", body)
	}
}
