package asgi_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

func TestProtocolRouter(t *testing.T) {
	t.Parallel()
	called := make(chan string, 1)
	named := func(name string) asgi.App {
		return asgi.AppFunc(func(context.Context, asgi.Scope, asgi.Receive, asgi.Send) error {
			called <- name
			return nil
		})
	}
	router := asgi.ProtocolRouter{HTTP: named("http"), WebSocket: named("websocket"), Lifespan: named("lifespan")}
	for _, scope := range []asgi.Scope{&asgi.HTTPScope{}, &asgi.WebSocketScope{}, &asgi.LifespanScope{}} {
		if err := router.ServeASGI(context.Background(), scope, nil, nil); err != nil {
			t.Errorf("%s: %v", scope.Type(), err)
		}
		if got := <-called; got != scope.Type() {
			t.Errorf("%s went to %s", scope.Type(), got)
		}
	}
	if err := router.ServeASGI(context.Background(), otherScope{}, nil, nil); !errors.Is(err, asgi.ErrUnsupportedScope) {
		t.Errorf("unknown scope: %v", err)
	}
}

func TestProtocolRouterRefusals(t *testing.T) {
	t.Parallel()
	router := asgi.ProtocolRouter{}

	c := asgitest.NewCommunicator(t, router, &asgi.HTTPScope{})
	if start := asgitest.Next[*asgi.HTTPResponseStart](c); start.Status != 404 || start.Headers.Value("content-type") != "text/plain; charset=utf-8" {
		t.Errorf("http: %+v", start)
	}
	if body := asgitest.Next[*asgi.HTTPResponseBody](c); len(body.Body) == 0 || body.MoreBody {
		t.Errorf("http: %+v", body)
	}

	c = asgitest.NewCommunicator(t, router, &asgi.WebSocketScope{})
	c.SendInput(&asgi.WebSocketConnect{})
	if closed := asgitest.Next[*asgi.WebSocketClose](c); closed.Code != 1000 {
		t.Errorf("websocket: %+v", closed)
	}

	c = asgitest.NewCommunicator(t, router, &asgi.WebSocketScope{Extensions: asgi.Extensions{WebSocketDenial: true}})
	c.SendInput(&asgi.WebSocketConnect{})
	if start := asgitest.Next[*asgi.WebSocketHTTPResponseStart](c); start.Status != 403 {
		t.Errorf("websocket: %+v", start)
	}

	c = asgitest.NewCommunicator(t, router, &asgi.LifespanScope{})
	c.SendInput(&asgi.LifespanStartup{})
	asgitest.Next[*asgi.LifespanStartupComplete](c)
	c.SendInput(&asgi.LifespanShutdown{})
	asgitest.Next[*asgi.LifespanShutdownComplete](c)
	if err := c.Wait(patience); err != nil {
		t.Errorf("lifespan: %v", err)
	}
}

// TestProtocolRouterHandler: behind net/http, plain requests reach a handler
// without detour and others their application.
func TestProtocolRouterHandler(t *testing.T) {
	t.Parallel()
	seen := make(chan http.ResponseWriter, 1)
	direct := asgi.FromHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- w
		w.Write([]byte(r.Header.Get("Upgrade")))
	}))
	for _, router := range []asgi.App{
		asgi.ProtocolRouter{HTTP: direct},
		&asgi.ProtocolRouter{HTTP: direct},
		asgi.ProtocolRouter{HTTP: asgi.ProtocolRouter{HTTP: direct}},
	} {
		handler := asgi.NewHandler(router, quiet())
		outer := make(chan http.ResponseWriter, 1)
		server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			outer <- w
			handler.ServeHTTP(w, r)
		}))
		for _, upgrade := range []string{"", "h2c"} {
			header := http.Header{}
			if upgrade != "" {
				header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {upgrade}}
			}
			if resp, body := fetch(t, "GET", server.URL, nil, header); resp.StatusCode != 200 || body != upgrade {
				t.Errorf("status %d body %q", resp.StatusCode, body)
			}
			if <-outer != <-seen {
				t.Error("the handler got another ResponseWriter than the server's")
			}
		}
	}
	server := newServer(t, asgi.Handler(asgi.ProtocolRouter{}))
	if resp, body := fetch(t, "GET", server.URL, nil, nil); resp.StatusCode != 404 || body != "Not Found: no HTTP application is served here.\n" {
		t.Errorf("unrouted: status %d body %q", resp.StatusCode, body)
	}
}
