package server_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// TestNghttp asks with the tools of nghttp2.
func TestNghttp(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"nghttp", "h2load"} {
		if _, err := exec.LookPath(tool); err != nil {
			realdjango.Missing(t, tool+" (Debian package nghttp2-client)")
		}
	}
	s := start(t, http.HandlerFunc(tell), server.Options{
		Addresses: []string{"https://127.0.0.1:0", "http://127.0.0.1:0"}, TLS: serverTLS(), MaxRequestsPerConn: 1000,
	})
	secure, plain := "https://"+s.addr+"/", "http://"+s.Addrs()[1].String()+"/"
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"one over TLS", []string{"nghttp", "--no-verify-peer", secure}, []string{"GET HTTP/2.0 tls=true"}},
		{"one in the clear", []string{"nghttp", plain}, []string{"GET HTTP/2.0 tls=false"}},
		{"several with priorities and trailers", []string{"nghttp", "-v", "--no-verify-peer", "--trailer", "x-end: 1", "--data", "/dev/null", secure, secure + "a"},
			[]string{"POST HTTP/2.0 tls=true", ":status: 200"}},
		// A connection says goodbye after 1,000 requests; those that it has refused are not counted.
		{"many", []string{"h2load", "-n", "5000", "-c", "10", "-m", "20", secure}, []string{"5000 done, 5000 succeeded, 0 failed, 0 errored", "5000 2xx"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), test.args[0], test.args[1:]...).CombinedOutput()
			for _, want := range test.want {
				if err != nil || !strings.Contains(string(out), want) {
					t.Errorf("got %v, %s\nwant %q", err, out, want)
				}
			}
		})
	}
}
