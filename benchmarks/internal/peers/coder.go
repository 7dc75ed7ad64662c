package peers

import (
	"net/http"

	"github.com/coder/websocket"
)

// netHTTPWith is bare net/http with a library's WebSockets.
func netHTTPWith(echo http.HandlerFunc) func() http.Handler {
	return func() http.Handler {
		mux := netHTTPMux()
		mux.HandleFunc("GET /echo", echo)
		return mux
	}
}

func coderEcho(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	c.SetReadLimit(maxMessage)
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}
