package asgi_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	fields := asgi.Headers{{"set-cookie", "b"}, {"accept", "x"}, {"set-cookie", "a"}}
	if got := fields.Value("Set-Cookie"); got != "b" {
		t.Errorf("Value: %q", got)
	}
	if got := fields.Value("host"); got != "" {
		t.Errorf("Value of nothing: %q", got)
	}
	if diff := cmp.Diff([]string{"b", "a"}, fields.Values("SET-COOKIE")); diff != "" {
		t.Errorf("Values: %s", diff)
	}
	header := http.Header{"Set-Cookie": {"b", "a"}, "Accept": {"x"}}
	if diff := cmp.Diff(header, fields.HTTP()); diff != "" {
		t.Errorf("HTTP: %s", diff)
	}
	if diff := cmp.Diff(asgi.Headers{{"accept", "x"}, {"set-cookie", "b"}, {"set-cookie", "a"}}, asgi.HeadersOf(header)); diff != "" {
		t.Errorf("HeadersOf: %s", diff)
	}
}

func TestAddr(t *testing.T) {
	t.Parallel()
	for want, addr := range map[string]asgi.Addr{"": {}, "[::1]:80": {Host: "::1", Port: 80}, "/run/s": {Host: "/run/s"}} {
		if got := addr.String(); got != want {
			t.Errorf("%#v: %q, want %q", addr, got, want)
		}
	}
}

func TestProtocolErrorText(t *testing.T) {
	t.Parallel()
	err := &asgi.ProtocolError{Event: "http.response.body", Reason: "too early"}
	if got := err.Error(); got != "asgi: http.response.body: too early" {
		t.Errorf("%q", got)
	}
}
