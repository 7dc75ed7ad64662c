package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/async"
)

// newHTTP3 makes the server of HTTP/3, which shares the handler and the certificates.
func (s *Server) newHTTP3(h http.Handler) *http3.Server {
	c := s.tls.Clone()
	c.MinVersion = tls.VersionTLS13
	return &http3.Server{
		Handler:        h,
		TLSConfig:      http3.ConfigureTLSConfig(c),
		MaxHeaderBytes: s.o.MaxHeaderBytes,
		IdleTimeout:    max(s.o.IdleTimeout, 0),
		QUICConfig: &quic.Config{
			HandshakeIdleTimeout: max(s.o.ReadHeaderTimeout, 0),
			MaxIdleTimeout:       max(s.o.IdleTimeout, 0),
			KeepAlivePeriod:      keepAlive,
			MaxIncomingStreams:   int64(s.o.MaxStreams),
		},
		Logger: s.o.Logger,
	}
}

// keepAlive is how often a silent connection of QUIC is tried at least, so that MaxIdleTimeout ends
// none that is only silent, as one with a quiet stream of events; idle ones end by IdleTimeout.
const keepAlive = 15 * time.Second

// serveHTTP3 serves on the UDP sockets once the process before, if there is one, has let go of them:
// two readers would take each other's packets.
func (s *Server) serveHTTP3(base context.Context) error {
	s.http3.ConnContext = func(ctx context.Context, c *quic.Conn) context.Context {
		s.admitQUIC(c)
		return mergedContext{ctx, base}
	}
	select {
	case <-s.o.Inherited.released():
	case <-s.drain.Done():
		return nil
	}
	errs := make(chan error, len(s.sockets))
	n := 0
	for _, k := range s.sockets {
		if k.packet != nil {
			n++
			go func() { errs <- s.http3.Serve(k.packet) }()
		}
	}
	for range n {
		if err := <-errs; !s.draining() && !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve HTTP/3: %w", err)
		}
	}
	return nil
}

// stopHTTP3 says goodbye (GOAWAY), waits for the requests under way, and closes the connections; not
// all clients do so themselves, and the next process waits for the sockets.
func (s *Server) stopHTTP3(grace context.Context) error {
	if s.http3 == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(grace)
	defer cancel()
	go func() {
		defer cancel()
		_ = async.Sleep(ctx, s.o.Linger)
		_ = s.streams.wait(ctx)
	}()
	err := s.http3.Shutdown(ctx)
	s.releasePackets()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// admitQUIC counts a connection, or closes it.
func (s *Server) admitQUIC(c *quic.Conn) {
	address := s.countedAs(addressOf(c.RemoteAddr()))
	s.mu.Lock()
	ok := s.count(address)
	s.mu.Unlock()
	if !ok {
		s.stats.rejected.Add(1)
		_ = c.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeExcessiveLoad), "")
		return
	}
	context.AfterFunc(c.Context(), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.discount(address)
	})
}

// A mergedContext has the values of a QUIC connection and of the server, and ends with the former.
type mergedContext struct {
	context.Context
	base context.Context
}

func (m mergedContext) Value(key any) any {
	if v := m.Context.Value(key); v != nil {
		return v
	}
	return m.base.Value(key)
}
