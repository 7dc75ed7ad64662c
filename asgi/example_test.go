package asgi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/nuages-web/nuages/asgi"
)

func Example() {
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		start := &asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{Name: "content-type", Value: "text/plain"}}}
		if err := send(ctx, start); err != nil {
			return err
		}
		return send(ctx, &asgi.HTTPResponseBody{Body: []byte("hello from " + scope.(*asgi.HTTPScope).Path)})
	})
	server := httptest.NewServer(asgi.Handler(app))
	defer server.Close()

	resp, err := http.Get(server.URL + "/asgi")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body))
	// Output: 200 hello from /asgi
}

func ExampleProtocolRouter() {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a page") })
	router := asgi.ProtocolRouter{
		HTTP: asgi.FromHandler(pages), // served as if the router were not there
		WebSocket: asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
			if _, err := receive(ctx); err != nil {
				return err
			}
			return send(ctx, &asgi.WebSocketClose{}) // no one is let in
		}),
	}
	recorder := httptest.NewRecorder()
	asgi.Handler(router).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	fmt.Println(recorder.Body)
	// Output: a page
}

func ExampleLifespan() {
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		life, ok := scope.(*asgi.LifespanScope)
		if !ok {
			return asgi.ErrUnsupportedScope
		}
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			switch event.(type) {
			case *asgi.LifespanStartup:
				life.State["greeting"] = "hello"
				err = send(ctx, &asgi.LifespanStartupComplete{})
			case *asgi.LifespanShutdown:
				return send(ctx, &asgi.LifespanShutdownComplete{})
			}
			if err != nil {
				return err
			}
		}
	})
	ctx := context.Background()
	life := asgi.NewLifespan(app)
	fmt.Println("startup:", life.Startup(ctx))
	fmt.Println("state:", life.State()["greeting"]) // for asgi.Options
	fmt.Println("shutdown:", life.Shutdown(ctx))
	// Output:
	// startup: <nil>
	// state: hello
	// shutdown: <nil>
}
