package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/web"
)

// closer tells when it was closed.
type closer struct {
	io.Reader
	closed chan struct{}
}

func (c *closer) Close() error { close(c.closed); return nil }

func TestResponses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 10_000)
	for _, test := range []struct {
		name, path  string
		view        func() web.Response
		status      int
		contentType string
		body        string
		length      int64 // -1: chunked
	}{
		{"text", "/", func() web.Response { return web.Text("hällo") }, 200, "text/plain; charset=utf-8", "hällo", 6},
		{"long text", "/", func() web.Response { return web.Text(long) }, 200, "text/plain; charset=utf-8", long, int64(len(long))},
		{"HTML", "/", func() web.Response { return web.HTML("<b>") }, 200, "text/html; charset=utf-8", "<b>", 3},
		{"JSON", "/", func() web.Response { return web.JSON(map[string]string{"a": "<&>"}) }, 200, "application/json", `{"a":"<&>"}`, 11},
		{"bytes", "/", func() web.Response { return web.Bytes("image/png", []byte("x")) }, 200, "image/png", "x", 1},
		{"bytes of no type are not guessed", "/", func() web.Response { return web.Bytes("", []byte("<html>")) }, 200, "application/octet-stream", "<html>", 6},
		{"empty", "/", func() web.Response { return web.Response{} }, 200, "", "", 0},
		{"status", "/", func() web.Response { return web.Text("x").WithStatus(201) }, 201, "text/plain; charset=utf-8", "x", 1},
		{"no content", "/", web.NoContent, 204, "", "", 0},
		{"no content with a body", "/", func() web.Response { return web.Text("x").WithStatus(204) }, 204, "text/plain; charset=utf-8", "", 0},
		{"not modified with a body", "/", func() web.Response { return web.Text("x").WithStatus(304) }, 304, "", "", 0},
		{"redirect", "/", func() web.Response { return web.Redirect("/ü?a=b c") }, 302, "", "", 0},
		{"wrong length", "/", func() web.Response { return web.Text("right").WithHeader("Content-Length", "99") }, 200, "text/plain; charset=utf-8", "right", 5},
		{"reader", "/", func() web.Response { return web.Reader("a/b", strings.NewReader(long)) }, 200, "a/b", long, -1},
		{"stream", "/", func() web.Response {
			return web.Stream("a/b", func(_ context.Context, w *web.StreamWriter) error {
				_, err := w.WriteString("x")
				return errors.Join(err, w.Flush())
			}).WithStatus(202)
		}, 202, "a/b", "x", -1},
		{"content", "/", func() web.Response {
			return web.Content("a.txt", time.Time{}, strings.NewReader("x"), nil)
		}, 200, "text/plain; charset=utf-8", "x", 1},
		{"no such JSON", "/", func() web.Response { return web.JSON(make(chan int)) }, 500, "text/plain; charset=utf-8", "", 83},
		{"status of no response", "/", func() web.Response { return web.Text("x").WithStatus(99) }, 500, "text/plain; charset=utf-8", "", 83},
		{"informational status", "/", func() web.Response { return web.Text("x").WithStatus(103) }, 500, "text/plain; charset=utf-8", "", 83},
		{"status over all", "/", func() web.Response { return web.Text("x").WithStatus(1000) }, 500, "text/plain; charset=utf-8", "", 83},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv, _ := listen(t, func(*web.Request) (web.Response, error) { return test.view(), nil }, nil)
			resp, body := get(t, srv.URL, "Accept", "text/plain")
			if resp.StatusCode != test.status || resp.Header.Get("Content-Type") != test.contentType || resp.ContentLength != test.length {
				t.Errorf("got %d, %q, length %d, want %d, %q, %d", resp.StatusCode, resp.Header.Get("Content-Type"), resp.ContentLength, test.status, test.contentType, test.length)
			}
			if test.status < 500 && body != test.body {
				t.Errorf("got body %.100q, want %.100q", body, test.body)
			}
			head, nothing := do(t, http.MethodHead, srv.URL, "", "Accept", "text/plain")
			if head.StatusCode != test.status || nothing != "" || head.Header.Get("Content-Type") != test.contentType {
				t.Errorf("HEAD: got %d, %q, body %q", head.StatusCode, head.Header.Get("Content-Type"), nothing)
			}
			if test.length > 0 && head.ContentLength != test.length && test.name != "wrong length" { // a view may know better for HEAD
				t.Errorf("HEAD: got length %d, want %d", head.ContentLength, test.length)
			}
		})
	}
}

func TestReaderErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for _, test := range []struct {
		name   string
		method string
		src    io.Reader
		status int // 0: the body breaks off
	}{
		{"at once", "GET", iotest(broken), 500},
		{"later", "GET", io.MultiReader(strings.NewReader(strings.Repeat("x", 10_000)), iotest(broken)), 0},
		{"HEAD reads nothing", "HEAD", iotest(broken), 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := &closer{test.src, make(chan struct{})}
			srv, j := listen(t, func(*web.Request) (web.Response, error) { return web.Reader("a/b", src), nil }, nil)
			req, _ := http.NewRequest(test.method, srv.URL, nil)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
			switch {
			case test.status == 0 && err == nil:
				t.Error("the body came to its end")
			case test.status != 0 && (err != nil || resp.StatusCode != test.status):
				t.Errorf("got %d, %v", resp.StatusCode, err)
			}
			<-src.closed
			if out := <-j.finished; test.status != 200 && !errors.Is(out.Err, broken) {
				t.Errorf("outcome %+v", out)
			}
			if n := j.entries(); test.status != 200 && n != 1 {
				t.Errorf("%d log entries:\n%s", n, j)
			}
		})
	}
}

func iotest(err error) io.Reader { return errReader{err} }

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// A body that middleware replaces is closed all the same.
func TestReplacedBodyIsClosed(t *testing.T) {
	t.Parallel()
	src := &closer{strings.NewReader("x"), make(chan struct{})}
	replace := web.Middleware{Name: "replace", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if _, err := next(r); err != nil {
				return web.Response{}, err
			}
			return web.Text("other"), nil
		}
	}}
	w := serve(t, func(*web.Request) (web.Response, error) { return web.Reader("a/b", src), nil },
		&web.Options{Middleware: []web.Middleware{replace}}, httptest.NewRequest("GET", "/", nil))
	<-src.closed
	if w.Body.String() != "other" {
		t.Errorf("got %q", w.Body)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	modified := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	if err := errors.Join(os.WriteFile(dir+"/a.txt", []byte("0123456789"), 0o600), os.Chtimes(dir+"/a.txt", modified, modified),
		os.Mkdir(dir+"/sub", 0o700), os.WriteFile(dir+"/b.tar.gz", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	srv, _ := listen(t, func(r *web.Request) (web.Response, error) {
		p := web.OpenFile(os.DirFS(dir), strings.TrimPrefix(r.PathInfo(), "/"), &web.FileOptions{
			Attachment: r.Query().Has("save"), Name: r.Query().Get("save")})
		if r.Query().Has("gone") {
			p = p.WithStatus(410)
		}
		return p, nil
	}, nil)
	first, _ := get(t, srv.URL+"/a.txt")
	etag := first.Header.Get("Etag")
	if etag == "" || first.Header.Get("Last-Modified") != modified.Format(http.TimeFormat) {
		t.Fatalf("no validators: %v", first.Header)
	}
	date, later := modified.Format(http.TimeFormat), modified.Add(time.Hour).Format(http.TimeFormat)
	for _, test := range []struct {
		name, path string
		header     []string
		status     int
		body       string
		want       string // "Header: value"
	}{
		{"whole", "/a.txt", nil, 200, "0123456789", "Content-Type: text/plain; charset=utf-8"},
		{"range", "/a.txt", []string{"Range", "bytes=2-4"}, 206, "234", "Content-Range: bytes 2-4/10"},
		{"last bytes", "/a.txt", []string{"Range", "bytes=-3"}, 206, "789", "Content-Range: bytes 7-9/10"},
		{"beyond", "/a.txt", []string{"Range", "bytes=99-"}, 416, "416 Requested Range Not Satisfiable\n\nThis file has no such part.\n", "Content-Range: bytes */10"},
		{"bad range", "/a.txt", []string{"Range", "bytes=x"}, 416, "416 Requested Range Not Satisfiable\n\nThis file has no such part.\n", "Content-Type: text/plain; charset=utf-8"},
		{"range of this version", "/a.txt", []string{"Range", "bytes=0-0", "If-Range", etag}, 206, "0", ""},
		{"range of another version", "/a.txt", []string{"Range", "bytes=0-0", "If-Range", `"other"`}, 200, "0123456789", ""},
		{"same etag", "/a.txt", []string{"If-None-Match", etag}, 304, "", "Etag: " + etag},
		{"other etag", "/a.txt", []string{"If-None-Match", `"other"`}, 200, "0123456789", ""},
		{"not modified", "/a.txt", []string{"If-Modified-Since", later}, 304, "", ""},
		{"modified", "/a.txt", []string{"If-Unmodified-Since", time.Unix(0, 0).UTC().Format(http.TimeFormat)}, 412, "412 Precondition Failed\n\nThis file has changed since you last saw it.\n", ""},
		{"unmodified", "/a.txt", []string{"If-Unmodified-Since", date}, 200, "0123456789", ""},
		{"other version wanted", "/a.txt", []string{"If-Match", `"other"`}, 412, "412 Precondition Failed\n\nThis file has changed since you last saw it.\n", ""},
		{"own status", "/a.txt?gone", []string{"Range", "bytes=2-4"}, 410, "0123456789", "Content-Length: 10"},
		{"missing", "/b.txt", nil, 404, "404 Not Found\n\nThere is no such file.\n", ""},
		{"folder", "/sub", nil, 404, "404 Not Found\n\nThere is no such file.\n", ""},
		{"below a file", "/a.txt/x", nil, 404, "404 Not Found\n\nThere is no such file.\n", ""},
		{"upwards", "/..%2fa.txt", nil, 404, "404 Not Found\n\nThere is no such file.\n", ""},
		{"long name", "/" + strings.Repeat("x", 5000), nil, 404, "404 Not Found\n\nThere is no such file.\n", ""},
		{"save as", "/a.txt?save=%C3%BC.txt", nil, 200, "0123456789", "Content-Disposition: attachment; filename*=utf-8''%C3%BC.txt"},
		{"save", "/a.txt?save", nil, 200, "0123456789", `Content-Disposition: attachment; filename="a.txt"`},
		{"compressed", "/b.tar.gz", nil, 200, "", "Content-Type: application/octet-stream"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := append([]string{"Accept", "text/plain"}, test.header...)
			resp, body := get(t, srv.URL+test.path, header...)
			if resp.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %q, want %d %q", resp.StatusCode, body, test.status, test.body)
			}
			if name, value, ok := strings.Cut(test.want, ": "); ok && resp.Header.Get(name) != value {
				t.Errorf("got %s: %q, want %q", name, resp.Header.Get(name), value)
			}
			head, nothing := do(t, http.MethodHead, srv.URL+test.path, "", header...)
			if head.StatusCode != test.status || nothing != "" || head.ContentLength != resp.ContentLength && test.status != 304 {
				t.Errorf("HEAD: got %d, length %d, body %q; GET: length %d", head.StatusCode, head.ContentLength, nothing, resp.ContentLength)
			}
		})
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	srv, _ := listen(t, func(r *web.Request) (web.Response, error) {
		return web.Stream("text/plain", func(ctx context.Context, w *web.StreamWriter) error {
			for _, s := range []string{"one", "two"} {
				if _, err := w.WriteString(s); err != nil {
					return err
				}
				if err := w.Flush(); err != nil {
					return err
				}
				<-next // until the client has read it
			}
			if err := w.SetTrailer("X-Sum", "6\r\nX-Evil: 1"); !errors.Is(err, web.ErrBadHeader) {
				t.Errorf("a trailer with a line break: %v", err)
			}
			return w.SetTrailer("X-Sum", "6")
		}), nil
	}, nil)
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for _, want := range []string{"one", "two"} {
		var b [3]byte
		if _, err := io.ReadFull(resp.Body, b[:]); err != nil || string(b[:]) != want {
			t.Fatalf("got %q, %v, want %q", b, err, want)
		}
		next <- struct{}{}
	}
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) != 0 || resp.Trailer.Get("X-Sum") != "6" {
		t.Errorf("at the end: %q, %v, trailer %v", rest, err, resp.Trailer)
	}
}

func TestStreamFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		late   bool
		fail   func() error
		status int
		log    string
	}{
		{"early error", false, func() error { return web.NotFound("no such report") }, 404, "no such report"},
		{"early panic", false, func() error { panic("oops") }, 500, "panic: oops"},
		{"late error", true, func() error { return errors.New("oops") }, 200, "oops"},
		{"late panic", true, func() error { panic("oops") }, 200, "panic: oops"},
		{"late abort", true, func() error { panic(http.ErrAbortHandler) }, 200, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv, j := listen(t, func(*web.Request) (web.Response, error) {
				return web.Stream("text/plain", func(_ context.Context, w *web.StreamWriter) error {
					if test.late {
						_, _ = w.WriteString("begin")
						_ = w.Flush()
					}
					return test.fail()
				}).WithHeader("X-Kept", "yes"), nil
			}, nil)
			resp, err := client.Get(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
			if resp.StatusCode != test.status || (err != nil) != test.late || resp.Header.Get("X-Kept") != "yes" {
				t.Errorf("got %d, %v, %v", resp.StatusCode, err, resp.Header)
			}
			<-j.finished
			if want := min(1, len(test.log)); j.entries() != want || !strings.Contains(j.String(), test.log) {
				t.Errorf("want one entry with %q:\n%s", test.log, j)
			}
		})
	}
}

func TestEarlyHints(t *testing.T) {
	t.Parallel()
	srv, _ := listen(t, func(r *web.Request) (web.Response, error) {
		r.EarlyHints("</a.css>; rel=preload", "</b>\r\nX-Evil: 1")
		return web.Text("x"), nil
	}, nil)
	var hints []string
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			if code == 103 {
				hints = append(hints, h["Link"]...)
			}
			return nil
		}})
	req, _ := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if len(hints) != 1 || hints[0] != "</a.css>; rel=preload" || resp.Header.Get("Link") != "" {
		t.Errorf("hints %q, then %v", hints, resp.Header)
	}
}
