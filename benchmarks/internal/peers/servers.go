package peers

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/nuages-web/nuages/server"
)

// A Socket is where a server listens, and what it speaks there.
type Socket struct {
	net.Listener
	// TLS, if set, makes it HTTPS: HTTP/1.1, and HTTP/2 for clients that ask for it.
	TLS *tls.Config
	// H2C adds HTTP/2 without TLS for clients that know of it.
	H2C bool
}

// Servers serve a handler until the process ends.
func Servers() map[string]func(Socket, http.Handler) error {
	return map[string]func(Socket, http.Handler) error{"nethttp": serveNetHTTP, "nuages": serveNuages}
}

// serveNetHTTP has the timeouts and limits that are our server's defaults.
func serveNetHTTP(s Socket, h http.Handler) error {
	srv := &http.Server{
		Handler: h, TLSConfig: s.TLS, Protocols: new(http.Protocols),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(s.TLS != nil)
	srv.Protocols.SetUnencryptedHTTP2(s.H2C)
	if s.TLS != nil {
		return srv.ServeTLS(s.Listener, "", "")
	}
	return srv.Serve(s.Listener)
}

// serveNuages has the defaults; HTTP/2 without TLS is one.
func serveNuages(s Socket, h http.Handler) error {
	srv, err := server.New(h, &server.Options{Listeners: []server.Listener{{Listener: s.Listener, TLS: s.TLS != nil}}, TLS: s.TLS})
	if err != nil {
		return err
	}
	return srv.Run(context.Background())
}
