//go:build unix

package devserver_test

// childSource is the program that the tests supervise. It needs nothing but the standard library,
// so that building it needs no network. What the tests edit stands in files of its own.
var childSource = map[string]string{
	"go.mod":     "module example.org/child\n\ngo 1.26\n",
	"version.go": versionSource("v1"),
	"start.go":   "package main\n\nfunc atStart() {}\n",
	"style.css":  "body { color: black }\n",
	".env":       "COLOUR=red\n",
	"main.go": `package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	atStart()
	f := os.NewFile(3, "socket")
	ln, err := net.FileListener(f)
	if err != nil {
		panic(err)
	}
	f.Close()
	ready := os.NewFile(4, "ready")
	fmt.Fprintln(ready, "ready")
	ready.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	srv := &http.Server{Handler: http.HandlerFunc(serve)}
	done := make(chan struct{})
	go func() {
		<-ctx.Done()
		srv.Shutdown(context.Background())
		close(done)
	}()
	srv.Serve(ln)
	<-done
}
`,
	"serve.go": `package main

import (
	"compress/gzip"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

var (
	env, _  = os.ReadFile(".env")
	release = make(chan struct{})
)

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	html := func() { h.Set("Content-Type", "text/html; charset=utf-8") }
	flush := http.NewResponseController(w).Flush
	switch r.URL.Path {
	case "/":
		fmt.Printf("page %s %s\n", version, r.UserAgent())
		html()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'nonce-bm9uY2U='")
		h.Set("Etag", "\"1\"")
		fmt.Fprintf(w, "<!doctype html><title>%s</title>", version)
	case "/version":
		io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, version)
	case "/env":
		w.Write(env)
	case "/pid":
		fmt.Fprint(w, os.Getpid())
	case "/request":
		json.NewEncoder(w).Encode(map[string]any{"header": r.Header, "host": r.Host, "uri": r.RequestURI, "remote": r.RemoteAddr})
	case "/count":
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n)
	case "/refuse":
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case "/304":
		html()
		w.WriteHeader(http.StatusNotModified)
	case "/204":
		html()
		w.WriteHeader(http.StatusNoContent)
	case "/206":
		html()
		w.WriteHeader(http.StatusPartialContent)
		fmt.Fprint(w, "part")
	case "/gzip":
		html()
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "page")
		z.Close()
	case "/file":
		html()
		h.Set("Content-Disposition", "attachment; filename=page.html")
		fmt.Fprint(w, "page")
	case "/json":
		h.Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	case "/stream":
		html()
		fmt.Fprint(w, "first;")
		flush()
		<-release
		fmt.Fprint(w, "second;")
	case "/release":
		release <- struct{}{}
	case "/events":
		h.Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: one\n\n")
		flush()
		<-r.Context().Done()
		fmt.Println("events ended")
	case "/socket":
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		conn, rw, _ := http.NewResponseController(w).Hijack()
		defer conn.Close()
		fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			base64.StdEncoding.EncodeToString(sum[:]))
		rw.Flush()
		frame := make([]byte, 6+5) // a text of five bytes, masked
		io.ReadFull(rw, frame)
		for i := range 5 {
			frame[6+i] ^= frame[2+i%4]
		}
		rw.Write(append([]byte{0x81, 5}, []byte(strings.ToUpper(string(frame[6:])))...))
		rw.Flush()
		io.Copy(io.Discard, rw)
	case "/slow":
		fmt.Println("slow began")
		time.Sleep(700 * time.Millisecond)
		fmt.Fprint(w, version)
	case "/hang":
		fmt.Println("hang began")
		select {}
	case "/crash":
		fmt.Fprintln(os.Stderr, "the disk is on fire")
		os.Exit(3)
	default:
		http.NotFound(w, r)
	}
}
`,
}

func versionSource(v string) string {
	return "package main\n\nconst version = \"" + v + "\"\n"
}
