package server_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/server"
)

// A crowd is an application whose requests wait for their ends, but for the probe's; it counts them.
type crowd struct {
	running, most atomic.Int64
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/probe" {
		io.WriteString(w, "served")
		return
	}
	n := c.running.Add(1)
	defer c.running.Add(-1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
}

// probe expects that another client is served.
func probe(t *testing.T, addr string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Get("http://" + addr + "/probe")
	if err != nil {
		t.Fatalf("another client: %v", err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); string(b) != "served" || err != nil {
		t.Fatalf("another client got %q, %v", b, err)
	}
}

// floods write to a connection of HTTP/2 for as long as it is open, round by round.
var floods = []struct {
	name   string
	rounds int
	prompt bool // the server has to close before the rounds are over
	write  func(c *h2Client, i uint32) error
}{
	{"requests that are reset", 10_000, false, func(c *h2Client, i uint32) error {
		if err := c.request(2*i+1, true, pseudo()...); err != nil {
			return err
		}
		return c.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
	}},
	{"requests that are spoilt, so that the server resets them", 10_000, false, func(c *h2Client, i uint32) error {
		if err := c.request(2*i+1, false, pseudo()...); err != nil {
			return err
		}
		return c.WriteWindowUpdate(2*i+1, 0)
	}},
	{"requests beyond the limit", 10_000, false, func(c *h2Client, i uint32) error { return c.request(2*i+1, true, pseudo()...) }},
	{"malformed requests", 10_000, false, func(c *h2Client, i uint32) error { return c.request(2*i+1, true, "x", "y") }},
	{"CONTINUATION frames", 1 << 30, true, func(c *h2Client, i uint32) error {
		if i == 0 {
			return c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.encode(pseudo()...)})
		}
		return c.WriteContinuation(1, false, c.encode("x", strings.Repeat("y", 1000)))
	}},
	{"empty CONTINUATION frames", 100_000, false, func(c *h2Client, i uint32) error {
		if i == 0 {
			return c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.encode(pseudo()...)})
		}
		return c.WriteContinuation(1, false, nil)
	}},
	{"headers that unfold from a table", 1_000, false, func(c *h2Client, i uint32) error {
		block := append([]byte(nil), c.encode(pseudo("x", strings.Repeat("y", 4000))...)...)
		return c.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*i + 1, EndHeaders: true, EndStream: true,
			BlockFragment: append(block, strings.Repeat("\xbe", 12<<10)...)}) // the newest entry, 12,288 times
	}},
	{"table sizes that change", 20_000, false, func(c *h2Client, i uint32) error {
		return c.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: i % 2 * 4096})
	}},
	{"SETTINGS", 100_000, false, func(c *h2Client, i uint32) error { return c.WriteSettings() }},
	{"SETTINGS of windows for many streams", 20_000, false, func(c *h2Client, i uint32) error {
		if i < 100 {
			return c.request(2*i+1, false, pseudo()...)
		}
		return c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: i % 2})
	}},
	{"PING", 100_000, false, func(c *h2Client, i uint32) error { return c.WritePing(false, [8]byte{}) }},
	{"PRIORITY", 100_000, false, func(c *h2Client, i uint32) error {
		return c.WritePriority(2*i+1, http2.PriorityParam{StreamDep: 2*i + 3})
	}},
	{"WINDOW_UPDATE", 100_000, false, func(c *h2Client, i uint32) error { return c.WriteWindowUpdate(0, 1) }},
	{"empty DATA", 100_000, false, func(c *h2Client, i uint32) error {
		if i == 0 {
			return c.request(1, false, pseudo()...)
		}
		return c.WriteData(1, false, nil)
	}},
	{"padding", 20_000, false, func(c *h2Client, i uint32) error {
		if i == 0 {
			return c.request(1, false, pseudo()...)
		}
		return c.WriteDataPadded(1, false, nil, make([]byte, 255))
	}},
	{"unknown frames", 100_000, false, func(c *h2Client, i uint32) error { return c.WriteRawFrame(0x42, 0, i, nil) }},
	{"Trailer fields", 100, false, func(c *h2Client, i uint32) error {
		return c.request(2*i+1, true, pseudo("trailer", strings.Repeat("a,", 20_000))...)
	}},
}

// TestFloods has clients of HTTP/2 that read nothing, or everything, write what costs the server more
// than them. Meanwhile others are served, and memory does not grow.
func TestFloods(t *testing.T) {
	// Not parallel: it looks at the memory of the whole process.
	for _, f := range floods {
		for _, reads := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/reads=%t", f.name, reads), func(t *testing.T) {
				app := &crowd{}
				o := server.Options{WriteTimeout: time.Second, IdleTimeout: patience, Logger: quiet()}
				s := start(t, app, o)
				before := heap()
				c := dialH2(t, s.addr)
				if reads {
					go io.Copy(io.Discard, c.Conn)
				}
				_ = c.SetWriteDeadline(time.Now().Add(5 * time.Second)) // a server that reads no more holds the client
				var err error
				for i := uint32(0); i < uint32(f.rounds) && err == nil; i++ {
					err = f.write(c, i)
				}
				if f.prompt && (err == nil || !isReset(err)) {
					t.Errorf("the connection is open: %v", err)
				}
				probe(t, s.addr)
				if grown := int64(heap()) - int64(before); grown > 24<<20 {
					t.Errorf("the memory has grown by %d KiB", grown>>10)
				}
				if most := app.most.Load(); most > 100 {
					t.Errorf("%d requests ran at once, want at most 100", most)
				}
				c.Close()
				closed(t, s.Server)
				if n := app.running.Load(); n != 0 {
					t.Errorf("%d requests go on", n)
				}
			})
		}
	}
}

// heap returns the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
