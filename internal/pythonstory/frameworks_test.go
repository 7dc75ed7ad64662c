package pythonstory_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestStarlette has the state of the lifespan in requests and sockets, streams, files and tasks after
// the response.
func TestStarlette(t *testing.T) {
	t.Parallel()
	need(t, "starlette")
	s := hosted(t, "frameworks:starlette", python.Options{Factory: true, Lifespan: python.LifespanOn})
	source, err := os.ReadFile("testdata/frameworks.py")
	if err != nil {
		t.Fatal(err)
	}
	want := `["Nuages"`
	for _, p := range s.protocols() {
		want += `,"Blue Train"` // the list is the same for all requests
		for path, want := range map[string]string{"/shelf": want + "]", "/ticks": "tick 0\ntick 1\ntick 2\n", "/source": string(source)} {
			resp := p.do(t, "GET", path, nil)
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != 200 || string(body) != want || resp.Header.Get("X-Layer") != "base" {
				t.Errorf("%s %s: got %s %v %s, %v", p.name, path, resp.Status, resp.Header, body, err)
			}
		}
		if status, _ := p.get(t, "/missing"); status != 404 {
			t.Errorf("got %d", status)
		}
	}
	if _, body := s.protocols()[0].get(t, "/background"); body != `["/shelf","/shelf","/shelf"]` {
		t.Errorf("got %s", body)
	}
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.plain+"/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("a copy")); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.Read(t.Context()); string(text) != "a copy of Nuages" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	conn.CloseNow()
	if err := s.host.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if log := s.log.take(); strings.Count(log, "starlette starts") != 1 || strings.Count(log, "starlette stops") != 1 || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has\n%s", log)
	}
}

func TestFastAPI(t *testing.T) {
	t.Parallel()
	need(t, "fastapi")
	s := hosted(t, "frameworks:fastapi", python.Options{Factory: true})
	for _, p := range s.protocols() {
		if status, body := p.get(t, "/records/7?q=%C3%A9"); status != 200 || body != `{"number":7,"q":"é"}` {
			t.Errorf("%s: got %d %s", p.name, status, body)
		}
		if status, _ := p.get(t, "/records/seven"); status != 422 {
			t.Errorf("%s: got %d", p.name, status)
		}
	}
}

func TestFlask(t *testing.T) {
	t.Parallel()
	need(t, "flask")
	s := hosted(t, "frameworks:flask", python.Options{Factory: true})
	for _, p := range s.protocols() {
		r := p.do(t, "GET", "/hello/Ad%C3%A9", nil)
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != `{"form":{},"name":"Ad\u00e9","script":""}`+"\n" {
			t.Errorf("%s: got %s %s, %v", p.name, r.Status, body, err)
		}
		if status, body := p.get(t, "/stream"); status != 200 || strings.Count(body, "\n") != 1000 {
			t.Errorf("%s: got %d, %d bytes", p.name, status, len(body))
		}
		if status, body := p.get(t, "/broken"); status != 500 || !strings.Contains(body, "Internal Server Error") {
			t.Errorf("%s: got %d %s", p.name, status, body)
		}
	}
	s.log.await(t, "RuntimeError: broken on purpose", 3)
}
