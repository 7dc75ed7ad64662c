package server

import "sync/atomic"

// Stats are counts of a server since its start, for metrics.
type Stats struct {
	Accepted        int64 // connections that were opened (HTTP/3 apart)
	Rejected        int64 // of these, closed at once for MaxConns or MaxConnsPerAddress
	HandshakeErrors int64 // TLS handshakes that failed
	Requests        int64 // requests, also refused ones
	Refused         int64 // requests that the application did not get to see
	Open            int64 // connections that are open now
	Running         int64 // requests under way now, WebSockets included
}

type counters struct {
	accepted, rejected, handshakeErrors, requests, refused atomic.Int64
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	return Stats{
		Accepted:        s.stats.accepted.Load(),
		Rejected:        s.stats.rejected.Load(),
		HandshakeErrors: s.stats.handshakeErrors.Load(),
		Requests:        s.stats.requests.Load(),
		Refused:         s.stats.refused.Load(),
		Open:            s.opened.n.Load(),
		Running:         s.running.n.Load(),
	}
}
