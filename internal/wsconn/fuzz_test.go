package wsconn_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// FuzzRead: whatever a client sends, messages are in bounds and text is UTF-8, and the connection
// ends with a status that fits.
func FuzzRead(f *testing.F) {
	add := func(frames ...ws.Frame) {
		var b bytes.Buffer
		for _, frame := range frames {
			_ = ws.WriteFrame(&b, ws.MaskFrameWith(frame, [4]byte{1, 2, 3, 4}))
		}
		f.Add(b.Bytes(), b.Len()/2)
	}
	add(text("hä?"), ws.NewPingFrame([]byte("?")), closing(1000, "bye"))
	add(part(ws.OpText, "h\xc3"), ws.NewPongFrame(nil), ws.NewFrame(ws.OpContinuation, true, []byte("\xa4")))
	add(compressed(f, ws.OpText, "hä? hä? hä? hä?"), compressed(f, ws.OpBinary, ""))
	add(text("\xff"))
	f.Add([]byte("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask"), 3)
	const limit = 1000
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		here, there := net.Pipe()
		c, _ := accept(t, here, there, &wsconn.Options{MaxMessage: limit, Compress: true, Ping: -1})
		go io.Copy(io.Discard, there)
		go func() { // in two pieces
			cut := min(max(cut, 0), len(data))
			_, _ = there.Write(data[:cut])
			_, _ = there.Write(data[cut:])
			there.Close()
		}()
		for {
			kind, message, err := c.Read(t.Context())
			if err != nil {
				break
			}
			if len(message) > limit || kind == wsconn.Text && !utf8.Valid(message) || kind != wsconn.Text && kind != wsconn.Binary {
				t.Fatalf("got %v, %d bytes %.100q", kind, len(message), message)
			}
		}
		switch closed := readCode(t, c); {
		case closed.Code == 1002, closed.Code == 1005, closed.Code == 1006, closed.Code == 1007, closed.Code == 1009, wsconn.ValidCode(closed.Code):
		default:
			t.Errorf("ended with %v", closed)
		}
	})
}

// FuzzExtensions: whatever is offered, what is agreed to is valid, and has a window of those offered.
func FuzzExtensions(f *testing.F) {
	f.Add("permessage-deflate; client_max_window_bits; server_max_window_bits=9, permessage-deflate")
	f.Add(`x; a="b", permessage-deflate; server_max_window_bits="12"; server_no_context_takeover`)
	valid := regexp.MustCompile(`^permessage-deflate; server_no_context_takeover; client_no_context_takeover(; server_max_window_bits=(8|9|1[0-5]))?$`)
	f.Fuzz(func(t *testing.T, offer string) {
		here, there := net.Pipe()
		defer there.Close()
		w := &handover{header: http.Header{}, conn: here}
		r := handshake()
		r.Header["Sec-Websocket-Extensions"] = []string{offer}
		c, _, err := wsconn.Accept(t.Context(), w, r, &wsconn.Options{Compress: true, Ping: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow()
		switch agreed := w.header.Get("Sec-WebSocket-Extensions"); {
		case c.Compressed() != (agreed != ""):
			t.Errorf("%q: compressed: %v, but the peer is told %q", offer, c.Compressed(), agreed)
		case agreed == "":
		case !valid.MatchString(agreed) || !strings.Contains(offer, "permessage-deflate"):
			t.Errorf("%q is answered with %q", offer, agreed)
		case strings.Contains(agreed, "max_window") && !strings.Contains(offer, agreed[strings.LastIndexByte(agreed, '=')+1:]):
			t.Errorf("%q is answered with a window of its own: %q", offer, agreed)
		}
	})
}
