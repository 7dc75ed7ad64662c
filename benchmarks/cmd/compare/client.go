package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// A client asks a peer before and after the load, each time on a new connection.
type client struct {
	http *http.Client
	base string
}

func (b *bench) newClient(w workload, addr string) (*client, error) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(w.tool != "h2load")
	protocols.SetHTTP2(w.tool == "h2load" && w.listen == "https")
	protocols.SetUnencryptedHTTP2(w.listen == "h2c")
	t := &http.Transport{Protocols: protocols, DisableKeepAlives: w.tool != "h2load", DisableCompression: true}
	c := &client{&http.Client{Transport: t, Timeout: 30 * time.Second}, "http://" + addr}
	if w.listen == "https" {
		pem, err := os.ReadFile(b.cert)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem)
		c.base = "https://" + addr
	}
	return c, nil
}

// check compares the peer's answer with the one that is wanted.
func (c *client) check(ctx context.Context, w workload) error {
	defer c.http.CloseIdleConnections()
	method, body := http.MethodGet, ""
	if w.body > 0 {
		method, body = http.MethodPost, strings.Repeat("x", w.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+w.path, strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, got, err := c.do(req)
	if err != nil {
		return err
	}
	if got := strings.TrimSpace(got); resp.StatusCode != http.StatusOK || got != w.want {
		return fmt.Errorf("answered %d %.80q, want 200 %.80q", resp.StatusCode, got, w.want)
	}
	if want := w.tool == "h2load"; want != (resp.ProtoMajor == 2) {
		return fmt.Errorf("answered by %s", resp.Proto)
	}
	return nil
}

// get returns the answer to a GET, which has to be 200.
func (c *client) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return "", err
	}
	resp, body, err := c.do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", path, resp.Status)
	}
	return body, err
}

func (c *client) do(req *http.Request) (*http.Response, string, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}
