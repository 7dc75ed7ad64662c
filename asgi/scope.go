package asgi

import (
	"context"
	"net"
	"strconv"
)

// The versions that scopes made by this package carry.
const (
	// Version is the ASGI version, "3.0".
	Version = "3.0"
	// SpecVersion is the version of the HTTP and WebSocket specification.
	SpecVersion = "2.5"
	// LifespanSpecVersion is the version of the lifespan specification.
	LifespanSpecVersion = "2.0"
)

// Versions is the "asgi" entry of a scope.
type Versions struct {
	// Version is the version of ASGI, "3.0".
	Version string
	// SpecVersion is the version of the protocol's own specification.
	SpecVersion string
}

// Addr is one end of a connection. The zero value means that it is not known
// (None in the specification).
type Addr struct {
	// Host is an IPv4 or IPv6 address, or the path of a Unix socket.
	Host string
	// Port is the port number, 0 for a Unix socket.
	Port int
}

// String returns host:port, the path of a Unix socket, or "" when unknown.
func (a Addr) String() string {
	if a.Port == 0 {
		return a.Host
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

// State is what an application stored under its [LifespanScope] at start-up.
// Every request gets a shallow copy, so that what it adds stays its own.
type State map[string]any

// HTTPScope describes one HTTP request.
type HTTPScope struct {
	// ASGI holds the versions that the server speaks.
	ASGI Versions
	// HTTPVersion is "1.0", "1.1", "2" or "3".
	HTTPVersion string
	// Method is the method's name in upper case.
	Method string
	// Scheme is "http" or "https".
	Scheme string
	// Path is the whole path with percent-escapes decoded, RootPath included.
	Path string
	// RawPath is the path as it came, without the query; it may be empty.
	RawPath string
	// QueryString is what follows the "?", not decoded.
	QueryString string
	// RootPath is where the application is mounted, "" or "/prefix", decoded:
	// SCRIPT_NAME in WSGI.
	RootPath string
	// Headers are the request's header fields, names in lower case.
	Headers Headers
	// Client is the peer's address.
	Client Addr
	// Server is the address the request came in on.
	Server Addr
	// State is this request's copy of the lifespan state.
	State State
	// Extensions says what more the server can do.
	Extensions Extensions
}

// Type returns "http".
func (*HTTPScope) Type() string { return "http" }

// WebSocketScope describes one WebSocket connection and its handshake request.
type WebSocketScope struct {
	// ASGI holds the versions that the server speaks.
	ASGI Versions
	// HTTPVersion is the version of the handshake request, "1.1" or "2".
	HTTPVersion string
	// Scheme is "ws" or "wss".
	Scheme string
	// Path is the whole path with percent-escapes decoded, RootPath included.
	Path string
	// RawPath is the path as it came, without the query; it may be empty.
	RawPath string
	// QueryString is what follows the "?", not decoded.
	QueryString string
	// RootPath is where the application is mounted, "" or "/prefix", decoded.
	RootPath string
	// Headers are the handshake's header fields, names in lower case.
	Headers Headers
	// Client is the peer's address.
	Client Addr
	// Server is the address the request came in on.
	Server Addr
	// Subprotocols are those the client offers, by preference.
	Subprotocols []string
	// State is this connection's copy of the lifespan state.
	State State
	// Extensions says what more the server can do.
	Extensions Extensions
}

// Type returns "websocket".
func (*WebSocketScope) Type() string { return "websocket" }

// LifespanScope stands for the life of the server.
type LifespanScope struct {
	// ASGI holds the versions that the server speaks.
	ASGI Versions
	// State is filled by the application at start-up and then copied into the
	// scope of every request. It must not change once start-up is complete.
	State State
}

// Type returns "lifespan".
func (*LifespanScope) Type() string { return "lifespan" }

// Extensions says which optional events the server understands. The zero value
// means none.
type Extensions struct {
	// TLS describes the encrypted connection, nil when it is not encrypted
	// (extension "tls").
	TLS *TLS
	// Trailers allows [HTTPResponseTrailers] ("http.response.trailers").
	Trailers bool
	// EarlyHint allows [HTTPResponseEarlyHint] ("http.response.early_hint").
	EarlyHint bool
	// Push allows [HTTPResponsePush] ("http.response.push").
	Push bool
	// PathSend allows [HTTPResponsePathSend] ("http.response.pathsend").
	PathSend bool
	// ZeroCopySend allows [HTTPResponseZeroCopySend]
	// ("http.response.zerocopysend").
	ZeroCopySend bool
	// Debug allows [HTTPResponseDebug] ("http.response.debug"); only test
	// drivers set it.
	Debug bool
	// WebSocketDenial allows [WebSocketHTTPResponseStart] and
	// [WebSocketHTTPResponseBody] ("websocket.http.response").
	WebSocketDenial bool
	// Other holds the server's extensions that have no field here, by name.
	Other map[string]any
}

// TLS is the "tls" extension, version 0.2 of its specification.
type TLS struct {
	// ServerCert is the server's certificate in PEM, "" when not known.
	// net/http does not tell it.
	ServerCert string
	// ClientCertChain is the certificates that the client sent, in PEM, its
	// own first.
	ClientCertChain []string
	// ClientCertName is the subject of the client's certificate as an RFC 4514
	// string, "" when it sent none.
	ClientCertName string
	// ClientCertError says why the client's certificate was not accepted; ""
	// when it was verified or none was sent. An application that trusts
	// ClientCertName must look here first.
	ClientCertError string
	// Version is the TLS version, such as 0x0304 for TLS 1.3; 0 when not known.
	Version uint16
	// CipherSuite is the IANA number of the cipher suite; 0 when not known.
	CipherSuite uint16
}

type scopeKey struct{}

// NewContext returns a copy of ctx that carries scope.
func NewContext(ctx context.Context, scope Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

// FromContext returns the scope that ctx carries. Requests that an application
// from [FromHandler] serves carry theirs; requests that come straight from
// net/http have none.
func FromContext(ctx context.Context) (Scope, bool) {
	scope, ok := ctx.Value(scopeKey{}).(Scope)
	return scope, ok
}
