package web_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gobwas/ws"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// TestWebSocketHTTP3: RFC 9220, over the server of quic-go.
func TestWebSocketHTTP3(t *testing.T) {
	t.Parallel()
	h, j := site(socketView(echo, nil), nil)
	certs := httptest.NewUnstartedServer(nil)
	certs.StartTLS()
	certs.Close()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	srv := &http3.Server{Handler: h, TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: certs.TLS.Certificates})}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(packets) }()
	defer func() {
		srv.Close()
		<-served
	}()
	address := packets.LocalAddr().String()
	conn, err := quic.DialAddr(t.Context(), address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{http3.NextProtoH3}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseWithError(0, "")
	tr := &http3.Transport{}
	defer tr.Close()
	stream, err := tr.NewClientConn(conn).OpenRequestStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodConnect, "https://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Proto = "websocket"
	r.Header.Set("Sec-WebSocket-Version", "13")
	if err := stream.SendRequestHeader(r); err != nil {
		t.Fatal(err)
	}
	resp, err := stream.ReadResponse()
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("got %v, %v", resp, err)
	}
	if err := ws.WriteFrame(stream, ws.MaskFrame(ws.NewTextFrame([]byte("hä?")))); err != nil {
		t.Fatal(err)
	}
	head, err := ws.ReadHeader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := make([]byte, head.Length)
	if _, err := io.ReadFull(resp.Body, text); err != nil || string(text) != "hä?" {
		t.Errorf("got %q, %v", text, err)
	}
	_ = ws.WriteFrame(stream, ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, ""))))
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "\x88\x02\x03\xe8" {
		t.Errorf("the socket ends with %q, %v", rest, err)
	}
	if out := <-j.finished; out.Status != 200 || out.Err != nil {
		t.Errorf("outcome %+v", out)
	}
}
