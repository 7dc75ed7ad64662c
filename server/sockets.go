package server

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// A Listener is an open socket and what is spoken on it.
type Listener struct {
	net.Listener
	// TLS tells that it is TLS, with Options.TLS.
	TLS bool
}

// A socket is one of a server's.
type socket struct {
	name     string // what it is handed over as
	ln       net.Listener
	tls      bool
	packet   net.PacketConn // for HTTP/3, nil without
	ownsFile bool           // a Unix socket whose file goes with this server, unlike that of systemd's
}

// open opens the sockets of the options, or takes them over from the process before.
func (s *Server) open() (err error) {
	defer func() {
		if err != nil {
			s.closeSockets()
		}
	}()
	for i, ln := range s.o.Listeners {
		s.sockets = append(s.sockets, &socket{name: "listener " + strconv.Itoa(i), ln: ln.Listener, tls: ln.TLS})
	}
	var systemd systemdSockets
	for i, addr := range s.o.Addresses {
		plain, useTLS := CutScheme(addr, s.o.TLS != nil)
		k := &socket{name: plain + " " + strconv.Itoa(i), tls: useTLS, ownsFile: strings.HasPrefix(plain, "unix:")}
		if k.ln = s.o.Inherited.listener(k.name); k.ln == nil {
			if k.ln, err = systemd.listen(plain); err != nil {
				return err
			}
		}
		s.sockets = append(s.sockets, k)
	}
	for _, k := range s.sockets {
		switch {
		case k.tls && s.o.TLS == nil:
			return fmt.Errorf("listen on https://%s: there is no certificate; set TLS", k.ln.Addr())
		case k.tls && s.o.HTTP3:
			if err := s.openPacket(k); err != nil {
				return err
			}
		}
	}
	if s.o.HTTP3 && s.altSvc == "" {
		return errors.New("HTTP/3 needs a TCP socket with TLS: there is none")
	}
	return nil
}

// CutScheme tells whether an address asks for TLS, or leaves it to what is usual, and returns the rest
// for [Listen].
func CutScheme(addr string, useTLS bool) (string, bool) {
	if rest, ok := strings.CutPrefix(addr, "https://"); ok {
		return strings.TrimSuffix(rest, "/"), true
	}
	if rest, ok := strings.CutPrefix(addr, "http://"); ok {
		return strings.TrimSuffix(rest, "/"), false
	}
	return addr, useTLS
}

// openPacket opens the UDP port beside a TCP one.
func (s *Server) openPacket(k *socket) error {
	tcp, ok := k.ln.Addr().(*net.TCPAddr)
	if !ok {
		return nil // HTTP/3 needs UDP, which a Unix socket has no counterpart to
	}
	if k.packet = s.o.Inherited.packet(k.name); k.packet == nil {
		packet, err := net.ListenUDP("udp", &net.UDPAddr{IP: tcp.IP, Port: tcp.Port, Zone: tcp.Zone})
		if err != nil {
			return fmt.Errorf("listen for HTTP/3 on UDP %s: %w", tcp, err)
		}
		k.packet = packet
	}
	s.altSvc = `h3=":` + strconv.Itoa(tcp.Port) + `"; ma=86400`
	return nil
}

// closeSockets closes all sockets.
func (s *Server) closeSockets() {
	s.closeListeners()
	for _, k := range s.sockets {
		if k.packet != nil {
			_ = k.packet.Close()
		}
	}
	s.o.Inherited.close()
}

// closeListeners closes the listeners. The files of Unix sockets are left to the process that goes on
// with them: the next, or while this one has not begun to accept the one before.
func (s *Server) closeListeners() {
	before := s.o.Inherited != nil && !s.hasAccepted()
	for _, k := range s.sockets {
		u, ok := k.ln.(*net.UnixListener)
		switch {
		case ok && s.handedOver.Load():
			u.SetUnlinkOnClose(false)
		case ok && k.ownsFile:
			u.SetUnlinkOnClose(!before)
		}
		_ = k.ln.Close()
	}
}

// Addrs returns the addresses of the sockets, in the order of Listeners and Addresses.
func (s *Server) Addrs() []net.Addr {
	addrs := make([]net.Addr, len(s.sockets))
	for i, k := range s.sockets {
		addrs[i] = k.ln.Addr()
	}
	return addrs
}

// URLs returns where a browser finds the server: "https://127.0.0.1:8443/", and "unix:/run/shop.sock"
// for a Unix socket.
func (s *Server) URLs() []string {
	urls := make([]string, len(s.sockets))
	for i, k := range s.sockets {
		scheme := "http://"
		if k.tls {
			scheme = "https://"
		}
		switch addr := k.ln.Addr().(type) {
		case *net.TCPAddr:
			host := addr.IP.String()
			if addr.IP.IsUnspecified() {
				host = "localhost"
			}
			urls[i] = scheme + net.JoinHostPort(host, strconv.Itoa(addr.Port)) + "/"
		default:
			urls[i] = addr.Network() + ":" + addr.String()
		}
	}
	return urls
}
