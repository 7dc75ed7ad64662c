package middleware_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

var page = strings.Repeat("<p>The quick brown fox jumps over the lazy dog.</p>\n", 100)

// decoder reads a content coding.
func decoder(t *testing.T, coding string, r io.Reader) io.Reader {
	t.Helper()
	switch coding {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		return z
	case "br":
		return brotli.NewReader(r)
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(z.Close)
		return z
	}
	return r
}

func decoded(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	b, err := io.ReadAll(decoder(t, w.Header().Get("Content-Encoding"), w.Body))
	if err != nil {
		t.Fatalf("decode %s: %v", w.Header().Get("Content-Encoding"), err)
	}
	return string(b)
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		accept []string
		want   string
	}{
		{"none", nil, ""},
		{"empty", []string{""}, ""},
		{"gzip", []string{"gzip"}, "gzip"},
		{"case", []string{"GZip"}, "gzip"},
		{"x-gzip", []string{"x-gzip"}, "gzip"},
		{"brotli", []string{"br"}, "br"},
		{"zstd", []string{"zstd"}, "zstd"},
		{"Firefox", []string{"gzip, deflate, br, zstd"}, "zstd"},
		{"two lines", []string{"gzip", "br"}, "br"},
		{"quality", []string{"br;q=0.5, gzip;q=0.9, zstd;q=0.1"}, "gzip"},
		{"quality with spaces", []string{" br ; q=0.5 , gzip ; Q=0.9 "}, "gzip"},
		{"equal qualities", []string{"gzip;q=0.5, br;q=0.5"}, "br"},
		{"refused", []string{"gzip;q=0"}, ""},
		{"refused to three decimals", []string{"gzip;q=0.000"}, ""},
		{"a thousandth", []string{"gzip;q=0.001"}, "gzip"},
		{"any", []string{"*"}, "zstd"},
		{"any but two", []string{"zstd;q=0, br;q=0, *"}, "gzip"},
		{"none but plain", []string{"*;q=0"}, ""},
		{"plain liked best", []string{"identity, gzip;q=0.5"}, ""},
		{"plain liked as well", []string{"identity, gzip"}, "gzip"},
		{"plain refused", []string{"identity;q=0, gzip;q=0.1"}, "gzip"},
		{"unknown", []string{"compress, deflate, lzma"}, ""},
		{"other parameters", []string{"gzip;level=9;q=0.5;x"}, "gzip"},
		{"quality over 1", []string{"gzip;q=1.001, br;q=0.1"}, "br"},
		{"quality of two", []string{"gzip;q=2"}, ""},
		{"negative quality", []string{"gzip;q=-1"}, ""},
		{"quality with an exponent", []string{"gzip;q=1e3"}, ""},
		{"quality that is no number", []string{"gzip;q=NaN"}, ""},
		{"quality too exact", []string{"gzip;q=0.0001"}, ""},
		{"quality without value", []string{"gzip;q"}, ""},
		{"quality empty", []string{"gzip;q="}, ""},
		{"last of two", []string{"gzip, gzip;q=0"}, ""},
		{"prefix of a name", []string{"gzipped"}, ""},
		{"huge", []string{strings.Repeat("deflate;q=0.1,", 70_000) + "gzip"}, "gzip"},
		{"only commas", []string{strings.Repeat(",", 1_000_000)}, ""},
		{"only semicolons", []string{strings.Repeat(";", 1_000_000)}, ""},
	}
	h := site(answer(web.HTML(page)), middleware.Compress(nil))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			for _, a := range test.accept {
				headers = append(headers, "Accept-Encoding", a)
			}
			w := ask(h, "GET", "/", headers...)
			wantHeader(t, w, "Content-Encoding", test.want)
			wantHeader(t, w, "Vary", "Accept-Encoding")
			if n := w.Header().Get("Content-Length"); test.want != "" && n != strconv.Itoa(w.Body.Len()) {
				t.Errorf("got Content-Length %s for %d bytes", n, w.Body.Len())
			}
			if test.want != "" && w.Body.Len() > len(page)/4 {
				t.Errorf("got %d bytes of %d", w.Body.Len(), len(page))
			}
			if got := decoded(t, w); got != page {
				t.Errorf("got %d bytes back, want the page's %d", len(got), len(page))
			}
		})
	}
}

func TestWhatIsCompressed(t *testing.T) {
	t.Parallel()
	html := web.HTML(page)
	noise := make([]byte, 1000) // incompressible by its own type, shorter plain
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	tests := []struct {
		name     string
		opts     *middleware.CompressOptions
		resp     web.Response
		encoding string
		vary     string
	}{
		{"short", nil, web.Text(page[:199]), "", ""},
		{"long enough", nil, web.Text(page[:200]), "gzip", "Accept-Encoding"},
		{"short, but any size", &middleware.CompressOptions{MinSize: -1}, web.Text(strings.Repeat("a", 199)), "gzip", "Accept-Encoding"},
		{"JSON", nil, web.Bytes("application/json", []byte(page)), "gzip", "Accept-Encoding"},
		{"problem details", nil, web.Bytes("application/problem+json", []byte(page)), "gzip", "Accept-Encoding"},
		{"SVG in capitals", nil, web.Bytes("Image/SVG+XML; charset=utf-8", []byte(page)), "gzip", "Accept-Encoding"},
		{"JPEG", nil, web.Bytes("image/jpeg", []byte(page)), "", ""},
		{"no type", nil, web.Bytes("", []byte(page)), "", ""},
		{"own type", &middleware.CompressOptions{Types: []string{"application/x-shop"}}, web.Bytes("application/x-shop", []byte(page)), "gzip", "Accept-Encoding"},
		{"longer compressed", nil, web.Bytes("text/plain", noise), "", "Accept-Encoding"},
		{"encoded already", nil, html.WithHeader("Content-Encoding", "br"), "br", ""},
		{"range", nil, html.WithStatus(206).WithHeader("Content-Range", "bytes 0-5199/9999"), "", ""},
		{"range not satisfiable", nil, html.WithStatus(416).WithHeader("Content-Range", "bytes */5200"), "", ""},
		{"no-transform", nil, html.WithHeader("Cache-Control", "public, No-Transform"), "", ""},
		{"other Vary", nil, html.WithHeader("Vary", "Cookie"), "gzip", "Cookie, Accept-Encoding"},
		{"Vary already", nil, html.WithHeader("Vary", "accept-encoding"), "gzip", "accept-encoding"},
		{"error page", nil, html.WithStatus(404), "gzip", "Accept-Encoding"},
		{"skipped", &middleware.CompressOptions{Skip: middleware.SetsCookie}, html.WithCookie(web.Cookie{Name: "a", Value: "b"}), "", ""},
		{"not skipped", &middleware.CompressOptions{Skip: middleware.SetsCookie}, html, "gzip", "Accept-Encoding"},
		{"no padding", &middleware.CompressOptions{Padding: -1}, html, "gzip", "Accept-Encoding"},
		{"only brotli offered", &middleware.CompressOptions{Codings: []string{"br"}}, html, "", "Accept-Encoding"},
		{"no content", nil, web.NoContent(), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(answer(test.resp), middleware.Compress(test.opts)), "GET", "/", "Accept-Encoding", "gzip")
			wantHeader(t, w, "Content-Encoding", test.encoding)
			wantHeader(t, w, "Vary", test.vary)
		})
	}
}

func TestNoTransformDecorator(t *testing.T) {
	t.Parallel()
	w := ask(site(middleware.NoTransform(answer(web.HTML(page))), middleware.Compress(nil)), "GET", "/", "Accept-Encoding", "gzip")
	wantHeader(t, w, "Content-Encoding", "")
	wantHeader(t, w, "Cache-Control", "no-transform")
}

// TestEventsKeepTheirConnection: events are never compressed, so nothing may be put around the writer
// that would keep the server from giving them a connection of their own.
func TestEventsKeepTheirConnection(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.SSE(func(_ context.Context, events *web.EventStream) error { return events.Send(web.Event{Data: page}) }, nil), nil
	}
	s := httptest.NewUnstartedServer(web.ToHTTP(view, &web.Options{Middleware: []web.Middleware{middleware.Compress(nil)}}))
	detached := make(chan struct{})
	s.Config.BaseContext = func(net.Listener) context.Context {
		return web.ContextWithServer(t.Context(), &web.Server{Detach: func(_ context.Context, f func()) {
			close(detached)
			go f()
		}})
	}
	s.Start()
	defer s.Close()
	resp, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || !strings.HasPrefix(string(b), "data: <p>") {
		t.Fatalf("got %.40q, %v", b, err)
	}
	select {
	case <-detached:
	default:
		t.Error("the events were sent by the handler")
	}
}

func TestCompressPanicsOnUnknownCodings(t *testing.T) {
	t.Parallel()
	for _, codings := range [][]string{{"deflate"}, {"gzip", "gzip", "br", "zstd"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q: no panic", codings)
				}
			}()
			middleware.Compress(&middleware.CompressOptions{Codings: codings})
		}()
	}
}

// TestPadding sees the same body in many lengths, each of which decodes to the body.
func TestPadding(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"gzip", "br", "zstd"} {
		for name, view := range map[string]web.Handler{
			"memory": answer(web.HTML(page)),
			"stream": func(*web.Request) (web.Response, error) { return web.Reader("text/html", strings.NewReader(page)), nil },
		} {
			t.Run(coding+" "+name, func(t *testing.T) {
				t.Parallel()
				lengths := func(opts *middleware.CompressOptions) map[int]bool {
					found := map[int]bool{}
					h := site(view, middleware.Compress(opts))
					for range 100 {
						w := ask(h, "GET", "/", "Accept-Encoding", coding)
						wantHeader(t, w, "Content-Encoding", coding)
						found[w.Body.Len()] = true
						if got := decoded(t, w); got != page {
							t.Fatalf("got %d bytes back, want %d", len(got), len(page))
						}
					}
					return found
				}
				if n := len(lengths(nil)); n < 15 {
					t.Errorf("got %d different lengths of 100 responses", n)
				}
				if n := len(lengths(&middleware.CompressOptions{Padding: -1})); n != 1 {
					t.Errorf("without padding: got %d different lengths", n)
				}
				if n := len(lengths(&middleware.CompressOptions{Padding: 1000})); n < 30 {
					t.Errorf("with 1000 bytes: got %d different lengths of 100 responses", n)
				}
			})
		}
	}
}

// TestOtherDecoders has the padded results read by the commands of the reference implementations.
func TestOtherDecoders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		coding  string
		command []string
	}{
		{"gzip", []string{"gzip", "-dc"}},
		{"br", []string{"brotli", "-dc"}},
		{"zstd", []string{"zstd", "-dc"}},
	}
	for _, test := range tests {
		t.Run(test.coding+" "+test.command[0], func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(test.command[0]); err != nil {
				realdjango.Missing(t, "the command "+test.command[0])
			}
			h := site(answer(web.HTML(page)), middleware.Compress(nil))
			for range 5 {
				cmd := exec.Command(test.command[0], test.command[1:]...)
				cmd.Stdin = ask(h, "GET", "/", "Accept-Encoding", test.coding).Body
				out, err := cmd.Output()
				if err != nil || string(out) != page {
					t.Fatalf("%s: got %v and %d bytes, want the page's %d", test.command[0], err, len(out), len(page))
				}
			}
		})
	}
}

func TestCompressHead(t *testing.T) {
	t.Parallel()
	for name, view := range map[string]web.Handler{
		"memory": answer(web.HTML(page)),
		"stream": func(*web.Request) (web.Response, error) { return web.Reader("text/html", strings.NewReader(page)), nil },
		"file": func(*web.Request) (web.Response, error) {
			return web.OpenFile(fstest.MapFS{"a.html": {Data: []byte(page)}}, "a.html", nil), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(view, middleware.Compress(nil)), "HEAD", "/", "Accept-Encoding", "gzip")
			wantHeader(t, w, "Content-Encoding", "gzip")
			wantHeader(t, w, "Vary", "Accept-Encoding")
			if w.Body.Len() != 0 || w.Header().Get("Content-Length") == strconv.Itoa(len(page)) {
				t.Errorf("got %d bytes and Content-Length %s", w.Body.Len(), w.Header().Get("Content-Length"))
			}
		})
	}
}

func TestCompressEmptyStream(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) { return web.Reader("text/html", strings.NewReader("")), nil }
	for _, coding := range []string{"gzip", "br", "zstd"} {
		w := ask(site(view, middleware.Compress(nil)), "GET", "/", "Accept-Encoding", coding)
		if got := decoded(t, w); got != "" {
			t.Errorf("%s: got %q, want nothing", coding, got)
		}
	}
}

func TestCompressedFiles(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"a.html": {Data: []byte(page), ModTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		"a.jpeg": {Data: []byte(page)},
		"a.txt":  {Data: []byte("short")},
	}
	h := site(func(r *web.Request) (web.Response, error) { return web.OpenFile(files, r.URL.Path[1:], nil), nil }, middleware.Compress(nil))

	w := ask(h, "GET", "/a.html", "Accept-Encoding", "br")
	wantHeader(t, w, "Content-Encoding", "br")
	wantHeader(t, w, "Content-Length", "")
	wantHeader(t, w, "Accept-Ranges", "")
	weak := w.Header().Get("Etag")
	if !strings.HasPrefix(weak, `W/"`) || decoded(t, w) != page {
		t.Errorf("got ETag %s, want a weak one, and the page", weak)
	}
	w = ask(h, "GET", "/a.html", "Accept-Encoding", "br", "If-None-Match", weak)
	wantStatus(t, w, http.StatusNotModified)
	wantHeader(t, w, "Etag", weak)
	wantHeader(t, w, "Vary", "Accept-Encoding")

	w = ask(h, "GET", "/a.html")
	strong := w.Header().Get("Etag")
	if "W/"+strong != weak || w.Header().Get("Content-Length") != strconv.Itoa(len(page)) {
		t.Errorf("plain: got ETag %s and Content-Length %s", strong, w.Header().Get("Content-Length"))
	}
	w = ask(h, "GET", "/a.html", "If-None-Match", strong)
	wantStatus(t, w, http.StatusNotModified)
	wantHeader(t, w, "Etag", strong)

	w = ask(h, "GET", "/a.html", "Accept-Encoding", "br", "Range", "bytes=3-6")
	wantStatus(t, w, http.StatusPartialContent)
	wantHeader(t, w, "Content-Encoding", "")
	if got := w.Body.String(); got != page[3:7] {
		t.Errorf("range: got %q, want %q", got, page[3:7])
	}
	// A range of the compressed form can't be had: its tag is weak, and the whole is sent.
	w = ask(h, "GET", "/a.html", "Accept-Encoding", "br", "Range", "bytes=3-6", "If-Range", weak)
	wantStatus(t, w, http.StatusOK)

	for _, name := range []string{"/a.jpeg", "/a.txt"} {
		wantHeader(t, ask(h, "GET", name, "Accept-Encoding", "br"), "Content-Encoding", "")
	}
}

func TestCompressAroundHTTPHandlers(t *testing.T) {
	t.Parallel()
	view := web.FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Etag", `"x"`)
		if r.URL.Path == "/own" {
			w.Header().Set("Content-Encoding", "identity2")
		}
		_, _ = io.WriteString(w, page)
	}))
	h := site(view, middleware.Compress(nil))
	w := ask(h, "GET", "/", "Accept-Encoding", "zstd")
	wantHeader(t, w, "Content-Encoding", "zstd")
	wantHeader(t, w, "Etag", `W/"x"`)
	if decoded(t, w) != page {
		t.Error("the page did not come back")
	}
	w = ask(h, "GET", "/own", "Accept-Encoding", "zstd")
	wantHeader(t, w, "Content-Encoding", "identity2")
}

func TestBrokenStreamIsNotEnded(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(site(func(*web.Request) (web.Response, error) {
		return web.Stream("text/html", func(_ context.Context, w *web.StreamWriter) error {
			_, _ = w.WriteString(page)
			_ = w.Flush()
			return io.ErrUnexpectedEOF
		}), nil
	}, middleware.Compress(nil)))
	defer srv.Close()
	resp := fetch(t, srv, "gzip")
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the client read to a clean end, want the connection broken off")
	}
}

func fetch(t *testing.T, srv *httptest.Server, coding string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", coding) // asked for by name, the client does not decode it
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// TestFlushByFlush has each part of a stream read before the next one is written.
func TestFlushByFlush(t *testing.T) {
	t.Parallel()
	parts := []string{"one " + page, "two ", "three " + page}
	for _, coding := range []string{"", "gzip", "br", "zstd"} {
		for name, respond := range map[string]func(next <-chan string) web.Response{
			"stream": func(next <-chan string) web.Response {
				return web.Stream("text/plain", func(_ context.Context, w *web.StreamWriter) error {
					for part := range next {
						if _, err := w.WriteString(part); err != nil {
							return err
						}
						if err := w.Flush(); err != nil {
							return err
						}
					}
					return nil
				})
			},
			"events, transformable": func(next <-chan string) web.Response {
				return events(next).WithHeader("Cache-Control", "no-cache")
			},
			"events": events,
		} {
			t.Run(name+" "+coding, func(t *testing.T) {
				t.Parallel()
				next := make(chan string, 1)
				srv := httptest.NewServer(site(func(*web.Request) (web.Response, error) { return respond(next), nil },
					middleware.Default(&middleware.DefaultOptions{Hosts: []string{"*"}, Timeout: time.Hour})...))
				defer srv.Close()
				stop := sync.OnceFunc(func() { close(next) })
				defer stop()
				next <- parts[0] // a stream sends its headers with the first part
				resp := fetch(t, srv, coding)
				defer resp.Body.Close()
				want := coding
				if name == "events" { // they forbid it themselves
					want = ""
				}
				if got := resp.Header.Get("Content-Encoding"); got != want {
					t.Errorf("got Content-Encoding %q, want %q", got, want)
				}
				var body io.Reader
				for i, part := range parts {
					if i > 0 {
						next <- part
					}
					if body == nil {
						body = decoder(t, want, resp.Body)
					}
					expect := part
					if strings.HasPrefix(name, "events") {
						expect = "data: " + strings.ReplaceAll(part, "\n", "\ndata: ") + "\n\n"
					}
					got := make([]byte, len(expect))
					if _, err := io.ReadFull(body, got); err != nil || string(got) != expect {
						t.Fatalf("got %.40q and error %v, want %.40q before the next part is written", got, err, expect)
					}
				}
				stop()
				if rest, err := io.ReadAll(body); err != nil || len(rest) != 0 {
					t.Errorf("at the end: got %q and error %v, want a clean end", rest, err)
				}
			})
		}
	}
}

// events sends each part as an event.
func events(next <-chan string) web.Response {
	return web.SSE(func(_ context.Context, s *web.EventStream) error {
		for part := range next {
			if err := s.Send(web.Event{Data: part}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

func FuzzAcceptEncoding(f *testing.F) {
	for _, s := range []string{"", "gzip", "br;q=0.5, *;q=0", "gzip;q=1.0000", ";;,,==", "*;q=0.001", "x-;q=1"} {
		f.Add(s)
	}
	body := []byte(strings.Repeat("a", 300))
	h := site(answer(web.Bytes("text/plain", body)), middleware.Compress(&middleware.CompressOptions{Codings: []string{"br", "gzip"}}))
	f.Fuzz(func(t *testing.T, accept string) {
		if !utf8.ValidString(accept) || strings.Contains(accept, "\x00") {
			return // package web refuses such headers
		}
		w := ask(h, "GET", "/", "Accept-Encoding", accept)
		coding := w.Header().Get("Content-Encoding")
		if coding != "" && !strings.Contains(strings.ToLower(accept), coding) && !strings.Contains(accept, "*") {
			t.Errorf("%q: got %s, which was not asked for", accept, coding)
		}
		if got := decoded(t, w); got != string(body) {
			t.Errorf("%q: the body did not come back", accept)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	for _, coding := range []string{"gzip", "br", "zstd"} {
		b.Run(coding, func(b *testing.B) {
			h := site(answer(web.Bytes("text/html", bytes.Repeat([]byte(page), 4))), middleware.Compress(nil))
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", coding)
			b.SetBytes(int64(4 * len(page)))
			b.ReportAllocs()
			for b.Loop() {
				get(h, r)
			}
		})
	}
}
