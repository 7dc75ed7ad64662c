package webtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

var errKitchen = errors.New("the kitchen burns")

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// site is one of every kind of response, by path.
func site(t testing.TB) http.Handler {
	t.Helper()
	signer, err := signing.NewCookieSigner("a secret key that is long enough for tests", nil)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"poem.txt":  {Data: []byte("0123456789"), ModTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		"page.html": {Data: []byte("<h1>{{.Title}}</h1>")},
	}
	views := map[string]web.Handler{
		"/":     func(r *web.Request) (web.Response, error) { return web.Text("hello"), nil },
		"/echo": echo,
		"/json": func(r *web.Request) (web.Response, error) {
			return web.JSON(map[string]any{"b": []int{1, 2}, "a": nil}), nil
		},
		"/file":    func(r *web.Request) (web.Response, error) { return web.OpenFile(files, "poem.txt", nil), nil },
		"/panic":   func(r *web.Request) (web.Response, error) { panic("the sky falls") },
		"/error":   func(r *web.Request) (web.Response, error) { return web.Response{}, errKitchen },
		"/missing": func(r *web.Request) (web.Response, error) { return web.Response{}, web.NotFound("No such soup") },
		"/template": func(r *web.Request) (web.Response, error) {
			return web.Render("page.html", map[string]string{"Title": "Soups"}), nil
		},
		"/cookie":   cookieView,
		"/signed":   signedView,
		"/redirect": func(r *web.Request) (web.Response, error) { return web.Redirect("/echo?b=2&a=1"), nil },
		"/keep":     func(r *web.Request) (web.Response, error) { return web.Redirect("/echo").WithStatus(307), nil },
		"/other": func(r *web.Request) (web.Response, error) {
			return web.InsecureRedirect("https://other.example/echo"), nil
		},
		"/loop": func(r *web.Request) (web.Response, error) { return web.Redirect("/loop"), nil },
		"/deeper": func(r *web.Request) (web.Response, error) {
			return web.Redirect("/deeper?n=" + r.Query().Get("n") + "1"), nil
		},
		"/stream": streamView,
		"/broken": brokenView,
		"/ticker": tickerView,
		"/ws": func(r *web.Request) (web.Response, error) {
			return web.WebSocket(echoSocket, &web.WebSocketOptions{Subprotocols: []string{"chat"}}), nil
		},
		"/wspanic": func(r *web.Request) (web.Response, error) {
			return web.WebSocket(func(context.Context, *web.WebSocketConn) error { panic("the socket burns") }, nil), nil
		},
		"/refuse": func(r *web.Request) (web.Response, error) { return web.Response{}, web.Forbidden("Members only") },
		"/hints": func(r *web.Request) (web.Response, error) {
			r.EarlyHints("</a.css>; rel=preload")
			return web.Text("x"), nil
		},
		"/upload": uploadView,
		"/login":  loginView,
		"/poll":   func(r *web.Request) (web.Response, error) { return web.LongPoll(r, 20*time.Second, waitForEver) },
	}
	view := func(r *web.Request) (web.Response, error) {
		if v := views[r.PathInfo()]; v != nil {
			r.SetMatch(&web.Match{Route: r.PathInfo(), Name: "page"})
			return v(r)
		}
		return web.Response{}, web.NotFound("Nothing is here")
	}
	return web.ToHTTP(view, &web.Options{Cookies: signer, Templates: web.NewGoTemplates(files, nil), Logger: quiet()})
}

func echo(r *web.Request) (web.Response, error) {
	body, err := r.Body()
	return web.Text(fmt.Sprintf("%s %s %s %s %s %q", r.Method, r.AbsoluteURI(""), r.RemoteAddr(), r.HTTP().Proto, r.ContentType(), body)).
		WithHeader("X-Echo", r.Header.Get("X-Say")), err
}

func cookieView(r *web.Request) (web.Response, error) {
	old, _ := r.Cookie("fruit")
	return web.Text("had " + old).WithCookie(web.Cookie{Name: "fruit", Value: r.Query().Get("set")}), nil
}

func signedView(r *web.Request) (web.Response, error) {
	v, err := r.SignedCookie("user", "", 0)
	if errors.Is(err, web.ErrNoCookie) {
		return web.Text("nobody").WithSignedCookie(r, "", web.Cookie{Name: "user", Value: "ann"}), nil
	}
	return web.Text(v), err
}

func streamView(r *web.Request) (web.Response, error) {
	return web.Stream("text/plain", func(ctx context.Context, w *web.StreamWriter) error {
		for i := range 3 {
			fmt.Fprintf(w, "part %d\n", i)
			if err := w.Flush(); err != nil {
				return err
			}
		}
		if r.Query().Has("forever") {
			<-ctx.Done()
			return ctx.Err()
		}
		return w.SetTrailer("X-Sum", "42")
	}), nil
}

func brokenView(r *web.Request) (web.Response, error) {
	return web.Stream("text/plain", func(_ context.Context, w *web.StreamWriter) error {
		_, _ = io.WriteString(w, "begin")
		_ = w.Flush()
		return errKitchen
	}), nil
}

func tickerView(r *web.Request) (web.Response, error) {
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		if err := events.Send(web.Event{Name: "last", Data: events.LastEventID()}); err != nil {
			return err
		}
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for i := 1; i <= 3; i++ {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-ticker.C:
			}
			if err := events.Send(web.Event{ID: fmt.Sprint(i), Data: fmt.Sprintf("tick\n%d", i)}); err != nil {
				return err
			}
		}
		return nil
	}, &web.SSEOptions{Retry: 1500 * time.Millisecond}), nil
}

func echoSocket(ctx context.Context, ws *web.WebSocketConn) error {
	for {
		data, text, err := ws.Read(ctx)
		switch {
		case err != nil:
			return err
		case string(data) == "bye":
			return ws.Close(4001, "so long")
		case text:
			err = ws.WriteText(ctx, string(data))
		default:
			err = ws.WriteBinary(ctx, data)
		}
		if err != nil {
			return err
		}
	}
}

func uploadView(r *web.Request) (web.Response, error) {
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	var b strings.Builder
	for name, values := range form.Lists() {
		fmt.Fprintf(&b, "%s=%q\n", name, values)
	}
	for _, f := range form.AllFiles() {
		data, err := f.Bytes()
		if err != nil {
			return web.Response{}, err
		}
		fmt.Fprintf(&b, "%s: %s (%s) %q\n", f.Field, f.Name, f.ContentType, data)
	}
	return web.Text(b.String()), nil
}

const loginForm = `<form id="login" method="post"><label>User name: <input name="user"></label><button>Sign in</button></form>`

func loginView(r *web.Request) (web.Response, error) {
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	if r.Method == "POST" && form.Get("user") == "ann" {
		return web.Redirect("/").WithCookie(web.Cookie{Name: "user", Value: "ann"}), nil
	}
	return web.HTML(loginForm), nil
}

func waitForEver(ctx context.Context) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// catcher is a testing.TB that notes failures instead of failing.
type catcher struct {
	testing.TB
	failures []string
}

func (c *catcher) Helper() {}
func (c *catcher) Errorf(format string, args ...any) {
	c.failures = append(c.failures, fmt.Sprintf(format, args...))
}
func (c *catcher) Fatalf(format string, args ...any) {
	c.Errorf(format, args...)
	panic(c)
}

// failures runs f and returns what it reported.
func failures(t *testing.T, f func(t testing.TB)) string {
	t.Helper()
	c := &catcher{TB: t}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(c) {
				panic(v)
			}
		}()
		f(c)
	}()
	return strings.Join(c.failures, "\n")
}

func newClient(t testing.TB) *webtest.Client {
	t.Helper()
	return webtest.NewClient(t, site(t), nil)
}
