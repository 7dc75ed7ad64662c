package asgi_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/asgi"
)

// partsRecorder counts the parts that it gets at once.
type partsRecorder struct {
	*httptest.ResponseRecorder
	parts []int
}

func (r *partsRecorder) WriteBuffers(parts [][]byte) (n int64, err error) {
	r.parts = append(r.parts, len(parts))
	for _, part := range parts {
		m, _ := r.Write(part)
		n += int64(m)
	}
	return n, nil
}

func TestSendBody(t *testing.T) {
	t.Parallel()
	parts := [][]byte{[]byte("one, "), {}, []byte("two")}
	for _, tt := range []struct {
		name, method string
		headers      asgi.Headers
		body         string
		atOnce       int
	}{
		{"no length", "GET", nil, "one, two", 1},
		{"its length", "GET", asgi.Headers{{Name: "content-length", Value: "8"}}, "one, two", 1},
		{"HEAD", "HEAD", asgi.Headers{{Name: "content-length", Value: "8"}}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &partsRecorder{ResponseRecorder: httptest.NewRecorder()}
			plain := httptest.NewRecorder()
			for _, w := range []http.ResponseWriter{w, plain} {
				p := asgi.NewResponse(w, httptest.NewRequest(tt.method, "/", http.NoBody))
				if err := p.SendBody(parts, false); !errors.As(err, new(*asgi.ProtocolError)) {
					t.Errorf("before the start: %v", err)
				}
				if err := p.Send(&asgi.HTTPResponseStart{Status: 201, Headers: tt.headers}); err != nil {
					t.Fatal(err)
				}
				if err := p.SendBody(parts[:1], true); err != nil || p.Complete() {
					t.Errorf("a part: %v, complete: %v", err, p.Complete())
				}
				if err := p.SendBody(parts[1:], false); err != nil || !p.Complete() {
					t.Errorf("the end: %v, complete: %v", err, p.Complete())
				}
				if err := p.SendBody(parts, false); !errors.As(err, new(*asgi.ProtocolError)) {
					t.Errorf("after the end: %v", err)
				}
			}
			if w.Code != 201 || w.Body.String() != tt.body || len(w.parts) != tt.atOnce || plain.Code != 201 || plain.Body.String() != tt.body {
				t.Errorf("got %d %q in %v, without WriteBuffers %d %q; want 201 %q", w.Code, w.Body, w.parts, plain.Code, plain.Body, tt.body)
			}
		})
	}
}

func TestSendBodyTooLong(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	p := asgi.NewResponse(w, httptest.NewRequest("GET", "/", http.NoBody))
	if err := p.Send(&asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-length", Value: "3"}}}); err != nil {
		t.Fatal(err)
	}
	if err := p.SendBody([][]byte{[]byte("ab"), []byte("cd")}, false); !errors.As(err, new(*asgi.ProtocolError)) || p.Started() {
		t.Errorf("four bytes of three: %v, started: %v", err, p.Started())
	}
	if err := p.SendBody([][]byte{[]byte("ab"), []byte("c")}, false); err != nil || w.Body.String() != "abc" {
		t.Errorf("three bytes: %v, %q", err, w.Body)
	}
}
