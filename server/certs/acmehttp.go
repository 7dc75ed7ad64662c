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
)

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
