package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"
	"github.com/nuages-web/nuages/web"
)

// show prints what a view answers to a request.
func show(view web.Handler, method, target, body string, header ...string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	web.ToHTTP(view, &web.Options{Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
}

func Example() {
	hello := func(r *web.Request) (web.Response, error) {
		name := r.Query().Get("name")
		if name == "" {
			return web.Response{}, web.BadRequest("Say who you are: /?name=…")
		}
		return web.Text("Hello, " + name + "!"), nil
	}
	show(hello, "GET", "/?name=Zo%C3%AB", "")
	show(hello, "GET", "/", "", "Accept", "text/plain")
	// Output:
	// 200 Hello, Zoë!
	// 400 400 Bad Request
	//
	// Say who you are: /?name=…
}

func ExampleToHTTP() {
	view := func(*web.Request) (web.Response, error) { return web.Text("hello"), nil }
	stamp := func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			resp.Header().Set("X-Stamp", "1")
			return resp, err
		}
	}
	srv := httptest.NewServer(web.ToHTTP(view, &web.Options{
		Middleware: []web.Middleware{{Name: "stamp", Wrap: stamp}},
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, resp.Header.Get("X-Stamp"), string(body))
	// Output: 200 OK 1 hello
}

func ExampleFromHTTP() {
	old := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "from net/http: ", r.URL.Path) })
	show(web.FromHTTP(old), "GET", "/old/", "")
	// Output: 200 from net/http: /old/
}

func ExampleJSON() {
	view := func(r *web.Request) (web.Response, error) {
		var order struct {
			Item  string `json:"item"`
			Count int    `json:"count"`
		}
		if err := r.JSON(&order); err != nil {
			return web.Response{}, err
		}
		return web.JSON(map[string]any{"id": 1, "item": order.Item}).WithStatus(http.StatusCreated), nil
	}
	show(view, "POST", "/", `{"item": "tea", "count": 2}`, "Content-Type", "application/json")
	show(view, "POST", "/", `{"item": "tea", "count": "two"}`, "Content-Type", "application/json", "Accept", "application/json")
	// Output:
	// 201 {"id":1,"item":"tea"}
	// 400 {"type":"about:blank","title":"Bad Request","status":400,"detail":"The JSON of this request holds a value of type string in field \"count\" where an integer in its range is needed."}
}

func ExampleRedirect() {
	view := func(r *web.Request) (web.Response, error) { return web.Redirect(r.Next("next", "/")), nil }
	for _, target := range []string{"/?next=/cart/", "/?next=//evil.com"} {
		w := httptest.NewRecorder()
		web.ToHTTP(view, nil).ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		fmt.Println(w.Code, w.Header().Get("Location"))
	}
	// Output:
	// 302 /cart/
	// 302 /
}

func ExampleNewError() {
	view := func(*web.Request) (web.Response, error) {
		cause := errors.New("connection refused") // goes to the log, never to the client
		return web.Response{}, web.NewError(http.StatusBadGateway, "The bank does not answer.", cause)
	}
	show(view, "GET", "/", "", "Accept", "text/plain")
	// Output:
	// 502 502 Bad Gateway
	//
	// The bank does not answer.
}

func ExampleStream() {
	view := func(*web.Request) (web.Response, error) {
		return web.Stream("text/csv", func(ctx context.Context, w *web.StreamWriter) error {
			for i := range 3 {
				if _, err := fmt.Fprintf(w, "row %d\n", i); err != nil {
					return err
				}
				if err := w.Flush(); err != nil {
					return err
				}
			}
			return nil
		}), nil
	}
	show(view, "GET", "/", "")
	// Output:
	// 200 row 0
	// row 1
	// row 2
}

func ExampleSSE() {
	view := func(*web.Request) (web.Response, error) {
		return web.SSE(func(ctx context.Context, events *web.EventStream) error {
			return events.SendJSON("price", "7", map[string]int{"cents": 250})
		}, nil), nil
	}
	show(view, "GET", "/", "")
	// Output:
	// 200 event: price
	// id: 7
	// data: {"cents":250}
}

func ExampleWebSocket() {
	view := func(*web.Request) (web.Response, error) {
		return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
			for {
				text, err := ws.ReadText(ctx)
				if err != nil {
					return err // also when the client leaves
				}
				if err := ws.WriteText(ctx, strings.ToUpper(text)); err != nil {
					return err
				}
			}
		}, nil), nil
	}
	srv := httptest.NewServer(web.ToHTTP(view, nil))
	defer srv.Close()
	ctx := context.Background()
	conn, _, err := websocket.Dial(ctx, srv.URL, nil)
	if err != nil {
		panic(err)
	}
	_ = conn.Write(ctx, websocket.MessageText, []byte("hello"))
	_, answer, _ := conn.Read(ctx)
	fmt.Println(string(answer))
	_ = conn.Close(websocket.StatusNormalClosure, "")
	// Output: HELLO
}

func ExampleParseValues() {
	v := web.ParseValues("color=red&color=blue&page=2")
	fmt.Println(v.Get("color"), v.List("color"), v.Default("size", "any"))
	fmt.Println(v.With("page", "3").Without("color"))
	// Output:
	// blue [red blue] any
	// page=3
}

func ExampleURLPolicy() {
	policy := web.URLPolicy{Hosts: []string{"example.com"}}
	for _, u := range []string{"/cart/", "https://example.com/", "//evil.com/", `/\evil.com`, "javascript:alert(1)"} {
		fmt.Println(policy.Allows(u), u)
	}
	// Output:
	// true /cart/
	// true https://example.com/
	// false //evil.com/
	// false /\evil.com
	// false javascript:alert(1)
}

func ExampleContentDisposition() {
	fmt.Println(web.ContentDisposition(true, `report "final".pdf`))
	fmt.Println(web.ContentDisposition(false, "naïve.txt"))
	// Output:
	// attachment; filename="report \"final\".pdf"
	// inline; filename*=utf-8''na%C3%AFve.txt
}

func ExampleSafeFilename() {
	fmt.Printf("%q %q %q\n", web.SafeFilename("../../etc/passwd"), web.SafeFilename(`C:\My Documents\a.txt`), web.SafeFilename(".."))
	// Output: "passwd" "a.txt" ""
}
