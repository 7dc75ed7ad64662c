package server

import (
	"sync/atomic"

	"github.com/nuages-web/nuages/web"
)

type counters struct {
	accepted, rejected, handshakeErrors, requests, refused atomic.Int64
}

// Stats returns the counts so far.
func (s *Server) Stats() web.ServerStats {
	return web.ServerStats{
		Accepted:        s.stats.accepted.Load(),
		Rejected:        s.stats.rejected.Load(),
		HandshakeErrors: s.stats.handshakeErrors.Load(),
		Requests:        s.stats.requests.Load(),
		Refused:         s.stats.refused.Load(),
		Open:            s.opened.n.Load(),
		Running:         s.running.n.Load(),
	}
}
