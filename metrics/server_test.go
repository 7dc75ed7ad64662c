package metrics_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

func TestServerCounts(t *testing.T) {
	t.Parallel()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	h := web.ToHTTP(metrics.New(nil).View, nil)
	go func() { ended <- server.Serve(ctx, ln, h, &server.Options{Linger: -1}) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if req, err := http.NewRequest("BREW", "http://"+ln.Addr().String(), nil); err != nil {
		t.Fatal(err)
	} else if resp, err := client.Do(req); err != nil || resp.StatusCode != http.StatusNotImplemented {
		t.Errorf("BREW: got %v, %v", resp, err)
	} else {
		resp.Body.Close()
	}
	resp, err := client.Get("http://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nhttp_server_connections_accepted_total 2\n", "\nhttp_server_connections_rejected_total 0\n", "\nhttp_server_connections_open ",
		"\nhttp_server_requests_refused_total 1\n", "\nhttp_server_tls_handshake_errors_total 0\n",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("got\n%s\nwant it to hold %q", body, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
