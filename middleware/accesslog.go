package middleware

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/nuages-web/nuages/web"
)

// AccessLogOptions configures [AccessLog].
type AccessLogOptions struct {
	// Logger gets the entries. Default slog.Default().
	Logger *slog.Logger
	// Lines, if set, gets each entry as a line instead, in one Write.
	Lines io.Writer
	// Form is that of Lines. Default DjangoLines.
	Form LineForm
	// Query adds the query to the entries of Logger. Default not, as queries hold tokens and
	// addresses; lines always have it, as Django's do.
	Query bool
	// Skip leaves requests out, such as those of health checks. It is asked at the end, when route
	// and client are known. Default none.
	Skip func(*web.Request) bool
}

// A LineForm is a form of the lines of [AccessLog].
type LineForm int

// Forms of lines.
const (
	// DjangoLines are those of runserver, with the time of the end:
	//	[21/Nov/2026 09:36:38] "GET /shop/?page=2 HTTP/1.1" 200 5120
	DjangoLines LineForm = iota
	// CommonLines are the common log format, with the time of the beginning. The user is not told:
	//	192.0.2.1 - - [21/Nov/2026:09:36:38 +0100] "GET /shop/?page=2 HTTP/1.1" 200 5120
	CommonLines
	// CombinedLines are these with Referer and User-Agent, as Gunicorn writes them by default:
	//	192.0.2.1 - - [21/Nov/2026:09:36:38 +0100] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"
	CombinedLines
)

// AccessLog writes one entry for each request after its last byte, which for server-sent events and
// WebSockets is their end: status, bytes, duration, client, request ID and route; informational, a
// warning from 400 and an error from 500 on. With a Logger of slog.NewJSONHandler it is a line of JSON.
// Control characters are escaped, so that a request can't forge an entry. It belongs inside of
// [RequestID] and outside of everything that answers.
func AccessLog(opts *AccessLogOptions) web.Middleware {
	l := &accessLog{}
	if opts != nil {
		l.AccessLogOptions = *opts
	}
	if l.Logger == nil {
		l.Logger = slog.Default()
	}
	return web.Middleware{
		Name: "middleware.AccessLog", Settings: l.AccessLogOptions, After: []string{"middleware.RequestID"}, Fallback: true,
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				r.OnFinish(func(o web.Outcome) { l.write(r, o) })
				return next(r)
			}
		},
	}
}

type accessLog struct {
	AccessLogOptions
	mu sync.Mutex // of Lines
}

func (l *accessLog) write(r *web.Request, o web.Outcome) {
	if l.Skip != nil && l.Skip(r) {
		return
	}
	if l.Lines != nil {
		l.writeLine(r, o)
		return
	}
	level := logLevel(o.Status)
	// The client may have gone, and with it the context; the entry is to be written all the same.
	ctx := context.WithoutCancel(r.Context())
	if !l.Logger.Enabled(ctx, level) {
		return
	}
	var buf [10]slog.Attr
	attrs := append(buf[:0],
		slog.String("method", escapeLog(r.Method)),
		slog.String("path", escapeLog(r.Path())),
		slog.Int("status", o.Status),
		slog.Int64("bytes", o.Bytes),
		slog.Duration("duration", o.Duration),
	)
	if addr := r.RemoteAddr(); addr.IsValid() {
		attrs = append(attrs, slog.String("client", addr.String()))
	}
	if id := RequestIDFrom(ctx); id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if m := r.Match(); m != nil {
		attrs = append(attrs, slog.String("route", m.Route))
	}
	if l.Query && r.URL.RawQuery != "" {
		attrs = append(attrs, slog.String("query", escapeLog(r.URL.RawQuery)))
	}
	l.Logger.LogAttrs(ctx, level, "request", attrs...)
}

func logLevel(status int) slog.Level {
	switch {
	case status >= 500:
		return slog.LevelError
	case status >= 400:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// writeLine writes an entry in one of the forms of lines.
func (l *accessLog) writeLine(r *web.Request, o web.Outcome) {
	raw := r.HTTP()
	target := raw.RequestURI
	if target == "" {
		target = r.FullPath()
	}
	b := make([]byte, 0, 128+len(target))
	if l.Form == DjangoLines {
		b = time.Now().AppendFormat(b, "[02/Jan/2006 15:04:05] ")
	} else {
		if addr := r.RemoteAddr(); addr.IsValid() {
			b = addr.WithZone("").AppendTo(b)
		} else {
			b = append(b, '-')
		}
		b = r.Started().AppendFormat(b, " - - [02/Jan/2006:15:04:05 -0700] ")
	}
	b = strconv.AppendQuote(b, r.Method+" "+target+" "+raw.Proto)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(o.Status), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, o.Bytes, 10)
	if l.Form == CombinedLines {
		b = appendLogHeader(b, r.Header["Referer"])
		b = appendLogHeader(b, r.Header["User-Agent"])
	}
	b = append(b, '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.Lines.Write(b) // nobody is left to tell
}

func appendLogHeader(b []byte, values []string) []byte {
	if len(values) == 0 || values[0] == "" {
		return append(b, ` "-"`...)
	}
	return strconv.AppendQuote(append(b, ' '), values[0])
}

// escapeLog writes control characters, line separators and invalid UTF-8 as Go escapes.
func escapeLog(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' {
			q := strconv.Quote(s)
			return q[1 : len(q)-1]
		}
	}
	return s
}
