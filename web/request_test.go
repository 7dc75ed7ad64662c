package web_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

func request(t *testing.T, raw *http.Request) *web.Request {
	t.Helper()
	r, err := web.NewRequest(raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestForwarded(t *testing.T) {
	t.Parallel()
	raw := httptest.NewRequest("GET", "/", nil)
	raw.Host, raw.RemoteAddr = "Inner.example:8000", "[::ffff:10.0.0.1]:99"
	r := request(t, raw)
	if r.IsSecure() || r.Hostname() != "inner.example" || r.Port() != "8000" || r.RemoteAddr() != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("direct: %v %s %s %v", r.IsSecure(), r.Hostname(), r.Port(), r.RemoteAddr())
	}
	if err := r.SetForwarded(web.Forwarded{RemoteAddr: netip.MustParseAddr("1.2.3.4"), Scheme: "https", Host: "outer.example"}); err != nil {
		t.Fatal(err)
	}
	if !r.IsSecure() || r.Host() != "outer.example" || r.Port() != "443" || r.RemoteAddr().String() != "1.2.3.4" || r.PeerAddr().String() != "10.0.0.1" {
		t.Errorf("forwarded: %v %s %s %v %v", r.IsSecure(), r.Host(), r.Port(), r.RemoteAddr(), r.PeerAddr())
	}
	for _, bad := range []web.Forwarded{{Scheme: "gopher"}, {Host: "a b"}, {Host: "a@b"}} {
		if r.SetForwarded(bad) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	raw = httptest.NewRequest("GET", "/", nil)
	raw.TLS = &tls.ConnectionState{}
	if r := request(t, raw); r.AbsoluteURI("/x") != "https://example.com/x" {
		t.Errorf("got %s", r.AbsoluteURI("/x"))
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/?next=/a%3Fb=c": "/a?b=c", "/?next=//evil.com": "/home", "/?next=http://evil.com": "/home", "/": "/home",
		"/?next=http://example.com/x": "http://example.com/x", "/?next=/a%0ab": "/home", "/?next=%5c%5cevil.com": "/home",
	} {
		if got := request(t, httptest.NewRequest("GET", target, nil)).Next("next", "/home"); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
	raw := httptest.NewRequest("POST", "/?next=/query", strings.NewReader("next=/form"))
	raw.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := request(t, raw).Next("next", ""); got != "/form" {
		t.Errorf("got %s", got)
	}
}

func TestFullPath(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"//evil.com/": "/%2Fevil.com/", "/a%20b/%C3%BC": "/a%20b/%C3%BC", "/?a=ü": "/?a=%C3%BC", "/%2F%2Fx": "/%2F/x", "/a;b?c;d": "/a%3Bb?c;d",
	} {
		raw := httptest.NewRequest("GET", "/", nil)
		u, err := parseTarget(target)
		if err != nil {
			t.Fatal(err)
		}
		raw.URL = u
		if got := request(t, raw).FullPath(); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		resp   web.Response
		status int
		want   string
	}{
		{"path", web.Redirect("/x?y=ü"), 302, "/x?y=%C3%BC"},
		{"own host", web.Redirect("http://example.com/x"), 302, "http://example.com/x"},
		{"permanent", web.Redirect("/x").WithStatus(308), 308, "/x"},
		{"other host", web.Redirect("http://other.com/x"), 400, ""},
		{"allowed host", web.RedirectToHost("http://other.com/x", "other.com"), 302, "http://other.com/x"},
		{"host not allowed", web.RedirectToHost("http://evil.com/x", "other.com"), 400, ""},
		{"any host", web.InsecureRedirect("http://evil.com/x"), 302, "http://evil.com/x"},
		{"any host, no script", web.InsecureRedirect("javascript:x"), 400, ""},
		{"nowhere", web.Redirect(""), 400, ""},
	} {
		w := serve(t, func(*web.Request) (web.Response, error) { return test.resp, nil }, nil, httptest.NewRequest("GET", "/", nil))
		if w.Code != test.status || w.Header().Get("Location") != test.want {
			t.Errorf("%s: got %d %q, want %d %q", test.name, w.Code, w.Header().Get("Location"), test.status, test.want)
		}
	}
}

func TestAddVary(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ had, add, want string }{
		{"", "Cookie", "Cookie"}, {"cookie", "Cookie", "cookie"}, {"Accept,Cookie", "Origin", "Accept, Cookie, Origin"}, {"*", "Cookie", "*"}, {"Cookie", "*", "*"},
	} {
		h := http.Header{}
		if test.had != "" {
			h.Set("Vary", test.had)
		}
		if web.AddVary(h, test.add); h.Get("Vary") != test.want {
			t.Errorf("%q and %q: got %q", test.had, test.add, h.Get("Vary"))
		}
	}
}

// An event stream through a writer that can't flush is an error, not silence.
func TestSSENeedsFlush(t *testing.T) {
	t.Parallel()
	h, j := site(func(*web.Request) (web.Response, error) {
		return web.SSE(func(context.Context, *web.EventStream) error { return nil }, nil), nil
	}, nil)
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("recovered %v", v)
		}
		if j.entries() != 1 || !strings.Contains(j.String(), "can't flush") {
			t.Errorf("log:\n%s", j)
		}
	}()
	h.ServeHTTP(&discard{http.Header{}}, httptest.NewRequest("GET", "/", nil))
}
