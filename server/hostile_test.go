package server_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A recorder is an application that notes, for each connection, every request that it gets to see.
type recorder struct {
	mu   sync.Mutex
	seen map[[2]string][]string // by the addresses of client and server
}

func newRecorder() *recorder { return &recorder{seen: map[[2]string][]string{}} }

// ServeHTTP notes "METHOD target host=… Header=value… body" and answers 200.
func (c *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Method, brief(r.RequestURI))
	if r.Host != "localhost" {
		fmt.Fprintf(&b, " host=%s", r.Host)
	}
	for i, fields := range []http.Header{r.Header, r.Trailer} {
		lines := []string{}
		for name, values := range fields {
			for _, v := range values {
				lines = append(lines, fmt.Sprintf(" %s%s=%q", []string{"", "trailer:"}[i], name, brief(v)))
			}
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, " %q", brief(string(body)))
	}
	if err != nil {
		b.WriteString(" cut")
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	conn := [2]string{r.RemoteAddr, local.String()}
	c.mu.Lock()
	c.seen[conn] = append(c.seen[conn], b.String())
	c.mu.Unlock()
	w.Header().Set("X-Seen", "1")
}

func brief(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%s…%d", s[:5], len(s))
	}
	return s
}

// of returns what came through a client's connection.
func (c *recorder) of(client net.Conn) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn := [2]string{client.LocalAddr().String(), client.RemoteAddr().String()}
	defer delete(c.seen, conn) // another may get the same port
	return c.seen[conn]
}

// last is the request that is sent behind every row: whether it is answered tells whether the
// connection was kept, and what the application sees of it whether the two sides still agree on
// where a request begins.
const last = "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

// A row is what a client sends, and the safe outcome.
type row struct {
	name string
	send string // "¦" begins another packet; behind it all comes last, unless it ends with "¶"
	want string // the answers' status codes; "100" for a continue
	seen string // what the application saw, separated by "; ", without the last request
}

// outcome sends a row and returns the codes of the answers, and what the application saw.
func (r row) outcome(t *testing.T, addr string, app *recorder, secure bool) (answers, seen string) {
	t.Helper()
	var c net.Conn = dial(t, addr, "")
	if secure {
		conf := clientTLS()
		conf.NextProtos = []string{"http/1.1"}
		c = tls.Client(c, conf)
	}
	text, alone := strings.CutSuffix(r.send, "¶")
	if !alone {
		text += "¦" + last
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for packet := range strings.SplitSeq(text, "¦") {
			if _, err := io.WriteString(c, packet); err != nil {
				return // the server has closed
			}
		}
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
	}()
	codes := answersOf(t, c)
	<-sent
	return strings.Join(codes, " "), strings.Join(app.of(c), "; ")
}

// answersOf reads answers to the end of the connection.
func answersOf(t *testing.T, c net.Conn) (codes []string) {
	t.Helper()
	b := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(b, nil)
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err) {
				return codes
			}
			t.Fatalf("after the answers %v: %v", codes, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil && !isReset(err) {
			t.Fatalf("the body of the answer after %v: %v", codes, err)
		}
		code := fmt.Sprint(resp.StatusCode)
		if resp.StatusCode == 200 && resp.Header.Get("X-Seen") == "" {
			code += " of the server"
		}
		codes = append(codes, code)
	}
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

const seenLast = `GET /last Connection="close"`

func (r row) check(t *testing.T, addr string, app *recorder, secure bool) {
	t.Helper()
	answers, seen := r.outcome(t, addr, app, secure)
	want, wantSeen := r.want, r.seen
	if w, kept := strings.CutSuffix(want, " kept"); kept || want == "kept" {
		want = strings.TrimPrefix(w+" 200", "kept ")
		wantSeen = strings.TrimPrefix(wantSeen+"; "+seenLast, "; ")
	}
	if answers != want || seen != wantSeen {
		t.Errorf("sent %q\n got %s | %s\nwant %s | %s", brief(r.send), answers, seen, want, wantSeen)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
