package certs_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/nuages-web/nuages/internal/realdjango"
)

const pebbleModule = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1"

// pebbleProgram is Let's Encrypt's small ACME server, for tests; it is fetched and built once.
var pebbleProgram = sync.OnceValues(func() (string, error) {
	bin, err := os.MkdirTemp("", "nuages-pebble-")
	if err != nil {
		return "", err
	}
	cleanups = append(cleanups, func() { os.RemoveAll(bin) })
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "install", pebbleModule)
	cmd.Dir = bin // no go.mod there
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w\n%s", pebbleModule, err, out)
	}
	return filepath.Join(bin, "pebble"), nil
})

// cleanups run after all tests.
var cleanups []func()

func TestMain(m *testing.M) {
	code := m.Run()
	for _, clean := range cleanups {
		clean()
	}
	os.Exit(code)
}

// pebbleOptions are the parts of pebble's configuration that tests choose.
type pebbleOptions struct {
	httpPort, tlsPort int // where it looks for servers
	validity          time.Duration
	externalKeys      map[string]string
	blocked           []string
}

// pebble is one that runs.
type pebble struct {
	directory string
	client    *http.Client // trusts it
	roots     *x509.CertPool
}

// startPebble starts a pebble that resolves all names to 127.0.0.1.
func startPebble(t *testing.T, o pebbleOptions) *pebble {
	t.Helper()
	program, err := pebbleProgram()
	if err != nil {
		realdjango.Missing(t, fmt.Sprintf("pebble: %v", err))
	}
	dns := serveDNS(t)
	c, dir := newCA(t), t.TempDir()
	cert, key := c.issue(leaf{names: []string{"localhost"}})
	p := &pebble{client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool(), ServerName: "localhost"}}}}
	t.Cleanup(p.client.CloseIdleConnections)
	var out string
	for range 5 { // it can't be told to take a free port, and one that is free now may not be soon
		api, management := freePort(t), freePort(t)
		config, err := json.Marshal(map[string]any{"pebble": map[string]any{
			"listenAddress": fmt.Sprintf("127.0.0.1:%d", api), "managementListenAddress": fmt.Sprintf("127.0.0.1:%d", management),
			"certificate": write(t, dir, "cert.pem", cert), "privateKey": write(t, dir, "key.pem", key),
			"httpPort": o.httpPort, "tlsPort": o.tlsPort, "domainBlocklist": o.blocked,
			"externalAccountBindingRequired": o.externalKeys != nil, "externalAccountMACKeys": o.externalKeys,
			"retryAfter": map[string]int{"authz": 1, "order": 1}, "keyAlgorithm": "ecdsa",
			"profiles": map[string]any{"default": map[string]any{"description": "of the tests", "validityPeriod": int(o.validity.Seconds())}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), program, "-dnsserver", dns, "-config", write(t, dir, "config.json", config))
		cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_VA_ALWAYS_VALID=0", "PEBBLE_AUTHZREUSE=0")
		p.directory = fmt.Sprintf("https://127.0.0.1:%d/dir", api)
		var running bool
		if out, running = p.start(t, cmd, fmt.Sprintf("https://127.0.0.1:%d/roots/0", management)); running {
			return p
		}
	}
	t.Fatalf("pebble did not start:\n%s", out)
	return nil
}

// start runs the program until the test ends, and reports whether it answers; if not, with its output.
func (p *pebble) start(t *testing.T, cmd *exec.Cmd, roots string) (string, bool) {
	t.Helper()
	var out logbook
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }() // it is killed in the end
	t.Cleanup(func() {
		<-exited
		if t.Failed() {
			t.Logf("pebble:\n%s", &out)
		}
	})
	for {
		if root, err := p.get(t, roots); err == nil {
			if _, err := p.get(t, p.directory); err == nil {
				p.roots = x509.NewCertPool()
				p.roots.AppendCertsFromPEM(root)
				return "", true
			}
		}
		select {
		case <-exited:
			return out.String(), false
		case <-time.After(20 * time.Millisecond): // it doesn't tell when it listens
		}
	}
}

func (p *pebble) get(t *testing.T, url string) ([]byte, error) {
	resp, err := p.client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, port := listen(t)
	ln.Close()
	return port
}

// listen listens on loopback until the test ends.
func listen(t *testing.T) (net.Listener, int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln, ln.Addr().(*net.TCPAddr).Port
}

// serveDNS answers each question for an address with 127.0.0.1, over TCP, which pebble uses.
func serveDNS(t *testing.T) string {
	ln, _ := listen(t)
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	t.Cleanup(func() { ln.Close() })
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				if err := answerDNS(c); err != nil && err != io.EOF {
					t.Logf("DNS: %v", err) // pebble hangs up as it likes
				}
			})
		}
	})
	return ln.Addr().String()
}

func answerDNS(c net.Conn) error {
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return err
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return err
		}
		var m dnsmessage.Message
		if err := m.Unpack(query); err != nil {
			return err
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA && !strings.HasPrefix(q.Name.String(), "nowhere.") {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}}
		}
		answer, err := m.Pack()
		if err != nil {
			return err
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return err
		}
	}
}
