package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/web"
)

func TestBodyAsStream(t *testing.T) {
	t.Parallel()
	opts := &web.Options{Limits: web.Limits{Body: 10, Upload: 100}}
	for size, status := range map[int]int{0: 0, 100: 0, 101: 413} {
		r, err := web.NewRequest(httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size))), opts)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Reader())
		var e *web.Error
		if errors.As(err, &e); status == 0 && (err != nil || len(b) != size) || status != 0 && (e == nil || e.Status != status) {
			t.Errorf("%d bytes: read %d, %v", size, len(b), err)
		}
		if _, err := r.Body(); !errors.Is(err, web.ErrBodyConsumed) {
			t.Errorf("body after the stream: %v", err)
		}
	}
	r, _ := web.NewRequest(httptest.NewRequest("POST", "/", strings.NewReader("abc")), opts)
	for range 2 { // what was read into memory can be read as often as one likes
		if _, err := r.Body(); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r.Reader()); err != nil || string(b) != "abc" {
			t.Errorf("got %q, %v", b, err)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, fail := range []bool{false, true} {
		var calls []string
		wrapper := func(name string) web.Wrapper {
			return func(w http.ResponseWriter, _ *web.Request) (http.ResponseWriter, func() error) {
				return upper{w, name}, func() error {
					calls = append(calls, name)
					_, err := io.WriteString(w, "<"+name+">")
					return err
				}
			}
		}
		layer := func(name string) web.Middleware {
			return web.Middleware{Name: name, Wrap: func(next web.Handler) web.Handler {
				return func(r *web.Request) (web.Response, error) {
					resp, err := next(r)
					if !resp.Streaming() && !fail {
						t.Error("not streaming")
					}
					resp.Wrap(wrapper(name))
					return resp, err
				}
			}}
		}
		w := serve(t, func(*web.Request) (web.Response, error) {
			return web.Stream("a/b", func(_ context.Context, w *web.StreamWriter) error {
				if fail {
					return errors.New("oops")
				}
				_, err := w.WriteString("x")
				return err
			}), nil
		}, &web.Options{Middleware: []web.Middleware{layer("outer"), layer("inner")}}, httptest.NewRequest("GET", "/", nil))
		got, want := w.Body.String(), "(outer(innerx))(outer<inner>)<outer>"
		if !fail && got != want || fail && (w.Code != 500 || len(calls) != 0) {
			t.Errorf("got %d %q, want %q; closed %q", w.Code, got, want, calls)
		}
	}
}

// upper puts each write in brackets.
type upper struct {
	http.ResponseWriter
	name string
}

func (u upper) Write(b []byte) (int, error) {
	if _, err := io.WriteString(u.ResponseWriter, "("+u.name+string(b)+")"); err != nil {
		return 0, err
	}
	return len(b), nil
}

type contextKey struct{}

func TestRequestCopies(t *testing.T) {
	t.Parallel()
	raw := httptest.NewRequest("GET", "/a?b=c", nil)
	r := request(t, raw)
	if h := r.HTTP(); h.URL != raw.URL || h.Body != raw.Body || h.Context() != r.Context() {
		t.Errorf("got %+v", h)
	}
	r.SetMatch(&web.Match{Name: "x", Namespaces: []string{"shop", "de"}, Values: []web.PathValue{{Name: "id", Raw: "7"}}})
	c := r.WithContext(context.WithValue(r.Context(), contextKey{}, 1))
	if c.HTTP().Context().Value(contextKey{}) != 1 || r.Context().Value(contextKey{}) != nil {
		t.Error("the context is not the copy's alone")
	}
	if c.Match().ViewName() != "shop:de:x" || c.PathValue("id") != "7" || c.PathValue("none") != "" {
		t.Errorf("match %+v", c.Match())
	}
}

// Random queries, broken percent signs and broken UTF-8 included, read as real Django reads them.
func TestQueriesAsDjango(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "b", "=", "&", "+", "%", "%41", "%C3%BC", "%c3", "%ff", "%e2%82", "%f0%80%80", "%ed%a0%80", "%f4%90%80%80", "%F0%9F%98", "%80", ";", "é", "%2", "%zz", "[", "~", "/"}
	queries := make([]string, 500)
	for i := range queries {
		for range random.IntN(12) {
			queries[i] += pieces[random.IntN(len(pieces))]
		}
	}
	in, err := json.Marshal(queries)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, realdjango.Configure+`
import json, sys
from django.http import QueryDict
print(json.dumps([QueryDict(q).urlencode() for q in json.load(sys.stdin)]))
`, in)
	var want []string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		if got := web.ParseValues(q).Encode(""); got != want[i] {
			t.Errorf("%q: got %s, want %s", q, got, want[i])
		}
	}
}

// TestOutcomeRead counts what was read of a body, whoever reads it.
func TestOutcomeRead(t *testing.T) {
	t.Parallel()
	half := web.FromHTTPMiddleware("half", func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = io.NopCloser(io.LimitReader(r.Body, 4))
			next.ServeHTTP(w, r)
		})
	})
	reading := func(read func(*web.Request) error) web.Handler {
		return func(r *web.Request) (web.Response, error) { return web.Text("ok"), read(r) }
	}
	whole := reading(func(r *web.Request) error {
		if _, err := r.Body(); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, r.Reader()) // of what is held by now
		return err
	})
	tests := []struct {
		name   string
		view   web.Handler
		layers []web.Middleware
		want   int64
	}{
		{"nobody", reading(func(*web.Request) error { return nil }), nil, 0},
		{"Body", whole, nil, 10},
		{"Body behind middleware of net/http", whole, []web.Middleware{half}, 4},
		{"Reader in two parts", reading(func(r *web.Request) error {
			if _, err := io.ReadFull(r.Reader(), make([]byte, 3)); err != nil {
				return err
			}
			_, err := io.ReadFull(r.Reader(), make([]byte, 3))
			return err
		}), nil, 6},
		{"a handler of net/http", web.FromHTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
		})), nil, 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, j := site(test.view, &web.Options{Middleware: test.layers})
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader("0123456789")))
			if got := (<-j.finished).Read; got != test.want {
				t.Errorf("got %d bytes read, want %d\n%s", got, test.want, j)
			}
		})
	}
}
