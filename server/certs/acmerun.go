package certs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

// After a failure autocert answers from memory for a minute. Let's Encrypt allows five failures an
// hour for each name.
const (
	firstRetry = 90 * time.Second
	lastRetry  = time.Hour
	atOnce     = 4 // certificates that are fetched at the same time
)

// Run fetches the certificates of all domains and renews them until ctx ends; then it returns nil.
// The server must be listening, for the authority comes to see it. What fails is logged and tried
// again after a while, at first after 90 s, at last each hour. A second call is an error.
func (a *ACME) Run(ctx context.Context) error {
	first := false
	a.runOnce.Do(func() { first = true })
	if !first {
		return errors.New("certificates by ACME: Run was called twice")
	}
	defer a.calls.end() // renewals that timers of autocert start later come to nothing
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, name := range a.names {
		wg.Go(func() { a.keep(ctx, name, slots) })
	}
	<-ctx.Done()
	a.calls.end()
	wg.Wait()
	return nil
}

// keep fetches the certificate of a name and watches it.
func (a *ACME) keep(ctx context.Context, name string, slots chan struct{}) {
	for wait := firstRetry; !a.fetch(ctx, name, slots); wait = min(2*wait, lastRetry) {
		if ctx.Err() == nil {
			a.opts.Logger.Error("no certificate yet, will try again: entries before this one say why", "domain", name, "in", wait)
		}
		if !sleep(ctx, wait) {
			return
		}
	}
	close(a.ready[name])
	for {
		cert, err := a.manager.GetCertificate(helloFor(name)) // from memory
		if err != nil {
			a.opts.Logger.Error("get certificate", "domain", name, "error", err)
			return
		}
		if expiresSoon(cert.Leaf, time.Now()) {
			a.opts.Logger.Error("certificate expires soon and could not be renewed yet", "domain", name, "expires", cert.Leaf.NotAfter)
		}
		if !sleep(ctx, min(time.Hour, cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore)/10)) {
			return
		}
	}
}

// fetch gets a certificate from the folder or from the authority, and reports whether there is one.
func (a *ACME) fetch(ctx context.Context, name string, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-slots }()
	// The manager takes no context. Where it waits at ctx's end, as long as an authority has asked it
	// to, it is left behind: its next request fails, for Run has ended.
	done := make(chan error, 1)
	go func() {
		_, err := a.manager.GetCertificate(helloFor(name))
		done <- err
	}()
	select {
	case <-ctx.Done():
		return false
	case err := <-done:
		if err != nil && ctx.Err() == nil {
			a.opts.Logger.Error("get certificate", "domain", name, "authority", a.opts.DirectoryURL, "error", err)
		}
		return err == nil
	}
}

// sleep waits, and reports false if ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// store is the folder, which tells of new certificates.
type store struct {
	autocert.DirCache
	logger *slog.Logger
}

// Get reads what is kept under a name. The manager shows errors about tokens to whoever asked by
// HTTP, so these name no file.
func (s store) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := s.DirCache.Get(ctx, name)
	if err != nil && strings.HasSuffix(name, "+http-01") {
		return nil, autocert.ErrCacheMiss
	}
	return data, err
}

// Put keeps data under a name: that of a domain, or one with a plus sign for accounts and tokens.
func (s store) Put(ctx context.Context, name string, data []byte) error {
	if err := s.DirCache.Put(ctx, name, data); err != nil {
		s.logger.Error("keep what the certificate authority needs", "name", name, "error", err) // autocert goes on without
		return err
	}
	if !strings.Contains(name, "+") {
		s.logger.Info("certificate obtained", "domain", name)
	}
	return nil
}

// transport logs what the authority refuses, for autocert keeps most of the reasons to itself, and
// ends requests when Run does.
type transport struct {
	next   http.RoundTripper
	logger *slog.Logger
	ended  chan struct{}
	once   sync.Once
}

func newTransport(next http.RoundTripper, logger *slog.Logger) *transport {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{next: next, logger: logger, ended: make(chan struct{})}
}

func (t *transport) end() { t.once.Do(func() { close(t.ended) }) }

// maxAnswer bounds an authority's answer, in bytes; chains have a few KiB.
const maxAnswer = 1 << 20

var errEnded = errors.New("the server is stopping")

// RoundTrip makes a request and reads the answer.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-t.ended:
		return nil, errEnded
	default:
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() {
		select {
		case <-t.ended:
			cancel(errEnded)
		case <-ctx.Done():
		}
	})
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		resp.Body.Close()
		if err == nil && len(body) > maxAnswer {
			err = fmt.Errorf("the answer has more than %d bytes", maxAnswer)
		}
	}
	if err != nil {
		if context.Cause(ctx) != errEnded {
			t.logger.Warn("request to the certificate authority", "url", req.URL.Redacted(), "error", err)
		}
		return nil, err
	}
	t.report(resp, body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// problem is a problem document (RFC 7807).
type problem struct {
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// authorization is what is read of one (RFC 8555, section 7.1.4).
type authorization struct {
	Identifier struct {
		Value string `json:"value"`
	} `json:"identifier"`
	Challenges []struct {
		Type  string   `json:"type"`
		Error *problem `json:"error"`
	} `json:"challenges"`
}

// report logs what an answer says of failures.
func (t *transport) report(resp *http.Response, body []byte) {
	if resp.StatusCode >= 400 {
		var p problem
		_ = json.Unmarshal(body, &p)                 // an answer that is none has its status
		if !strings.HasSuffix(p.Type, ":badNonce") { // part of the protocol: the client tries again
			t.logger.Warn("the certificate authority refused a request", "url", resp.Request.URL.Redacted(), "status", resp.Status, "type", p.Type, "detail", p.Detail)
		}
		return
	}
	var z authorization
	if json.Unmarshal(body, &z) != nil {
		return
	}
	for _, c := range z.Challenges {
		if c.Error != nil {
			t.logger.Warn("the certificate authority did not find this server", "domain", z.Identifier.Value, "challenge", c.Type, "type", c.Error.Type, "detail", c.Error.Detail)
		}
	}
}
