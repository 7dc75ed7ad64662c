package pythontest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

// Bridge returns what asgitest.Server wants: it starts a server of Python applications, whose application
// is one of Go behind testdata/bridge.py.
func Bridge(start Start) func(testing.TB, asgi.App) (*asgitest.Running, error) {
	return func(t testing.TB, app asgi.App) (*asgitest.Running, error) {
		b, err := newBridge(app)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { b.ln.Close() })
		return start(t, App{Name: "bridge:app", Dir: Files(t), Env: []string{"ASGI_BRIDGE=" + b.ln.Addr().String()}})
	}
}

// bridge runs an application of Go behind testdata/bridge.py: each connection
// is one call of it by a server written in Python.
type bridge struct {
	app asgi.App
	ln  net.Listener
}

func newBridge(app asgi.App) (*bridge, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &bridge{app: app, ln: ln}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go b.serve(conn)
		}
	}()
	return b, nil
}

// pyScope is a scope as bridge.py tells it.
type pyScope struct {
	Type string `json:"type"`
	ASGI struct {
		Version     string `json:"version"`
		SpecVersion string `json:"spec_version"`
	} `json:"asgi"`
	HTTPVersion  string         `json:"http_version"`
	Method       string         `json:"method"`
	Scheme       string         `json:"scheme"`
	Path         string         `json:"path"`
	RawPath      string         `json:"raw_path"`
	QueryString  string         `json:"query_string"`
	RootPath     string         `json:"root_path"`
	Headers      [][2]string    `json:"headers"`
	Client       []any          `json:"client"`
	Server       []any          `json:"server"`
	Subprotocols []string       `json:"subprotocols"`
	State        map[string]any `json:"state"`
	Extensions   []string       `json:"extensions"`
	TLS          *pyTLS         `json:"tls"`
}

type pyTLS struct {
	ServerCert      string   `json:"server_cert"`
	ClientCertChain []string `json:"client_cert_chain"`
	ClientCertName  string   `json:"client_cert_name"`
	ClientCertError string   `json:"client_cert_error"`
	Version         uint16   `json:"tls_version"`
	CipherSuite     uint16   `json:"cipher_suite"`
}

// latin1 returns the bytes whose numbers are the characters of s.
func latin1(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

// characters is the other way.
func characters(s string) string {
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

func pyAddr(pair []any) asgi.Addr {
	if len(pair) != 2 {
		return asgi.Addr{}
	}
	host, _ := pair[0].(string)
	port, _ := pair[1].(float64)
	return asgi.Addr{Host: host, Port: int(port)}
}

// scope returns the scope of package asgi. Defaults are those of the
// specification.
func (p *pyScope) scope() asgi.Scope {
	versions := asgi.Versions{Version: p.ASGI.Version, SpecVersion: p.ASGI.SpecVersion}
	if versions.SpecVersion == "" {
		versions.SpecVersion = "2.0"
	}
	var headers asgi.Headers
	for _, header := range p.Headers {
		headers = append(headers, asgi.Header{Name: latin1(header[0]), Value: latin1(header[1])})
	}
	has := func(name string) bool { return slices.Contains(p.Extensions, name) }
	extensions := asgi.Extensions{
		Trailers: has("http.response.trailers"), EarlyHint: has("http.response.early_hint"), Push: has("http.response.push"),
		PathSend: has("http.response.pathsend"), ZeroCopySend: has("http.response.zerocopysend"), Debug: has("http.response.debug"),
		WebSocketDenial: has("websocket.http.response"),
	}
	if p.TLS != nil {
		tls := asgi.TLS(*p.TLS)
		extensions.TLS = &tls
	}
	switch p.Type {
	case "http":
		return &asgi.HTTPScope{ASGI: versions, HTTPVersion: p.HTTPVersion, Method: p.Method, Scheme: p.Scheme, Path: p.Path,
			RawPath: latin1(p.RawPath), QueryString: latin1(p.QueryString), RootPath: p.RootPath, Headers: headers,
			Client: pyAddr(p.Client), Server: pyAddr(p.Server), State: p.State, Extensions: extensions}
	case "websocket":
		return &asgi.WebSocketScope{ASGI: versions, HTTPVersion: p.HTTPVersion, Scheme: p.Scheme, Path: p.Path,
			RawPath: latin1(p.RawPath), QueryString: latin1(p.QueryString), RootPath: p.RootPath, Headers: headers,
			Client: pyAddr(p.Client), Server: pyAddr(p.Server), Subprotocols: p.Subprotocols, State: p.State, Extensions: extensions}
	}
	return &asgi.LifespanScope{ASGI: versions, State: p.State}
}

// pyEvent holds the keys of all events.
type pyEvent struct {
	Type     string  `json:"type"`
	Body     []byte  `json:"body"`
	MoreBody bool    `json:"more_body"`
	Bytes    []byte  `json:"bytes"`
	Text     *string `json:"text"`
	Code     int     `json:"code"`
	Reason   string  `json:"reason"`
}

func (p *pyEvent) event() (asgi.Event, error) {
	switch p.Type {
	case "http.request":
		return &asgi.HTTPRequest{Body: p.Body, MoreBody: p.MoreBody}, nil
	case "http.disconnect":
		return &asgi.HTTPDisconnect{}, nil
	case "websocket.connect":
		return &asgi.WebSocketConnect{}, nil
	case "websocket.receive":
		if p.Text != nil {
			return &asgi.WebSocketReceive{Text: *p.Text}, nil
		}
		return &asgi.WebSocketReceive{Bytes: p.Bytes}, nil
	case "websocket.disconnect":
		return &asgi.WebSocketDisconnect{Code: p.Code, Reason: p.Reason}, nil
	case "lifespan.startup":
		return &asgi.LifespanStartup{}, nil
	case "lifespan.shutdown":
		return &asgi.LifespanShutdown{}, nil
	}
	return nil, fmt.Errorf("the server sent an event of type %q", p.Type)
}

// toPython returns the dict of an event.
func toPython(event asgi.Event) map[string]any {
	d := map[string]any{"type": event.Type()}
	headers := func(fields asgi.Headers) {
		list := [][2]string{}
		for _, field := range fields {
			list = append(list, [2]string{characters(field.Name), characters(field.Value)})
		}
		d["headers"] = list
	}
	body := func(data []byte, more bool) { d["body"], d["more_body"] = append([]byte{}, data...), more }
	switch e := event.(type) {
	case *asgi.HTTPResponseStart:
		d["status"] = e.Status
		headers(e.Headers)
		d["trailers"] = e.Trailers
	case *asgi.HTTPResponseTrailers:
		headers(e.Headers)
		d["more_trailers"] = e.MoreTrailers
	case *asgi.HTTPResponseEarlyHint:
		links := []string{}
		for _, link := range e.Links {
			links = append(links, characters(link))
		}
		d["links"] = links
	case *asgi.HTTPResponsePathSend:
		d["path"] = e.Path
	case *asgi.HTTPResponseZeroCopySend:
		if e.File != nil {
			d["file"] = e.File.Name()
		}
		if e.Offset != nil {
			d["offset"] = *e.Offset
		}
		if e.Count != nil {
			d["count"] = *e.Count
		}
		d["more_body"] = e.MoreBody
	case *asgi.HTTPResponseBody:
		body(e.Body, e.MoreBody)
	case *asgi.WebSocketAccept:
		headers(e.Headers)
		if e.Subprotocol != "" {
			d["subprotocol"] = e.Subprotocol
		}
	case *asgi.WebSocketSend:
		if e.Bytes != nil {
			d["bytes"] = e.Bytes
		}
		if e.Bytes == nil || e.Text != "" {
			d["text"] = e.Text
		}
	case *asgi.WebSocketClose:
		if d["reason"] = e.Reason; e.Code != 0 {
			d["code"] = e.Code
		}
	case *asgi.WebSocketHTTPResponseStart:
		d["status"] = e.Status
		headers(e.Headers)
	case *asgi.WebSocketHTTPResponseBody:
		body(e.Body, e.MoreBody)
	case *asgi.LifespanStartupFailed:
		d["message"] = e.Message
	case *asgi.LifespanShutdownFailed:
		d["message"] = e.Message
	}
	return d
}

// pyAnswer tells how a receive or send ended in Python.
type pyAnswer struct {
	ID           int      `json:"id"`
	Event        *pyEvent `json:"event"`
	Error        string   `json:"error"`
	Disconnected bool     `json:"disconnected"`
}

// bridged is one call of the application.
type bridged struct {
	conn net.Conn

	mu      sync.Mutex
	last    int
	answers map[int]chan pyAnswer
	over    chan struct{} // closed when Python has gone
}

func (b *bridge) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	var scope pyScope
	line, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &scope)
	}
	if err != nil {
		return
	}
	c := &bridged{conn: conn, answers: map[int]chan pyAnswer{}, over: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		defer cancel()
		defer close(c.over)
		c.read(in)
	}()
	if err := b.app.ServeASGI(ctx, scope.scope(), c.receive, c.send); err != nil {
		c.tell(map[string]any{"do": "raise", "error": err.Error()})
	} else {
		c.tell(map[string]any{"do": "return"})
	}
	<-c.over
}

func (c *bridged) read(in *bufio.Reader) {
	for {
		line, err := in.ReadBytes('\n')
		var answer pyAnswer
		if err != nil || json.Unmarshal(line, &answer) != nil {
			return
		}
		c.mu.Lock()
		ch := c.answers[answer.ID]
		delete(c.answers, answer.ID)
		c.mu.Unlock()
		ch <- answer
	}
}

func (c *bridged) tell(order map[string]any) {
	var line bytes.Buffer
	_ = json.NewEncoder(&line).Encode(order)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.conn.Write(line.Bytes())
}

// ask gives an order and waits for the answer.
func (c *bridged) ask(ctx context.Context, order map[string]any) (pyAnswer, error) {
	c.mu.Lock()
	c.last++
	id, ch := c.last, make(chan pyAnswer, 1)
	c.answers[id] = ch
	c.mu.Unlock()
	order["id"] = id
	c.tell(order)
	select {
	case answer := <-ch:
		return answer, nil
	case <-c.over:
		return pyAnswer{}, errors.New("the application has returned in Python")
	case <-ctx.Done():
		c.tell(map[string]any{"do": "cancel", "id": id})
	}
	// What was received before the order to cancel came is not lost.
	select {
	case answer := <-ch:
		if answer.Error == "" {
			return answer, nil
		}
	case <-c.over:
	}
	return pyAnswer{}, ctx.Err()
}

func (c *bridged) receive(ctx context.Context) (asgi.Event, error) {
	answer, err := c.ask(ctx, map[string]any{"do": "receive"})
	if err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return answer.Event.event()
}

func (c *bridged) send(ctx context.Context, event asgi.Event) error {
	answer, err := c.ask(ctx, map[string]any{"do": "send", "event": toPython(event)})
	switch {
	case err != nil:
		return err
	case answer.Disconnected:
		return fmt.Errorf("%w: %s", asgi.ErrDisconnected, answer.Error)
	case answer.Error != "":
		return &asgi.ProtocolError{Event: event.Type(), Reason: answer.Error}
	}
	return nil
}
