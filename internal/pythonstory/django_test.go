// Package pythonstory_test tells the stories of shops that put a Nuages program in front of their Python
// application: a real Django, Starlette and Flask, asked over all protocols, by a real browser.
package pythonstory_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestStartPage: what startproject makes is served as it is.
func TestStartPage(t *testing.T) {
	t.Parallel()
	need(t, "django")
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), interpreter, "-m", "django", "startproject", "mysite", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, application := range []string{"mysite.asgi:application", "mysite.wsgi:application"} {
		s := hosted(t, application, python.Options{Dir: dir})
		for _, p := range s.protocols() {
			status, body := p.get(t, "/")
			if status != 200 || !strings.Contains(body, "The install worked successfully! Congratulations!") {
				t.Errorf("%s over %s: got %d %s", application, p.name, status, body)
			}
		}
		if log := s.log.take(); log != "" {
			t.Errorf("%s: the log has\n%s", application, log)
		}
	}
}

// TestDjango has sync and async views behind async middleware, static files, forms, streams and
// failures, over all protocols.
func TestDjango(t *testing.T) {
	t.Parallel()
	s := django(t, "asgi:application", python.Options{})
	if log := s.log.take(); log != "" { // Django raises ValueError when it is asked for a lifespan
		t.Errorf("the start wrote\n%s", log)
	}
	for _, p := range s.protocols() {
		t.Run(p.name, func(t *testing.T) {
			for _, kind := range []string{"sync", "async"} {
				resp := p.do(t, "GET", "/"+kind+"/?q=caf%C3%A9&n=1", nil)
				want := map[string]any{"view": kind, "version": p.version, "scheme": p.url[:strings.Index(p.url, ":")],
					"path": "/" + kind + "/", "query": map[string]any{"q": "café", "n": "1"}, "host": strings.SplitN(p.url, "//", 2)[1]}
				var got map[string]any
				if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if resp.Header.Get("X-Middleware") != "async" || resp.Proto != p.name {
					t.Errorf("got %s %v", resp.Proto, resp.Header)
				}
			}
			if status, body := p.get(t, "/static/shop.css"); status != 200 || body != "body { background: linen; }\n" {
				t.Errorf("static file: got %d %q", status, body)
			}
			if status, body := p.get(t, "/static/admin/css/base.css"); status != 200 || !strings.Contains(body, "DJANGO Admin") {
				t.Errorf("the admin's style: got %d", status)
			}
			p.streams(t)
			p.uploads(t)
			if status, body := p.get(t, "/broken/"); status != 500 || !strings.Contains(body, "broken on purpose") {
				t.Errorf("got %d %.200q", status, body)
			}
			s.log.await(t, "RuntimeError: broken on purpose", 1)
			if log := s.log.take(); strings.Count(log, "Internal Server Error: /broken/") != 1 || !strings.Contains(log, "RuntimeError: broken on purpose") {
				t.Errorf("the log has\n%s", log)
			}
			if resp := p.do(t, "HEAD", "/sync/", nil); resp.StatusCode != 200 || resp.ContentLength == 0 {
				t.Errorf("HEAD: got %s, %d bytes", resp.Status, resp.ContentLength)
			}
		})
	}
}

// streams reads a long response, and server-sent events of which the second comes only when the first
// has been read.
func (p *protocol) streams(t *testing.T) {
	t.Helper()
	status, body := p.get(t, "/stream/?lines=20000")
	if status != 200 || len(body) != 120000 || !strings.HasSuffix(body, "19999\n") {
		t.Errorf("got %d, %d bytes", status, len(body))
	}
	until := filepath.Join(t.TempDir(), "go-on")
	resp := p.do(t, "GET", "/events/?until="+url.QueryEscape(until), nil)
	events := bufio.NewReader(resp.Body)
	if line, err := events.ReadString('\n'); line != "data: first\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := os.WriteFile(until, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(events); string(rest) != "\ndata: second\n\n" || err != nil {
		t.Errorf("got %q, %v", rest, err)
	}
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("got %q", got)
	}
}

// uploads sends a file of 4.8 MB, which Django keeps on disk.
func (p *protocol) uploads(t *testing.T) {
	t.Helper()
	file := bytes.Repeat([]byte("0123456789abcdef"), 300_000)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("sleeve", "sleeve.png")
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	want := `{"sleeve": "` + hex.EncodeToString(sum[:]) + `"}`
	r, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/upload/", bytes.NewReader(form.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != want {
		t.Errorf("got %s %s, %v", resp.Status, got, err)
	}
}

// do asks, and closes the answer's body with the test.
func (p *protocol) do(t *testing.T, method, path string, body io.Reader) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (p *protocol) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp := p.do(t, "GET", path, nil)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
