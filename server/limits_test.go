package server_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/server"
)

// TestLimitsAtTheEdge sends what is just allowed, and one more.
func TestLimitsAtTheEdge(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{MaxHeaders: 5, MaxCookies: 3, MaxURI: 50, MaxBody: 100, Logger: quiet()})
	for _, r := range []row{
		{"5 headers", ask("/", strings.Repeat("X: y\r\n", 4)+"X: y"), "200 kept", "GET /" + strings.Repeat(` X="y"`, 5)},
		{"6 headers", ask("/", strings.Repeat("X: y\r\n", 5)+"X: y"), "431", ""},
		{"6 headers, one with an underscore", ask("/", strings.Repeat("X: y\r\n", 5)+"X_Y: z"), "431", ""},
		{"3 cookies", ask("/", "Cookie: a=1; b=2; c=3"), "200 kept", `GET / Cookie="a=1; b=2; c=3"`},
		{"4 cookies", ask("/", "Cookie: a=1; b=2; c=3; d=4"), "431", ""},
		{"4 cookies in two lines", ask("/", "Cookie: a=1; b=2\r\nCookie: c=3; d=4"), "431", ""},
		{"4 cookies of nothing", ask("/", "Cookie: ;;;"), "431", ""},
		{"URI of 50 bytes", ask("/"+strings.Repeat("x", 49), ""), "200 kept", "GET /" + strings.Repeat("x", 49)},
		{"URI of 51 bytes", ask("/"+strings.Repeat("x", 50), ""), "414", ""},
		{"URI of 51 bytes, in absolute form", ask("http://localhost/"+strings.Repeat("x", 34), ""), "414", ""},
		{"body of 100 bytes", post("Content-Length: 100", strings.Repeat("x", 100)), "200 kept", `POST / Content-Length="100" "xxxxx…100"`},
		{"body of 101 bytes", post("Content-Length: 101", strings.Repeat("x", 101)), "413", ""},
		{"chunks of 100 bytes", post(chunked, "64\r\n"+strings.Repeat("x", 100)+"\r\n0\r\n\r\n"), "200 kept", `POST / "xxxxx…100"`},
		{"chunks of 101 bytes", post(chunked, "65\r\n"+strings.Repeat("x", 101)+"\r\n0\r\n\r\n"), "200", `POST / "xxxxx…100" cut`},
		{"chunks of a byte", post(chunked, strings.Repeat("1\r\nx\r\n", 101)+"0\r\n\r\n"), "200", `POST / "xxxxx…100" cut`},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t, s.addr, app, false)
		})
	}
	for _, r := range []row2{
		{"HTTP/2, body of 100 bytes", body(nil, strings.Repeat("x", 100)), "200", `POST / "xxxxx…100"`},
		{"HTTP/2, body of 101 bytes", body(nil, strings.Repeat("x", 101)), "200", `POST / "xxxxx…100" cut`},
		{"HTTP/2, body of 101 bytes that is announced", body([]string{"content-length", "101"}, strings.Repeat("x", 101)), "413", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			c := dialH2(t, s.addr)
			r.send(c)
			if answer, seen := c.answer(1), strings.Join(app.of(c), "; "); answer != r.want || seen != r.seen {
				t.Errorf("got %s | %s\nwant %s | %s", answer, seen, r.want, r.seen)
			}
		})
	}
}

// TestMaxHeaderBytes is about the bytes of a head, for which net/http allows 4 KiB more.
func TestMaxHeaderBytes(t *testing.T) {
	t.Parallel()
	s := start(t, newRecorder(), server.Options{MaxHeaderBytes: 10_000, Logger: quiet()})
	for size, want := range map[int]string{10_000: "200", 15_000: "431", 10 << 20: "431"} {
		c := dial(t, s.addr, "")
		go io.WriteString(c, ask("/", "Connection: close\r\nX: "+strings.Repeat("y", size-70)))
		if got := strings.Join(answersOf(t, c), " "); got != want {
			t.Errorf("%d bytes: got %s, want %s", size, got, want)
		}
	}
}

func TestMaxRequestsPerConn(t *testing.T) {
	t.Parallel()
	s := start(t, newRecorder(), server.Options{MaxRequestsPerConn: 3, Logger: quiet()})
	c := dial(t, s.addr, strings.Repeat(request, 5))
	if got := strings.Join(answersOf(t, c), " "); got != "200 200 200" {
		t.Errorf("HTTP/1.1: got %s", got)
	}
	c2 := dialH2(t, s.addr)
	for stream := uint32(1); stream <= 5; stream += 2 {
		c2.must(c2.request(stream, true, pseudo()...))
		if got := c2.answer(stream); got != "200" {
			t.Errorf("HTTP/2, stream %d: got %s", stream, got)
		}
	}
	c2.must(c2.request(7, true, pseudo()...))
	if got := c2.answer(7); got != "goaway NO_ERROR" && got != "closed" { // which came before
		t.Errorf("HTTP/2, stream 7: got %s", got)
	}
}

// TestMaxStreams opens one more than allowed.
func TestMaxStreams(t *testing.T) {
	t.Parallel()
	s := start(t, &crowd{}, server.Options{MaxStreams: 3, Logger: quiet()})
	c := dialH2(t, s.addr)
	for {
		f, err := c.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := f.(*http2.SettingsFrame); ok && !f.IsAck() {
			if n, _ := f.Value(http2.SettingMaxConcurrentStreams); n != 3 {
				t.Errorf("MAX_CONCURRENT_STREAMS: got %d, want 3", n)
			}
			c.must(c.WriteSettingsAck())
			break
		}
	}
	for stream := uint32(1); stream <= 7; stream += 2 {
		c.must(c.request(stream, true, pseudo()...))
	}
	if got := c.answer(7); got != "reset REFUSED_STREAM" && got != "reset PROTOCOL_ERROR" {
		t.Errorf("stream 7: got %s", got)
	}
	c.Close()
	closed(t, s.Server)
}

// fromElsewhere is a listener whose connections seem to come from the addresses in turn: those of
// loopback are exempt from the limit per address.
type fromElsewhere struct {
	net.Listener
	clients chan string
}

type elsewhere struct {
	net.Conn
	addr net.Addr
}

func (l *fromElsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return elsewhere{c, &net.TCPAddr{IP: net.ParseIP(<-l.clients), Port: 1}}, nil
}

func (c elsewhere) RemoteAddr() net.Addr { return c.addr }

func TestMaxConns(t *testing.T) {
	t.Parallel()
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	from := &fromElsewhere{ln, make(chan string, 1)}
	s := start(t, newRecorder(), server.Options{
		Listeners: []server.Listener{{Listener: from}}, MaxConnsPerAddress: 2, MaxConns: 6, Logger: quiet(),
	})
	open := map[string][]net.Conn{}
	for i, test := range []struct{ from, want string }{
		{"192.0.2.1", "200"}, {"192.0.2.1", "200"}, {"192.0.2.1", "503"}, {"::ffff:192.0.2.1", "503"},
		{"192.0.2.2", "200"},
		{"2001:db8::1", "200"}, {"2001:db8::2", "200"}, {"2001:db8::3", "503"}, {"2001:db8:0:1::1", "200"},
		{"192.0.2.3", "503"}, // in all
		{"close 192.0.2.1", ""}, {"192.0.2.1", "200"}, {"192.0.2.1", "503"},
		{"close 2001:db8::1", ""}, {"127.0.0.1", "200"}, {"127.0.0.1", "503"},
	} {
		if client, ok := strings.CutPrefix(test.from, "close "); ok {
			n := s.Stats().Open
			open[client][0].Close()
			again := time.Tick(5 * time.Millisecond)
			for s.Stats().Open == n {
				<-again
			}
			continue
		}
		from.clients <- test.from
		c := dial(t, ln.Addr().String(), "")
		_, _ = io.WriteString(c, request) // it may be closed already
		answer := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(c, answer); err != nil || !strings.HasSuffix(string(answer), test.want) {
			t.Fatalf("connection %d, from %s: got %q, %v, want %s", i, test.from, answer, err, test.want)
		}
		open[test.from] = append(open[test.from], c)
	}
	if n := s.Stats().Rejected; n != 6 {
		t.Errorf("rejected: got %d, want 6", n)
	}
}

// TestUpgrades tries to get bytes past the server with an upgrade that the application doesn't take.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	frame := "\x81\x85\x00\x00\x00\x00hello"
	app := newRecorder()
	plain := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header = nil
		app.ServeHTTP(w, r)
	}), server.Options{Logger: quiet()})
	for _, r := range []row{
		{"not taken", ask("/", upgrade+"X: y"), "200 kept", "GET /"},
		{"not taken, frames behind", ask("/", upgrade+"X: y") + frame, "200 400", "GET /"},
		{"not taken, request in a frame behind", ask("/", upgrade+"X: y") + "\x81\x2b" + smuggled, "200 400", "GET /"},
		{"not taken, with a body", strings.Replace(post(upgrade+"Content-Length: "+lenSmuggled, smuggled), "POST", "GET", 1), "200 kept", `GET / "` + strings.ReplaceAll(smuggled, "\r\n", `\r\n`) + `"`},
		{"not taken, with chunks", strings.Replace(post(upgrade+chunked, oneChunk), "POST", "GET", 1), "200 kept", `GET / "abc"`},
		{"not taken, CL.TE", strings.Replace(post(upgrade+"Content-Length: 60\r\n"+chunked, noChunks+smuggled), "POST", "GET", 1), "200", "GET /"},
		{"refused, frames behind", requestTo("CONNECT / HTTP/1.1", upgrade+"X: y") + frame, "405", ""},
	} {
		r.seen, r.want = strings.ReplaceAll(r.seen, seenLast, "GET /last"), strings.ReplaceAll(r.want, " kept", " 200")
		if strings.HasSuffix(r.want, " 200") && !strings.HasSuffix(r.want, "200 400") {
			r.seen += "; GET /last"
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t, plain.addr, app, false)
		})
	}
}

// TestToolchain expects that what is built here doesn't have the known defects of Go: with 1.26.8 and
// 1.27.1 a client of HTTP/2 could crash any server (CVE-2026-97032); see also the flood of table sizes.
func TestToolchain(t *testing.T) {
	t.Parallel()
	var minor, patch int
	if n, _ := fmt.Sscanf(runtime.Version(), "go1.%d.%d", &minor, &patch); n == 0 {
		t.Skipf("%s is no release", runtime.Version())
	}
	if fixed := map[int]int{26: 9, 27: 2}; minor < 26 || patch < fixed[minor] {
		t.Errorf("built with %s, want at least go1.26.9 or go1.27.2", runtime.Version())
	}
}

// TestTableSizes has answers encoded while the client changes the size of the table that they are
// encoded with (CVE-2026-97032).
func TestTableSizes(t *testing.T) {
	t.Parallel()
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := range 50 {
			w.Header().Set("X-"+strconv.Itoa(i), r.URL.Path+strconv.Itoa(i))
		}
	}), server.Options{MaxRequestsPerConn: -1, Logger: quiet()})
	c := dialH2(t, s.addr)
	go io.Copy(io.Discard, c.Conn)
	for i := range uint32(2000) {
		f := pseudo()
		f[7] = "/" + strconv.Itoa(int(i))
		c.must(c.request(2*i+1, true, f...))
		for j := range uint32(8) {
			c.must(c.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: j % 2 * 4096}))
		}
	}
	probe := dialH2(t, s.addr)
	probe.must(probe.request(1, true, pseudo()...))
	if got := probe.answer(1); got != "200" {
		t.Errorf("another client got %s", got)
	}
}
