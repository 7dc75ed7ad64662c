package python

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/nuages-web/nuages/asgi"
)

// wholeBody is the length of the longest body that goes to a thread with its request, in bytes. It is longer
// than inlineBody: a thread that waits for a slow client does nothing else.
const wholeBody = 64 << 10

// serveWSGI answers with the response of a WSGI application. A body that is small goes to the worker with
// its request, so that no thread waits for a slow client; a long one, and one that the client sends when it
// is asked to, passes through the ASGI contract.
func (h *Host) serveWSGI(w http.ResponseWriter, r *http.Request, resp *asgi.Response) {
	if r.Method == http.MethodConnect {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest) // this is no proxy
		return
	}
	r, done, err := h.sizedBody(r)
	if err != nil {
		h.finish(w, r, resp, err)
		return
	}
	defer done()
	if r.ContentLength < 0 || r.ContentLength > wholeBody || r.Header["Expect"] != nil {
		h.sockets.ServeHTTP(w, r)
		return
	}
	scope := asgi.NewHTTPScope(w, r, h.opts.RootPath)
	scope.Headers = h.clean(&scope.Client, &scope.Scheme, scope.Headers)
	c := newCall(0)
	c.tuple(2)
	c.environ(scope, r.RequestURI, r.ContentLength)
	if err := c.body(r); err != nil {
		c.free()
		h.finish(w, r, resp, err)
		return
	}
	setLength(c.b, 0)
	x := &exchange{host: h, call: c, send: resp.Send, flush: resp.Flush}
	if err := x.run(r.Context()); err != nil {
		h.finish(w, r, resp, err)
	}
}

// serveWSGIScope serves a request whose body comes in parts, when the application reads it. A WSGI
// application has no WebSockets.
func (h *Host) serveWSGIScope(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	var request asgi.HTTPScope
	switch s := scope.(type) {
	case *asgi.HTTPScope:
		request = *s
	case *asgi.WebSocketScope:
		return send(ctx, &asgi.WebSocketClose{})
	default:
		return fmt.Errorf("python: %w", asgi.ErrUnsupportedScope)
	}
	request.Headers = h.clean(&request.Client, &request.Scheme, append(asgi.Headers(nil), request.Headers...))
	length := int64(-1)
	if n, err := strconv.ParseInt(request.Headers.Value("content-length"), 10, 64); err == nil {
		length = n
	}
	c := newCall(flagMore)
	c.tuple(2)
	c.environ(&request, "", length)
	c.none()
	setLength(c.b, 0)
	x := &exchange{host: h, call: c, feed: &feed{receive: receive}}
	x.send = func(event asgi.Event) error { return send(ctx, event) }
	err := x.run(ctx)
	if err != nil && x.ended && errors.As(x.feed.err, new(*http.MaxBytesError)) {
		err = x.feed.err
	}
	if err == nil || x.started || ctx.Err() != nil {
		return err
	}
	return h.refuse(ctx, send, err)
}

// refuse answers where the application has not. What an http.Handler would answer anyway is left to it. Its
// error is for the log, and so nil for a mistake of the client's.
func (h *Host) refuse(ctx context.Context, send asgi.Send, err error) error {
	status := statusOf(err)
	text := http.StatusText(status)
	headers := asgi.Headers{{Name: "content-type", Value: "text/plain; charset=utf-8"}}
	switch status {
	case http.StatusInternalServerError:
		failed := (*ApplicationError)(nil)
		if !h.opts.Debug || !errors.As(err, &failed) {
			return err
		}
		text = failed.Traceback
	case http.StatusServiceUnavailable:
		headers = append(headers, asgi.Header{Name: "retry-after", Value: "1"})
	}
	if err := send(ctx, &asgi.HTTPResponseStart{Status: status, Headers: headers}); err != nil {
		return err
	}
	if failed := send(ctx, &asgi.HTTPResponseBody{Body: []byte(text)}); failed != nil {
		return failed
	}
	if status < 500 {
		return nil
	}
	return err
}
