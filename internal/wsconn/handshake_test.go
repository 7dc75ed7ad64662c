package wsconn_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/wsconn"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		field string
		value []string
		major int
		want  error
	}{
		{"good", "X", nil, 1, nil},
		{"no version", "Sec-Websocket-Version", nil, 1, wsconn.ErrVersion},
		{"old version", "Sec-Websocket-Version", []string{"8"}, 1, wsconn.ErrVersion},
		{"no key", "Sec-Websocket-Key", nil, 1, wsconn.ErrKey},
		{"short key", "Sec-Websocket-Key", []string{"eA=="}, 1, wsconn.ErrKey},
		{"two keys", "Sec-Websocket-Key", []string{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="}, 1, wsconn.ErrKey},
		{"HTTP/2 has no key", "Sec-Websocket-Key", nil, 2, nil},
	} {
		r := handshake()
		r.Header[test.field] = test.value
		r.ProtoMajor = test.major
		if err := wsconn.Check(r); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}

func TestAsGet(t *testing.T) {
	t.Parallel()
	connect := func(major int, proto string, header http.Header) *http.Request {
		return &http.Request{Method: "CONNECT", ProtoMajor: major, Proto: proto, Header: header}
	}
	for _, test := range []struct {
		name string
		r    *http.Request
		want bool
	}{
		{"HTTP/2", connect(2, "HTTP/2.0", http.Header{":protocol": {"websocket"}, "Sec-Websocket-Version": {"13"}}), true},
		{"HTTP/3", connect(3, "websocket", http.Header{"Sec-Websocket-Version": {"13"}}), true},
		{"another protocol", connect(2, "HTTP/2.0", http.Header{":protocol": {"connect-udp"}}), false},
		{"a proxy's", connect(2, "HTTP/2.0", http.Header{}), false},
		{"HTTP/1.1", connect(1, "HTTP/1.1", http.Header{":protocol": {"websocket"}}), false},
	} {
		before := test.r.Header.Clone()
		got := wsconn.AsGet(test.r)
		if wsconn.IsHandshake(got) != test.want || (got != test.r) != test.want {
			t.Errorf("%s: got %+v", test.name, got)
		}
		if diff := cmp.Diff(before, test.r.Header); diff != "" {
			t.Errorf("%s: the request was changed:\n%s", test.name, diff)
		}
		if got.Header[":protocol"] != nil && test.want || test.want && got.Method != "GET" {
			t.Errorf("%s: got %s %v", test.name, got.Method, got.Header)
		}
	}
}

func TestSubprotocols(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		spoken, offered []string
		want            string
	}{
		{nil, []string{"a"}, ""},
		{[]string{"b", "a"}, []string{"a, b"}, "b"},
		{[]string{"b", "a"}, []string{"c", "a"}, "a"},
		{[]string{"b"}, []string{"a,B"}, ""},
	} {
		here, there := net.Pipe()
		w := &handover{header: http.Header{}, conn: here}
		r := handshake()
		r.Header["Sec-Websocket-Protocol"] = test.offered
		c, _, err := wsconn.Accept(t.Context(), w, r, &wsconn.Options{Subprotocols: test.spoken})
		if err != nil {
			t.Fatal(err)
		}
		if c.Subprotocol() != test.want || w.header.Get("Sec-WebSocket-Protocol") != test.want || w.status != 101 ||
			w.header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("%v: got %q and %v", test, c.Subprotocol(), w.header)
		}
		there.Close()
		c.CloseNow()
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	const plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	for _, test := range []struct {
		offer string
		want  string
	}{
		{"", ""},
		{"permessage-deflate", plain},
		{"x-webkit-deflate-frame, permessage-deflate; client_max_window_bits", plain},
		{"permessage-deflate; client_max_window_bits=10; server_no_context_takeover", plain},
		{`permessage-deflate; server_max_window_bits="9"`, plain + "; server_max_window_bits=9"},
		{"permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=8", plain + "; server_max_window_bits=8"},
		{"permessage-deflate; server_max_window_bits", ""},
		{"permessage-deflate; server_max_window_bits=016", ""},
		{"permessage-deflate; server_max_window_bits=09", ""},
		{"permessage-deflate; client_max_window_bits=16", ""},
		{"permessage-deflate; client_no_context_takeover=1", ""},
		{"permessage-deflate; client_no_context_takeover; client_no_context_takeover", ""},
		{"permessage-deflate; unknown, permessage-deflate", plain},
		{"permessage-deflate;", ""},
	} {
		here, there := net.Pipe()
		w := &handover{header: http.Header{}, conn: here}
		r := handshake()
		r.Header["Sec-Websocket-Extensions"] = []string{test.offer}
		c, _, err := wsconn.Accept(t.Context(), w, r, &wsconn.Options{Compress: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.header.Get("Sec-WebSocket-Extensions"); got != test.want || c.Compressed() != (test.want != "") {
			t.Errorf("%q: got %q", test.offer, got)
		}
		there.Close()
		c.CloseNow()
	}
}

// TestNoHijack: nothing is answered where the connection can't be taken over.
func TestNoHijack(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if _, _, err := wsconn.Accept(t.Context(), w, handshake(), nil); err == nil {
		t.Error("no error")
	}
	if w.Code != 200 || w.Flushed || w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("got %+v", w)
	}
}
