package middleware_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestRequestID(t *testing.T) {
	t.Parallel()
	trust := &middleware.RequestIDOptions{Trust: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	tests := []struct {
		name string
		opts *middleware.RequestIDOptions
		peer string
		sent []string
		want string // "" for a new one
	}{
		{"none sent", trust, "10.0.0.1:1", nil, ""},
		{"from a trusted proxy", trust, "10.0.0.1:1", []string{"a-B_9.z"}, "a-B_9.z"},
		{"from a trusted proxy over mapped IPv6", trust, "[::ffff:10.0.0.1]:1", []string{"abc"}, "abc"},
		{"64 characters", trust, "10.0.0.1:1", []string{strings.Repeat("x", 64)}, strings.Repeat("x", 64)},
		{"from anybody", trust, "192.0.2.1:1", []string{"forged"}, ""},
		{"trusting nobody", nil, "10.0.0.1:1", []string{"forged"}, ""},
		{"65 characters", trust, "10.0.0.1:1", []string{strings.Repeat("x", 65)}, ""},
		{"empty", trust, "10.0.0.1:1", []string{""}, ""},
		{"two", trust, "10.0.0.1:1", []string{"a", "b"}, ""},
		{"line break", trust, "10.0.0.1:1", []string{"a\r\nSet-Cookie: b=c"}, ""},
		{"newline at the end", trust, "10.0.0.1:1", []string{"a\n"}, ""},
		{"NUL", trust, "10.0.0.1:1", []string{"a\x00"}, ""},
		{"space", trust, "10.0.0.1:1", []string{"a b"}, ""},
		{"not ASCII", trust, "10.0.0.1:1", []string{"é"}, ""},
		{"log syntax", trust, "10.0.0.1:1", []string{`a"} {"level":"x`}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inside := ""
			h := site(func(r *web.Request) (web.Response, error) {
				inside = middleware.RequestIDFrom(r.Context())
				return web.Text("ok"), nil
			}, middleware.RequestID(test.opts))
			headers := []string{"Peer", test.peer}
			for _, s := range test.sent {
				headers = append(headers, "X-Request-ID", s)
			}
			w := ask(h, "GET", "/", headers...)
			got := w.Header().Values("X-Request-ID")
			if len(got) != 1 || got[0] != inside {
				t.Fatalf("got headers %q and %q inside, want one of both", got, inside)
			}
			if test.want != "" && inside != test.want || test.want == "" && !hexID.MatchString(inside) {
				t.Errorf("got %q, want %q (empty: 32 hexadecimal digits)", inside, test.want)
			}
		})
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.RequestID(nil))
	seen := map[string]bool{}
	for range 1000 {
		seen[ask(h, "GET", "/").Header().Get("X-Request-ID")] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different IDs of 1000", len(seen))
	}
}

func TestRequestIDOnErrorPages(t *testing.T) {
	t.Parallel()
	h := site(func(*web.Request) (web.Response, error) { panic("boom") }, middleware.RequestID(nil))
	w := ask(h, "GET", "/")
	wantStatus(t, w, http.StatusInternalServerError)
	if !hexID.MatchString(w.Header().Get("X-Request-ID")) {
		t.Errorf("got %q, want an ID", w.Header().Get("X-Request-ID"))
	}
}

func TestLogRequestID(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(middleware.LogRequestID(slog.NewTextHandler(&log, nil)))
	h := site(func(r *web.Request) (web.Response, error) {
		logger.InfoContext(r.Context(), "view")
		logger.With("a", 1).InfoContext(r.Context(), "derived")
		logger.InfoContext(r.Context(), "named", "request_id", "own")
		logger.InfoContext(t.Context(), "outside")
		return web.Text("ok"), nil
	}, middleware.RequestID(nil))
	id := ask(h, "GET", "/").Header().Get("X-Request-ID")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range []string{"msg=view request_id=" + id, "msg=derived a=1 request_id=" + id, "msg=named request_id=own", "msg=outside"} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("line %d: got %q, want it to end in %q", i, lines[i], want)
		}
	}
}

func TestRequestIDFromNowhere(t *testing.T) {
	t.Parallel()
	if got := middleware.RequestIDFrom(t.Context()); got != "" {
		t.Errorf("got %q, want none", got)
	}
}
