package middleware_test

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func networks(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// seen tells what a site knows of its client.
func seen(r *web.Request) (web.Response, error) {
	return web.Text(r.RemoteAddr().String() + " " + r.Scheme() + " " + r.Host()), nil
}

func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	proxies := networks("10.0.0.0/8", "2001:db8:f::/48")
	believing := &middleware.ProxyOptions{Host: true, Port: true}
	rfc := &middleware.ProxyOptions{Forwarded: true, Host: true}
	const proxy, stranger = "10.0.0.1:1234", "203.0.113.9:1234"
	tests := []struct {
		name    string
		opts    *middleware.ProxyOptions
		peer    string
		headers []string
		want    string // of seen, or a status
	}{
		{"nothing forwarded", nil, proxy, nil, "10.0.0.1 http example.com"},
		{"one proxy", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Proto", "https"}, "203.0.113.7 https example.com"},
		{"host is not believed unasked", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Host", "evil.example", "X-Forwarded-Port", "99"}, "203.0.113.7 http example.com"},
		{"from a stranger", believing, stranger, []string{"X-Forwarded-For", "10.9.9.9", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example"}, "203.0.113.9 http example.com"},
		{"a client that forges a hop", nil, proxy, []string{"X-Forwarded-For", "127.0.0.1, 203.0.113.7"}, "203.0.113.7 http example.com"},
		{"a client that forges a proxy", nil, proxy, []string{"X-Forwarded-For", "127.0.0.1, 10.0.0.9, 203.0.113.7"}, "203.0.113.7 http example.com"},
		{"a client that forges a line", nil, proxy, []string{"X-Forwarded-For", "127.0.0.1", "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"two proxies", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7, 10.0.0.2"}, "203.0.113.7 http example.com"},
		{"two proxies, two lines", nil, proxy, []string{"X-Forwarded-For", "198.51.100.1, 203.0.113.7", "X-Forwarded-For", "10.0.0.2"}, "203.0.113.7 http example.com"},
		{"nobody but proxies", nil, proxy, []string{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}, "10.0.0.3 http example.com"},
		{"IPv6 client, IPv4 proxy", nil, proxy, []string{"X-Forwarded-For", "2001:db8::7"}, "2001:db8::7 http example.com"},
		{"with ports", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7:4711"}, "203.0.113.7 http example.com"},
		{"IPv6 with a port", nil, proxy, []string{"X-Forwarded-For", "[2001:db8::7]:4711"}, "2001:db8::7 http example.com"},
		{"IPv6 in brackets", nil, proxy, []string{"X-Forwarded-For", "[2001:db8::7]"}, "2001:db8::7 http example.com"},
		{"mapped IPv4", nil, "[::ffff:10.0.0.1]:1", []string{"X-Forwarded-For", "::ffff:203.0.113.7"}, "203.0.113.7 http example.com"},
		{"zone", nil, proxy, []string{"X-Forwarded-For", "fe80::1%eth0"}, "fe80::1 http example.com"},
		{"IPv6 proxy", nil, "[2001:db8:f::1]:1", []string{"X-Forwarded-For", "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"unknown", nil, proxy, []string{"X-Forwarded-For", "198.51.100.1, unknown"}, "10.0.0.1 http example.com"},
		{"garbage", nil, proxy, []string{"X-Forwarded-For", "198.51.100.1, ;drop table"}, "10.0.0.1 http example.com"},
		{"empty values", nil, proxy, []string{"X-Forwarded-For", ",,"}, "10.0.0.1 http example.com"},
		{"many values", nil, proxy, []string{"X-Forwarded-For", repeat("198.51.100.1,", 5000) + "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"scheme in capitals", nil, proxy, []string{"X-Forwarded-Proto", "HTTPS"}, "10.0.0.1 https example.com"},
		{"client says https, proxy http", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Proto", "https, http"}, "203.0.113.7 http example.com"},
		{"each of two proxies says its scheme", nil, proxy, []string{"X-Forwarded-For", "203.0.113.7, 10.0.0.2", "X-Forwarded-Proto", "https, http"}, "203.0.113.7 https example.com"},
		{"bad scheme", nil, proxy, []string{"X-Forwarded-Proto", "javascript"}, "400"},
		{"scheme not believed", &middleware.ProxyOptions{NoScheme: true}, proxy, []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"host", believing, proxy, []string{"X-Forwarded-Host", "shop.example:8443"}, "10.0.0.1 http shop.example:8443"},
		{"host and port", believing, proxy, []string{"X-Forwarded-Host", "shop.example", "X-Forwarded-Port", "8443"}, "10.0.0.1 http shop.example:8443"},
		{"port alone", believing, proxy, []string{"X-Forwarded-Port", "8443"}, "10.0.0.1 http example.com:8443"},
		{"port to an IPv6 host", believing, proxy, []string{"X-Forwarded-Host", "[2001:db8::1]:80", "X-Forwarded-Port", "8443"}, "10.0.0.1 http [2001:db8::1]:8443"},
		{"bad port", believing, proxy, []string{"X-Forwarded-Port", "80@evil.example"}, "400"},
		{"bad host", believing, proxy, []string{"X-Forwarded-Host", "evil.example/"}, "400"},
		{"line break in the host", believing, proxy, []string{"X-Forwarded-Host", "evil\r\nX: y"}, "400"},
		{"unix socket", &middleware.ProxyOptions{UnixSocket: true}, "@", []string{"X-Forwarded-For", "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"unix socket, not trusted", nil, "@", []string{"X-Forwarded-Proto", "https"}, "invalid IP http example.com"},

		{"Forwarded", rfc, proxy, []string{"Forwarded", `for=203.0.113.7;proto=https;by=10.0.0.1;host=shop.example`}, "203.0.113.7 https shop.example"},
		{"Forwarded, X-Forwarded ignored", rfc, proxy, []string{"Forwarded", `for=203.0.113.7`, "X-Forwarded-For", "127.0.0.1", "X-Forwarded-Proto", "https"}, "203.0.113.7 http example.com"},
		{"X-Forwarded, Forwarded ignored", nil, proxy, []string{"Forwarded", `for=127.0.0.1;proto=https`, "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7 http example.com"},
		{"Forwarded from a stranger", rfc, stranger, []string{"Forwarded", "for=127.0.0.1;proto=https"}, "203.0.113.9 http example.com"},
		{"Forwarded, case", rfc, proxy, []string{"Forwarded", "FOR=203.0.113.7;Proto=HTTPS"}, "203.0.113.7 https example.com"},
		{"Forwarded, IPv6", rfc, proxy, []string{"Forwarded", `for="[2001:db8::7]:4711"`}, "2001:db8::7 http example.com"},
		{"Forwarded, two proxies", rfc, proxy, []string{"Forwarded", `for=203.0.113.7;proto=https, for=10.0.0.2;proto=http`}, "203.0.113.7 https example.com"},
		{"Forwarded, the inner proxy alone tells the scheme", rfc, proxy, []string{"Forwarded", `for=203.0.113.7, for=10.0.0.2;proto=https`}, "203.0.113.7 https example.com"},
		{"Forwarded, forged hop", rfc, proxy, []string{"Forwarded", `for=127.0.0.1;proto=https;host=evil.example, for=203.0.113.7`}, "203.0.113.7 http example.com"},
		{"Forwarded, hidden", rfc, proxy, []string{"Forwarded", `for=127.0.0.1, for=_hidden;proto=https`}, "10.0.0.1 https example.com"},
		{"Forwarded, open quote on another line", rfc, proxy, []string{"Forwarded", `for="127.0.0.1`, "Forwarded", `for=203.0.113.7`}, "203.0.113.7 http example.com"},
		{"Forwarded, open quote before the proxy's own", rfc, proxy, []string{"Forwarded", `for="127.0.0.1, for=203.0.113.7`}, "400"},
		{"Forwarded, quote that swallows", rfc, proxy, []string{"Forwarded", `for=", for="[2001:db8::7]"`}, "400"},
		{"Forwarded, escaped quote", rfc, proxy, []string{"Forwarded", `for="_\"", for="203.0.113.7"`}, "203.0.113.7 http example.com"},
		{"Forwarded, twice for", rfc, proxy, []string{"Forwarded", `for=127.0.0.1;for=203.0.113.7`}, "400"},
		{"Forwarded, no value", rfc, proxy, []string{"Forwarded", `for=`}, "400"},
		{"Forwarded, no pair", rfc, proxy, []string{"Forwarded", `203.0.113.7`}, "400"},
		{"Forwarded, empty elements", rfc, proxy, []string{"Forwarded", ` , ;, for=203.0.113.7 ; , `}, "203.0.113.7 http example.com"},
		{"Forwarded, too many", rfc, proxy, []string{"Forwarded", repeat("for=127.0.0.1,", 5000)}, "400"},
		{"Forwarded, bad host", rfc, proxy, []string{"Forwarded", `for=203.0.113.7;host="evil/"`}, "400"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := site(seen, middleware.TrustedProxies(proxies, test.opts))
			w := ask(h, "GET", "/", append([]string{"Peer", test.peer}, test.headers...)...)
			if test.want == "400" {
				wantStatus(t, w, 400)
			} else if got := w.Body.String(); got != test.want {
				t.Errorf("%.200q: got %q, want %q", test.headers, got, test.want)
			}
		})
	}
}

// FuzzForwarded looks for panics, and for an untrusted left part that changes what the trusted right
// part says.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{``, `for=1.2.3.4`, `for="[::1]:80";proto=https`, `for="\"`, `,;,`, `for=_x;host="a\\b"`, `=`, `a="`} {
		f.Add(s)
	}
	h := site(seen, middleware.TrustedProxies(networks("10.0.0.0/8"), &middleware.ProxyOptions{Forwarded: true, Host: true}))
	old := site(seen, middleware.TrustedProxies(networks("10.0.0.0/8"), &middleware.ProxyOptions{Host: true, Port: true}))
	f.Fuzz(func(t *testing.T, forged string) {
		if !utf8.ValidString(forged) || strings.Contains(forged, "\x00") {
			return // package web refuses such headers
		}
		const want = "203.0.113.7 https shop.example"
		w := ask(h, "GET", "/", "Peer", "10.0.0.1:1", "Forwarded", forged+`, for="203.0.113.7";proto="https";host="shop.example"`)
		if w.Code == 200 && w.Body.String() != want {
			t.Errorf("after %q: got %q, want %q or a 400", forged, w.Body, want)
		}
		w = ask(h, "GET", "/", "Peer", "10.0.0.1:1", "Forwarded", forged, "Forwarded", `for=203.0.113.7;proto=https;host=shop.example`)
		if w.Body.String() != want {
			t.Errorf("line after %q: got %q, want %q", forged, w.Body, want)
		}
		w = ask(old, "GET", "/", "Peer", "10.0.0.1:1", "X-Forwarded-For", forged, "X-Forwarded-For", "203.0.113.7",
			"X-Forwarded-Proto", forged, "X-Forwarded-Proto", "https", "X-Forwarded-Host", forged, "X-Forwarded-Host", "shop.example")
		if w.Body.String() != want {
			t.Errorf("X-Forwarded after %q: got %q, want %q", forged, w.Body, want)
		}
	})
}
