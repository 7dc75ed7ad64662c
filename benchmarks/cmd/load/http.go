package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nuages-web/nuages/benchmarks/internal/peers"
)

func request(addr, path, header string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\n" + header + "\r\n")
}

// hello sends a request for the plain text and checks the answer.
func hello(c net.Conn, request []byte) error {
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 1024), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || string(b) != peers.Hello) {
		err = fmt.Errorf("answered %s %.80q", resp.Status, b)
	}
	return err
}

// handshakes makes a new connection for each request, without resumption.
func handshakes(o options) (result, error) {
	pem, err := os.ReadFile(o.cert)
	if err != nil {
		return result{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return result{}, fmt.Errorf("%s holds no certificate", o.cert)
	}
	config := &tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{"http/1.1"}}
	text := request(o.addr, "/plaintext", "Connection: close\r\n")
	const warmUp = 500
	if err := inParallel(warmUp, func(int) error { return handshake(o.addr, config, text) }); err != nil {
		return result{}, err
	}
	if err := ready(); err != nil {
		return result{}, err
	}
	c := newCrew(o.conns, func(_ int, c *crew) error {
		for !c.stopped() {
			if err := handshake(o.addr, config, text); err != nil {
				return err
			}
			c.done.Add(1)
		}
		return nil
	})
	return c.count(o.time)
}

func handshake(addr string, config *tls.Config, request []byte) error {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	return hello(tls.Client(c, config), request)
}

// idle holds connections that were kept alive after a request.
func idle(o options) (result, error) {
	conns := make([]net.Conn, o.conns)
	text := request(o.addr, "/plaintext", "")
	err := inParallel(o.conns, func(i int) (err error) {
		if conns[i], err = net.DialTimeout("tcp", o.addr, patience); err != nil {
			return err
		}
		return hello(conns[i], text)
	})
	if err != nil {
		return result{}, err
	}
	if err := ready(); err != nil {
		return result{}, err
	}
	return result{Operations: int64(o.conns)}, inParallel(o.conns, func(i int) error { return hello(conns[i], text) })
}

// events counts the events that all clients get, none of which may miss one.
func events(o options) (result, error) {
	text := request(o.addr, "/events", "Accept: text/event-stream\r\n")
	var up sync.WaitGroup
	up.Add(o.conns)
	c := newCrew(o.conns, func(i int, c *crew) error {
		time.Sleep(time.Duration(i) * time.Millisecond / 2) // so that they don't all come at once
		return follow(o.addr, text, c, up.Done)
	})
	all := make(chan struct{})
	go func() {
		up.Wait()
		close(all)
	}()
	select {
	case <-all:
	case err := <-c.failed:
		return result{}, err
	case <-time.After(2 * patience):
		return result{}, errors.New("not all clients got an event")
	}
	if err := ready(); err != nil {
		return result{}, err
	}
	return c.count(o.time)
}

// follow reads events, and calls up after the first one.
func follow(addr string, request []byte, c *crew, up func()) error {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		return err
	}
	r := bufio.NewReaderSize(conn, 1024)
	next := -1
	for !c.stopped() {
		conn.SetReadDeadline(time.Now().Add(patience))
		line, err := r.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		data, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "data: ")
		if !ok {
			continue // headers, sizes of chunks, empty lines
		}
		n, err := strconv.Atoi(data[:min(8, len(data))])
		if err != nil || data != peers.Message(n) || next >= 0 && n != next {
			return fmt.Errorf("got the event %.80q, want number %d", data, next)
		}
		if next < 0 {
			up()
		}
		next = n + 1
		c.done.Add(1)
	}
	return errStopped
}
