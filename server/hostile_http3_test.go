package server_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/server"
)

// TestHTTP3Refusals sends what a client of HTTP/3 can be made to send; malformed frames are the
// business of quic-go, which refuses more than net/http does.
func TestHTTP3Refusals(t *testing.T) {
	t.Parallel()
	var saw atomic.Pointer[http.Header]
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Clone()
		saw.Store(&header)
		_, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}), server.Options{Addresses: []string{"https://127.0.0.1:0"}, TLS: serverTLS(), HTTP3: true, MaxBody: 100, MaxHeaders: 5, MaxCookies: 2, MaxURI: 50, Logger: quiet()})
	client := &http3.Transport{TLSClientConfig: clientTLS()}
	defer client.Close()
	for _, test := range []struct {
		name, method, target, header, body string
		want                               int
	}{
		{name: "GET", want: 200},
		{name: "TRACE", method: "TRACE", want: 405},
		{name: "CONNECT", method: "CONNECT", want: 405},
		{name: "unknown method", method: "BREW", want: 501},
		{name: "URI too long", target: "/" + strings.Repeat("x", 50), want: 414},
		{name: "too many headers", header: "A: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6", want: 431},
		{name: "too many cookies", header: "Cookie: a=1; b=2; c=3", want: 431},
		{name: "body too long", method: "POST", body: strings.Repeat("x", 101), want: 413},
		{name: "names with underscores", header: "X_Forwarded_For: 1.2.3.4", want: 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			saw.Store(nil)
			if test.method == "" {
				test.method = "GET"
			}
			r := newRequest(t, test.method, "https://"+s.addr+test.target, strings.NewReader(test.body))
			for line := range strings.SplitSeq(test.header, "\n") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					r.Header.Set(name, value)
				}
			}
			resp, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != test.want || resp.Header.Get("Connection") != "" {
				t.Errorf("got %s, %v, want %d", resp.Status, resp.Header, test.want)
			}
			header := saw.Load()
			if header == nil {
				return
			}
			if test.want != 200 && !strings.HasPrefix(test.name, "body") { // whose length isn't announced
				t.Errorf("the application saw it: %v", *header)
			}
			for name := range *header {
				if strings.Contains(name, "_") {
					t.Errorf("the application saw %s", name)
				}
			}
		})
	}
}

// TestMaxConnsHTTP3 opens one connection more than allowed.
func TestMaxConnsHTTP3(t *testing.T) {
	t.Parallel()
	s := start(t, newRecorder(), server.Options{Addresses: []string{"https://127.0.0.1:0"}, TLS: serverTLS(), HTTP3: true, MaxConns: 2, Logger: quiet()})
	for i := range 3 {
		client := &http3.Transport{TLSClientConfig: clientTLS()}
		defer client.Close()
		resp, err := client.RoundTrip(newRequest(t, "GET", "https://"+s.addr+"/", nil))
		if err == nil {
			resp.Body.Close()
		}
		if refused := err != nil; refused != (i == 2) {
			t.Errorf("connection %d: %v", i, err)
		}
	}
	if n := s.Stats().Rejected; n < 1 { // the client may try again
		t.Errorf("rejected: got %d, want 1", n)
	}
}
