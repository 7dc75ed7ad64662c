package python

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/asgi"
)

// ServeASGI serves one scope with the application; what a client sends may come in parts, and so may
// what it gets. A lifespan scope starts and stops the workers. The scope's State does not reach Python:
// the application has its own.
func (h *Host) ServeASGI(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	if _, ok := scope.(*asgi.LifespanScope); ok {
		return h.serveLifespan(ctx, receive, send)
	}
	return h.serveStream(ctx, scope, receive, send)
}

func (h *Host) serveLifespan(ctx context.Context, receive asgi.Receive, send asgi.Send) error {
	if _, err := receive(ctx); err != nil {
		return err
	}
	if err := h.Start(ctx); err != nil {
		message := err.Error()
		if failed := (*StartError)(nil); errors.As(err, &failed) && failed.Stage == stageLifespan {
			message = failed.Output // the application's own
		}
		return send(ctx, &asgi.LifespanStartupFailed{Message: message})
	}
	if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
		return errors.Join(err, h.Stop(context.WithoutCancel(ctx)))
	}
	_, err := receive(ctx)
	if err := errors.Join(err, h.Stop(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	return send(ctx, &asgi.LifespanShutdownComplete{})
}

// serveStream serves a request or a WebSocket.
func (h *Host) serveStream(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	_, socket := scope.(*asgi.WebSocketScope)
	switch wsgi, err := h.speaksWSGI(ctx); {
	case err != nil:
		return refuse(ctx, socket, send, err)
	case wsgi:
		return h.serveWSGIScope(ctx, scope, receive, send)
	}
	return h.serveASGIScope(ctx, scope, receive, send)
}

// serveASGIScope serves a request or a WebSocket of an ASGI application.
func (h *Host) serveASGIScope(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	socket, isSocket := scope.(*asgi.WebSocketScope)
	if isSocket && h.opts.NoWebSocket {
		return send(ctx, &asgi.WebSocketClose{})
	}
	request, err := h.scopeFrame(scope)
	if err != nil {
		return err
	}
	s, w, err := h.begin(ctx, request, nil)
	if err != nil {
		return refuse(ctx, isSocket, send, err)
	}
	defer h.end(s, w)

	ctx, late := h.patience(ctx)
	defer late.end()
	began := false
	r := relay{stream: s, worker: w, socket: isSocket, late: late, send: func(event asgi.Event) error {
		began = true
		return send(ctx, event)
	}}
	if request, ok := scope.(*asgi.HTTPScope); ok {
		r.borrow = strings.HasPrefix(request.HTTPVersion, "1")
	}
	p := pump{stream: s, receive: receive, late: late, body: !isSocket}
	if waitsForAsking(scope) {
		r.asked = make(chan struct{})
		p.asked = r.asked
	}
	err = p.runBeside(ctx, &r)
	ctx = context.WithoutCancel(ctx)
	switch refused := (*unsupportedError)(nil); {
	case !began && (errors.Is(err, errWorkerGone) || errors.Is(err, errLate)):
		return refuse(ctx, isSocket, send, err)
	case isSocket && errors.Is(err, errWorkerGone): // the client is to come back
		return send(ctx, &asgi.WebSocketClose{Code: serviceRestart})
	case errors.Is(err, errWorkerGone):
		return http.ErrAbortHandler // the seat tells of it
	case isSocket && errors.As(err, &refused): // a client's mistake, not the application's
		h.log.LogAttrs(ctx, slog.LevelWarn, "python: the application takes no WebSockets",
			slog.String("path", socket.Path), slog.String("raised", refused.raised))
		return send(ctx, &asgi.WebSocketClose{})
	}
	return err
}

// scopeFrame returns the frame that begins a stream, whose number is not in it yet.
func (h *Host) scopeFrame(scope asgi.Scope) ([]byte, error) {
	e := &encoder{b: appendHeader(nil, kindRequest, flagMore|flagIf(waitsForAsking(scope), flagAsk), 0)}
	e.tuple(2)
	switch s := scope.(type) {
	case *asgi.HTTPScope:
		own := *s
		own.Headers = h.clean(&own.Client, &own.Scheme, append(asgi.Headers(nil), s.Headers...))
		e.httpScope(&own)
	case *asgi.WebSocketScope:
		own := *s
		own.Headers = h.clean(&own.Client, &own.Scheme, append(asgi.Headers(nil), s.Headers...))
		e.webSocketScope(&own)
	default:
		return nil, fmt.Errorf("python: %w", asgi.ErrUnsupportedScope)
	}
	e.none()
	setLength(e.b, 0)
	return e.b, nil
}

// waitsForAsking tells whether a client wants to be asked for the body of its request.
func waitsForAsking(scope asgi.Scope) bool {
	s, ok := scope.(*asgi.HTTPScope)
	return ok && s.Headers.Value("expect") != ""
}

// serviceRestart is the code of a close after which the client may connect again.
const serviceRestart = 1012

// refuse answers where no worker has. Its error is cause, where that is worth a line in the log.
func refuse(ctx context.Context, socket bool, send asgi.Send, cause error) error {
	status := statusOf(cause)
	headers := asgi.Headers{{Name: "content-type", Value: "text/plain; charset=utf-8"}}
	if status == http.StatusServiceUnavailable {
		headers = append(headers, asgi.Header{Name: "retry-after", Value: "1"})
	}
	events := []asgi.Event{&asgi.HTTPResponseStart{Status: status, Headers: headers}, &asgi.HTTPResponseBody{Body: []byte(http.StatusText(status) + "\n")}}
	if socket {
		events = []asgi.Event{&asgi.WebSocketHTTPResponseStart{Status: status, Headers: headers}, &asgi.WebSocketHTTPResponseBody{Body: []byte(http.StatusText(status) + "\n")}}
	}
	for _, event := range events {
		if err := send(ctx, event); err != nil {
			return errors.Join(cause, err)
		}
	}
	return cause
}

// statusOf returns the status that tells a client of an error.
func statusOf(err error) int {
	var body *bodyError
	switch {
	case errors.As(err, &body):
		return body.status()
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errWorkerGone):
		return http.StatusBadGateway
	case errors.Is(err, errBusy), errors.Is(err, errNoWorker):
		return http.StatusServiceUnavailable
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// A pump passes what the client sends on to the worker.
type pump struct {
	stream  *stream
	late    *patience
	body    bool            // the client may send one
	asked   <-chan struct{} // closed when the application first receives; nil: that is not waited for
	receive asgi.Receive
	cancel  context.CancelCauseFunc
}

// runBeside passes on what comes from the client, while the relay passes on what comes from the application, until
// that ends.
func (p *pump) runBeside(ctx context.Context, r *relay) error {
	ctx, p.cancel = context.WithCancelCause(ctx)
	var pumping sync.WaitGroup
	pumping.Go(func() { p.run(ctx) })
	err := r.run(ctx)
	// What the client has sent to its end, a close code at last, goes before.
	p.cancel(nil)
	pumping.Wait()
	if err == nil {
		return nil
	}
	if r.socket {
		p.stream.disconnect()
	} else {
		p.stream.giveUp(err)
	}
	r.worker.count(err)
	if cause := context.Cause(ctx); errors.As(cause, new(*http.MaxBytesError)) {
		err = cause
	}
	return err
}

func (p *pump) run(ctx context.Context) {
	if p.asked != nil {
		select {
		case <-p.asked:
		case <-ctx.Done():
			return
		}
	}
	asking := p.body // there may be more of it
	for {
		if asking {
			p.late.pause()
		}
		event, err := p.receive(ctx)
		if err != nil {
			if ctx.Err() == nil {
				p.cancel(err)
			}
			return
		}
		if asking {
			p.late.again()
			request, ok := event.(*asgi.HTTPRequest)
			asking = ok && request.MoreBody
		}
		if more, err := p.pass(ctx, event); err != nil || !more {
			return
		}
	}
}

// pass sends the frames of one event, and tells whether there will be another.
func (p *pump) pass(ctx context.Context, event asgi.Event) (bool, error) {
	s := p.stream
	switch e := event.(type) {
	case *asgi.HTTPRequest:
		if len(e.Body) == 0 && e.MoreBody {
			return true, nil
		}
		flags := flagIf(e.MoreBody, flagMore)
		if err := s.waitWindow(ctx); err != nil {
			return false, err
		}
		s.window.Add(-int64(len(e.Body)))
		return true, s.sendBody(flags, e.Body)
	case *asgi.WebSocketConnect:
		return true, nil
	case *asgi.WebSocketReceive:
		data, flags := e.Bytes, uint8(0)
		if data == nil {
			data, flags = []byte(e.Text), flagText
		}
		// The last message of a client that has left is no reason to wait.
		if err := s.waitWindow(ctx); errors.Is(err, errWorkerGone) {
			return false, err
		}
		s.window.Add(-int64(len(data) + 16))
		return true, s.send(kindMessage, flags, data)
	case *asgi.WebSocketDisconnect:
		d := encoder{}
		d.tuple(2)
		d.int(e.Code)
		d.str(e.Reason)
		return false, s.send(kindDisconnect, 0, d.b)
	case *asgi.HTTPDisconnect:
		return false, s.send(kindDisconnect, 0, nil)
	}
	return false, fmt.Errorf("python: an event %s from the client", event.Type())
}
