package server_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/nuages-web/nuages/server"
)

// A sender is an application that sends more than buffers hold, and tells what that ended with.
type sender struct {
	ended chan error
}

func (s *sender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/small": // stays in a buffer of net/http's
		io.WriteString(w, "abc")
		return
	case "/flush":
		io.WriteString(w, "abc")
		s.ended <- http.NewResponseController(w).Flush()
		return
	}
	piece := make([]byte, 1<<20)
	for range 64 {
		if _, err := w.Write(piece); err != nil {
			s.ended <- err
			return
		}
	}
	s.ended <- nil
}

// gaveUp waits until the application has been told that its client is too slow.
func (s *sender) gaveUp(t *testing.T) {
	t.Helper()
	select {
	case err := <-s.ended:
		if err == nil {
			t.Error("the application could send all")
		}
	case <-time.After(patience):
		t.Fatal("the application still sends")
	}
}

// closed waits until the server has let go of all connections.
func closed(t *testing.T, s *server.Server) {
	t.Helper()
	deadline := time.Now().Add(patience)
	again := time.Tick(5 * time.Millisecond)
	for n := s.Stats(); n.Open+n.Running > 0; n = s.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections and %d requests go on", n.Open, n.Running)
		}
		<-again
	}
}

// TestSlowReaders asks for a lot and takes nothing.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		ask  func(t *testing.T, s *started)
	}{
		{"HTTP/1.1", func(t *testing.T, s *started) { dial(t, s.addr, request) }},
		{"HTTP/1.1 over TLS", func(t *testing.T, s *started) {
			conf := clientTLS()
			conf.NextProtos = []string{"http/1.1"}
			if _, err := io.WriteString(tls.Client(dial(t, s.Addrs()[1].String(), ""), conf), request); err != nil {
				t.Fatal(err)
			}
		}},
		{"HTTP/2, socket not read", func(t *testing.T, s *started) {
			c := dialH2(t, s.addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1<<31 - 1})
			c.must(c.WriteWindowUpdate(0, 1<<30))
			c.must(c.request(1, true, pseudo()...))
		}},
		{"HTTP/2, no window", func(t *testing.T, s *started) {
			c := dialH2(t, s.addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
			c.must(c.request(1, true, pseudo()...))
			go c.pump()
		}},
		{"HTTP/2, no window for a flush", func(t *testing.T, s *started) {
			c := dialH2(t, s.addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
			f := pseudo()
			f[7] = "/flush"
			c.must(c.request(1, true, f...))
			go c.pump()
		}},
		{"HTTP/2, windows of a byte", func(t *testing.T, s *started) {
			c := dialH2(t, s.addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})
			c.must(c.request(1, true, pseudo()...))
			go func() {
				for range time.Tick(10 * time.Millisecond) {
					if c.WriteWindowUpdate(1, 1) != nil {
						return
					}
				}
			}()
			go io.Copy(io.Discard, c.Conn)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			app := &sender{make(chan error, 1)}
			o := hasty()
			o.HTTP3 = false
			o.ReadTimeout = patience // of pings: the client stays
			o.IdleTimeout = patience
			s := start(t, app, o)
			test.ask(t, s)
			app.gaveUp(t)
		})
	}
}

// pump answers settings and pings, as a client does that is there.
func (c *h2Client) pump() {
	for {
		f, err := c.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = c.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = c.WritePing(true, f.Data)
			}
		}
	}
}

// TestSmallAnswersNotTaken opens as many streams as it may, and takes none of the answers, which the
// application has long given: the server resets them.
func TestSmallAnswersNotTaken(t *testing.T) {
	t.Parallel()
	o := hasty()
	o.HTTP3 = false
	o.ReadTimeout = patience
	s := start(t, &sender{}, o)
	c := dialH2(t, s.addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	f := pseudo()
	f[7] = "/small"
	const streams = 100
	for i := range uint32(streams) {
		c.must(c.request(2*i+1, true, f...))
	}
	reset := map[uint32]bool{}
	for len(reset) < streams {
		frame, err := c.ReadFrame()
		if err != nil {
			t.Fatalf("%d streams were reset, then %v", len(reset), err)
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				c.must(c.WriteSettingsAck())
			}
		case *http2.RSTStreamFrame:
			reset[frame.StreamID] = true
		}
	}
}

// TestPipelineNotTaken sends requests without end, and reads no answer.
func TestPipelineNotTaken(t *testing.T) {
	t.Parallel()
	s := start(t, newRecorder(), hasty())
	c := dial(t, s.addr, "")
	for {
		if _, err := io.WriteString(c, request); err != nil {
			if !isReset(err) {
				t.Error(err)
			}
			break
		}
	}
	closed(t, s.Server)
}

// TestSilentStreams has streams of events that say nothing for longer than all time-outs.
func TestSilentStreams(t *testing.T) {
	t.Parallel()
	o := hasty()
	o.ReadTimeout = 2 * time.Second // also that of pings, which a busy machine may answer late
	silence := o.ReadTimeout + o.WriteTimeout
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 2 {
			io.WriteString(w, "data: x\n\n")
			http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(silence):
			}
		}
	}), o)
	for name, transport := range transports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := transport.RoundTrip(newRequest(t, "GET", "https://"+s.Addrs()[1].String()+"/", nil))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if b, err := io.ReadAll(resp.Body); len(b) != 18 || err != nil {
				t.Errorf("got %q, %v", b, err)
			}
		})
	}
}

// TestSteadyUploads sends for longer than all time-outs, but never nothing for that long.
func TestSteadyUploads(t *testing.T) {
	t.Parallel()
	o := hasty()
	o.ReadTimeout, o.IdleTimeout, o.MinRate = time.Second, patience, 1
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d %v", n, err)
	})
	s := start(t, app, o)
	for name, transport := range transports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, w := io.Pipe()
			go func() {
				steady := time.Tick(60 * time.Millisecond)
				for range 25 {
					<-steady
					w.Write([]byte("x"))
				}
				w.Close()
			}()
			resp, err := transport.RoundTrip(newRequest(t, "POST", "https://"+s.Addrs()[1].String()+"/", body))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if b, err := io.ReadAll(resp.Body); string(b) != "25 <nil>" || err != nil {
				t.Errorf("got %q, %v", b, err)
			}
		})
	}
}
