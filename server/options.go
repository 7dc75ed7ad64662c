package server

import (
	"crypto/tls"
	"log/slog"
	"net/netip"
	"time"
)

// Options configures a [Server]. Zero fields take their defaults; the defaults hold hostile and
// slow clients off.
type Options struct {
	// Addresses are where to listen, in the forms of [Listen]; "https://" before one asks for TLS,
	// "http://" for none, and without either it is TLS if the field TLS is set. Default
	// "127.0.0.1:8000", if Listeners is empty too.
	Addresses []string
	// Listeners are sockets that are open already.
	Listeners []Listener
	// Inherited holds the sockets that the process before this one hands over; see
	// [Server.Restart]. Default none.
	Inherited *Inherited

	// TLS holds the certificates. The protocols to negotiate are added. Versions of TLS before 1.2
	// and the cipher suites that HTTP/2 forbids (RFC 9113, appendix A) are off unless it names them.
	TLS *tls.Config
	// HTTP3 serves HTTP/3 beside each TLS socket, on the UDP port of the same number, and tells
	// clients with Alt-Svc. Default false.
	HTTP3 bool
	// NoHTTP2 speaks HTTP/1.1 alone on TCP and Unix sockets. Default false.
	NoHTTP2 bool
	// ProxyProtocol expects each connection of TrustedProxies and of Unix sockets to begin with a
	// header of the PROXY protocol, version 1 or 2; without one it is closed. Default false.
	ProxyProtocol bool
	// TrustedProxies are the balancers in front. They may open any number of connections.
	TrustedProxies []netip.Prefix

	// ReadHeaderTimeout is how long a client may take over the TLS handshake and the headers of a
	// request. Default 10 s; negative: no limit.
	ReadHeaderTimeout time.Duration
	// ReadTimeout is how long a client may send nothing of a body that is being read. Uploads may
	// take as long as they like while they go on. Default 30 s; negative: no limit.
	ReadTimeout time.Duration
	// WriteTimeout is how long a client may take nothing of what is being sent. Downloads and
	// streams may take as long as they like while they go on. Default 30 s; negative: no limit.
	WriteTimeout time.Duration
	// MinRate is how fast, in bytes a second, a body must come in and an answer be taken on
	// average, after the first ReadTimeout or WriteTimeout. Default 240; negative: no limit.
	MinRate int
	// IdleTimeout is how long a kept connection may wait for its next request. Default 2 min;
	// negative: no limit.
	IdleTimeout time.Duration

	// MaxHeaderBytes bounds request line and headers, in bytes; net/http adds 4 KiB to it.
	// Default 64 KiB, also for a negative value; more is answered with 431.
	MaxHeaderBytes int
	// MaxHeaders bounds the header lines of a request. Default 100; negative: no limit. More are
	// answered with 431.
	MaxHeaders int
	// MaxCookies bounds the cookies of a request. Default 300; negative: no limit. More are answered
	// with 431.
	MaxCookies int
	// MaxURI bounds the request target, in bytes. Default 8 KiB; negative: no limit but
	// MaxHeaderBytes. A longer one is answered with 414.
	MaxURI int
	// MaxBody bounds the body of a request, in bytes. Default 100 MiB; negative: no limit. A longer
	// one is answered with 413, before the application sees it if its length is announced.
	MaxBody int
	// Methods are the request methods beside GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS that
	// the application gets; others are answered with 501, TRACE and CONNECT with 405. Default none.
	Methods []string

	// MaxConns bounds the open connections. Default nine tenths of the files that the process may
	// open, or 10,000 where that isn't known; negative: no limit. More are answered with 503, over
	// TLS and HTTP/3 closed.
	MaxConns int
	// MaxConnsPerAddress bounds the open connections of one client address (of one /64 for IPv6).
	// Loopback, Unix sockets and TrustedProxies are exempt. Default 1,000; negative: no limit.
	MaxConnsPerAddress int
	// MaxStreams bounds the requests that one connection of HTTP/2 or HTTP/3 may have open. Default
	// 100.
	MaxStreams int
	// MaxRequestsPerConn is after how many requests a connection is to be made anew. Default
	// 10,000; negative: no limit.
	MaxRequestsPerConn int

	// Linger is how long, after the stop has begun, kept connections are still answered, each for a
	// last time, before those that are idle are closed: a client that is about to send is not cut
	// off. Default 1.5 s; negative: idle connections are closed at once.
	Linger time.Duration
	// Grace is how long requests under way may go on after the stop. Default 20 s; negative: they
	// are broken off at once.
	Grace time.Duration

	// Logger gets what goes wrong on connections. Default slog.Default().
	Logger *slog.Logger
}

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if len(c.Addresses) == 0 && len(c.Listeners) == 0 {
		c.Addresses = []string{"127.0.0.1:8000"}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	orDefault(&c.ReadHeaderTimeout, 10*time.Second)
	orDefault(&c.ReadTimeout, 30*time.Second)
	orDefault(&c.WriteTimeout, 30*time.Second)
	orDefault(&c.MinRate, 240)
	orDefault(&c.IdleTimeout, 2*time.Minute)
	orDefault(&c.MaxHeaderBytes, 64<<10)
	orDefault(&c.MaxHeaders, 100)
	orDefault(&c.MaxCookies, 300)
	orDefault(&c.MaxURI, 8<<10)
	orDefault(&c.MaxBody, 100<<20)
	orDefault(&c.MaxConns, defaultMaxConns())
	orDefault(&c.MaxConnsPerAddress, 1000)
	orDefault(&c.MaxStreams, 100)
	orDefault(&c.MaxRequestsPerConn, 10_000)
	orDefault(&c.Linger, 1500*time.Millisecond)
	orDefault(&c.Grace, 20*time.Second)
	if c.MaxHeaderBytes < 0 {
		c.MaxHeaderBytes = 64 << 10
	}
	if c.MaxStreams < 0 {
		c.MaxStreams = 100
	}
	return c
}

func orDefault[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}
