package python

import (
	"runtime"

	"github.com/nuages-web/nuages/asgi"
)

// httpScope appends a scope as Python gets it; the worker adds the versions and the state.
func (e *encoder) httpScope(s *asgi.HTTPScope) {
	e.dict()
	e.key("type")
	e.key("http")
	e.key("method")
	e.str(s.Method)
	e.connection(s.HTTPVersion, s.Scheme, s.Path, s.RawPath, s.QueryString, s.RootPath, s.Client, s.Server, s.Headers)
	e.key("extensions")
	e.dict()
	for _, x := range [...]struct {
		name    string
		offered bool
	}{
		{"http.response.trailers", s.Extensions.Trailers},
		{"http.response.early_hint", s.Extensions.EarlyHint},
		{"http.response.pathsend", s.Extensions.PathSend},
		// The file is opened anew by the number that it has in the worker.
		{"http.response.zerocopysend", s.Extensions.ZeroCopySend && runtime.GOOS == "linux"},
		{"http.response.debug", s.Extensions.Debug},
	} {
		if x.offered {
			e.key(x.name)
			e.dict()
			e.end()
		}
	}
	e.tls(s.Extensions.TLS)
	e.end()
	e.end()
}

// webSocketScope is httpScope for a WebSocket.
func (e *encoder) webSocketScope(s *asgi.WebSocketScope) {
	e.dict()
	e.key("type")
	e.key("websocket")
	e.connection(s.HTTPVersion, s.Scheme, s.Path, s.RawPath, s.QueryString, s.RootPath, s.Client, s.Server, s.Headers)
	e.key("subprotocols")
	e.list(len(s.Subprotocols))
	for _, name := range s.Subprotocols {
		e.str(name)
	}
	e.key("extensions")
	e.dict()
	if s.Extensions.WebSocketDenial {
		e.key("websocket.http.response")
		e.dict()
		e.end()
	}
	e.tls(s.Extensions.TLS)
	e.end()
	e.end()
}

// connection appends what both kinds of scope have.
func (e *encoder) connection(version, scheme, path, rawPath, query, rootPath string, client, server asgi.Addr, headers asgi.Headers) {
	e.key("http_version")
	e.key(version)
	e.key("scheme")
	e.key(scheme)
	e.key("path")
	e.str(path)
	e.key("raw_path")
	e.bytes(rawPath)
	e.key("query_string")
	e.bytes(query)
	e.key("root_path")
	e.str(rootPath)
	e.key("client")
	e.addr(client)
	e.key("server")
	e.addr(server)
	e.key("headers")
	e.list(len(headers))
	for i := range headers {
		e.tuple(2)
		e.bytes(headers[i].Name)
		e.bytes(headers[i].Value)
	}
}

// addr appends (host, port), (path, None) of a Unix socket, or None for what is not known.
func (e *encoder) addr(a asgi.Addr) {
	if a == (asgi.Addr{}) {
		e.none()
		return
	}
	e.tuple(2)
	e.str(a.Host)
	if a.Port == 0 && a.Host[0] == '/' {
		e.none()
		return
	}
	e.int(a.Port)
}

// tls appends the entry of the "tls" extension, if the connection is encrypted.
func (e *encoder) tls(t *asgi.TLS) {
	if t == nil {
		return
	}
	e.key("tls")
	e.dict()
	e.key("server_cert")
	e.strOrNone(t.ServerCert)
	e.key("client_cert_chain")
	e.list(len(t.ClientCertChain))
	for _, cert := range t.ClientCertChain {
		e.str(cert)
	}
	e.key("client_cert_name")
	e.strOrNone(t.ClientCertName)
	e.key("client_cert_error")
	e.strOrNone(t.ClientCertError)
	e.key("tls_version")
	e.intOrNone(int(t.Version))
	e.key("cipher_suite")
	e.intOrNone(int(t.CipherSuite))
	e.end()
}

func (e *encoder) strOrNone(s string) {
	if s == "" {
		e.none()
		return
	}
	e.str(s)
}

func (e *encoder) intOrNone(n int) {
	if n == 0 {
		e.none()
		return
	}
	e.int(n)
}
