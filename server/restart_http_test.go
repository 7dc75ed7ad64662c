//go:build unix

package server_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// TestRestartHTTP2 restarts while clients send many requests on each connection.
func TestRestartHTTP2(t *testing.T) {
	t.Parallel()
	r := startService(t)
	var sent atomic.Int64
	var restarted atomic.Bool
	var wg sync.WaitGroup
	const connections, streams = 4, 16
	errs := make(chan error, connections*streams)
	for range connections {
		h2c := new(http.Protocols)
		h2c.SetUnencryptedHTTP2(true)
		client := &http.Client{Transport: &http.Transport{Protocols: h2c}, Timeout: patience}
		defer client.CloseIdleConnections()
		for range streams {
			wg.Go(func() {
				for !restarted.Load() {
					// A POST is not sent twice, unless the server's GOAWAY says that it has not been looked
					// at (RFC 9113, section 6.8).
					resp, err := client.Post("http://"+r.addr+"/", "text/plain", strings.NewReader("x"))
					if err != nil {
						errs <- err
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if err != nil || resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK {
						errs <- fmt.Errorf("answer: %s %s, %w", resp.Proto, resp.Status, err)
						return
					}
					sent.Add(1)
				}
			})
		}
	}
	for n := range int64(restarts) {
		for sent.Load() < n*500 {
			select {
			case err := <-errs:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		r.restart()
	}
	restarted.Store(true)
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	t.Logf("%d requests", sent.Load())
}

// TestRestartHTTP3 restarts during a request over HTTP/3, which the old process answers; the next is
// answered by the new one, on a connection of its own.
func TestRestartHTTP3(t *testing.T) {
	t.Parallel()
	r := startService(t, secureEnv+"=1")
	ask := func(client *http.Client, path string) string {
		resp, err := client.Get("https://" + r.addr + path)
		if err != nil {
			t.Errorf("GET %s: %v", path, err)
			return ""
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Errorf("GET %s: %v", path, err)
		}
		return string(body)
	}
	// The service's certificate is its own; who answers is told by the process ID.
	first := &http3.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer first.Close()
	slow := make(chan string, 1)
	go func() { slow <- ask(&http.Client{Transport: first, Timeout: patience}, "/slow") }()
	r.wait("slow")
	old := strconv.Itoa(r.pid)
	r.restart()
	if got := <-slow; got != old {
		t.Errorf("the request under way was answered by %q, want %s", got, old)
	}
	second := &http3.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer second.Close()
	if got := ask(&http.Client{Transport: second, Timeout: patience}, "/"); got != strconv.Itoa(r.pid) {
		t.Errorf("the next request was answered by %q, want %d", got, r.pid)
	}
}
