package asgi_test

//lint:file-ignore SA1019 net/http's own Transport takes no header :protocol (RFC 8441)

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/internal/autobahn"
)

// TestWebSocketHTTP2: an extended CONNECT (RFC 8441) is a WebSocket like others.
func TestWebSocketHTTP2(t *testing.T) {
	t.Parallel()
	if !autobahn.ExtendedConnect(t) {
		return
	}
	scopes := make(chan *asgi.WebSocketScope, 1)
	server := httptest.NewUnstartedServer(asgi.Handler(asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		scopes <- scope.(*asgi.WebSocketScope)
		return echo(ctx, scope, receive, send)
	})))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := &http2.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	conn, resp, err := autobahn.Connect(testContext(t), transport, server.URL+"/chat?x=1", http.Header{"Sec-Websocket-Protocol": {"one, two"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if resp.StatusCode != 200 || resp.Header.Get("Sec-WebSocket-Protocol") != "two" {
		t.Errorf("answered with %s %v", resp.Status, resp.Header)
	}
	got := wait(t, "scope", scopes)
	if got.HTTPVersion != "2" || got.Scheme != "wss" || got.Path != "/chat" || got.QueryString != "x=1" {
		t.Errorf("scope %+v", got)
	}
	if diff := cmp.Diff([]string{"one", "two"}, got.Subprotocols); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"connection", "upgrade", ":protocol"} {
		if got.Headers.Value(name) != "" {
			t.Errorf("the application sees %s", name)
		}
	}
	conn, resp, err = autobahn.Connect(testContext(t), transport, server.URL, http.Header{":protocol": {"connect-udp"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if resp.StatusCode != 400 {
		t.Errorf("another protocol is answered with %s", resp.Status)
	}
	to := &autobahn.Target{Open: autobahn.HTTP2(transport, server.URL, nil), Messages: 1}
	for _, c := range autobahn.Cases() {
		if group, _, _ := strings.Cut(c.ID, "."); strings.Contains(" 9 12 13 ", " "+group+" ") {
			continue // messages over 1 MiB, and compression
		}
		if got := c.Run(testContext(t), to); got.Err != nil {
			t.Errorf("%s (%s): %v", c.ID, c.Title, got.Err)
		}
		<-scopes
	}
}
