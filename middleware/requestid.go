package middleware

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"net/netip"

	"github.com/nuages-web/nuages/web"
)

// RequestIDOptions configures [RequestID].
type RequestIDOptions struct {
	// Trust are the networks of the proxies whose X-Request-ID is taken over, when it is 1 to 64
	// letters, digits, dots, underscores and hyphens. Default none: every request gets a new ID.
	Trust []netip.Prefix
}

const headerRequestID = "X-Request-Id" // in canonical form

// RequestID gives each request an ID of 128 random bits in hexadecimal: in the X-Request-ID header of
// the response, for [RequestIDFrom], and with [LogRequestID] in each log entry. It belongs outside of
// everything that logs.
func RequestID(opts *RequestIDOptions) web.Middleware {
	var o RequestIDOptions
	if opts != nil {
		o = *opts
	}
	return web.Middleware{Name: "middleware.RequestID", Settings: o, Fallback: true, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			id := o.trusted(r)
			if id == "" {
				id = newRequestID()
			}
			r.SetID(id)
			resp, err := next(r)
			if err == nil {
				resp.Header()[headerRequestID] = []string{id}
			}
			return resp, err
		}
	}}
}

// trusted returns the ID that the request came with, "" where it can't be taken over.
func (o *RequestIDOptions) trusted(r *web.Request) string {
	sent := r.Header[headerRequestID]
	if len(o.Trust) == 0 || len(sent) != 1 || !validRequestID(sent[0]) || !contains(o.Trust, r.PeerAddr()) {
		return ""
	}
	return sent[0]
}

func validRequestID(id string) bool {
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return id != "" && len(id) <= 64
}

// newRequestID need not be unguessable, only unique: math/rand/v2 is a ChaCha8 stream per thread.
func newRequestID() string {
	var raw [16]byte
	var text [32]byte
	binary.LittleEndian.PutUint64(raw[:], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	hex.Encode(text[:], raw[:])
	return string(text[:])
}

func contains(networks []netip.Prefix, addr netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// RequestIDFrom returns the ID of the request that ctx belongs to, "" outside of [RequestID].
func RequestIDFrom(ctx context.Context) string {
	if r, ok := web.FromContext(ctx); ok {
		return r.ID()
	}
	return ""
}

// LogRequestID returns a log handler that adds the attribute request_id to the entries that are
// written under a request's context, and passes them on to h:
//
//	logger := slog.New(middleware.LogRequestID(slog.NewJSONHandler(os.Stderr, nil)))
//	logger.InfoContext(r.Context(), "order placed")
func LogRequestID(h slog.Handler) slog.Handler { return requestIDHandler{h} }

type requestIDHandler struct{ slog.Handler }

// Handle adds the ID unless the entry has one already, as those of AccessLog do.
func (h requestIDHandler) Handle(ctx context.Context, record slog.Record) error {
	id := RequestIDFrom(ctx)
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == "request_id" {
			id = ""
		}
		return id != ""
	})
	if id != "" {
		record = record.Clone()
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs keeps the ID on derived loggers.
func (h requestIDHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestIDHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the ID on derived loggers; it stands in the group there.
func (h requestIDHandler) WithGroup(name string) slog.Handler {
	return requestIDHandler{h.Handler.WithGroup(name)}
}
