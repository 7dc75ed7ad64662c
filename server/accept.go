package server

import (
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// An acceptor gives net/http the connections of one socket, within the limits.
type acceptor struct {
	net.Listener
	s   *Server
	tls bool
}

// Accept waits for the next connection that may stay.
func (a *acceptor) Accept() (net.Conn, error) {
	for {
		socket, err := a.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := a.s.admit(socket, a.tls); c != nil {
			return c, nil
		}
	}
}

// Close closes the socket, which the server may have done already.
func (a *acceptor) Close() error {
	_ = a.Listener.Close()
	return nil
}

// admit makes a connection of a socket, or closes it.
func (s *Server) admit(socket net.Conn, useTLS bool) *conn {
	s.stats.accepted.Add(1)
	addr := addressOf(socket.RemoteAddr())
	trusted := !addr.IsValid() || s.trusts(addr)
	if s.o.ProxyProtocol && trusted {
		socket = proxyproto.NewConn(socket, proxyproto.WithPolicy(proxyproto.REQUIRE),
			proxyproto.SetReadHeaderTimeout(s.o.ReadHeaderTimeout))
	}
	c := s.newConn(socket, useTLS)
	c.address = s.countedAs(addr)
	if s.remember(c) {
		return c
	}
	s.stats.rejected.Add(1)
	if !useTLS {
		// Best effort: the socket's buffer takes this much.
		_ = socket.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = socket.Write([]byte(tooMany))
	}
	_ = socket.Close()
	return nil
}

const tooMany = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Retry-After: 5\r\nConnection: close\r\n\r\nThis server has too many connections. Try later.\n"

// remember counts a connection, unless there are too many.
func (s *Server) remember(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.count(c.address) {
		return false
	}
	s.conns[c] = struct{}{}
	s.opened.add()
	return true
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.conns[c]; !ok {
		return
	}
	delete(s.conns, c)
	s.discount(c.address)
	s.opened.done()
}

// count counts one more connection of an address, unless there are too many. The mutex is held.
func (s *Server) count(address string) bool {
	if s.o.MaxConns > 0 && s.counted >= s.o.MaxConns {
		return false
	}
	if address != "" {
		if s.byAddress[address] >= s.o.MaxConnsPerAddress {
			return false
		}
		s.byAddress[address]++
	}
	s.counted++
	return true
}

// discount takes back a count. The mutex is held.
func (s *Server) discount(address string) {
	s.counted--
	if address != "" {
		if s.byAddress[address]--; s.byAddress[address] == 0 {
			delete(s.byAddress, address)
		}
	}
}

// addressOf returns the client's address, an invalid one for a Unix socket.
func addressOf(client net.Addr) netip.Addr {
	var ip net.IP
	switch client := client.(type) {
	case *net.TCPAddr:
		ip = client.IP
	case *net.UDPAddr:
		ip = client.IP
	}
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, p := range s.o.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// countedAs returns what connections are counted by: the address, or for IPv6 the network that one
// customer usually has; "" for those that aren't.
func (s *Server) countedAs(addr netip.Addr) string {
	if !addr.IsValid() || addr.IsLoopback() || s.trusts(addr) || s.o.MaxConnsPerAddress < 0 {
		return ""
	}
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// connState is net/http's word on its connections.
func connState(c net.Conn, state http.ConnState) {
	if c, ok := c.(*conn); ok {
		c.setState(state)
	}
}
