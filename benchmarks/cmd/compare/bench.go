package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/nuages-web/nuages/benchmarks/internal/measure"
)

// figures are what one measurement gave; what was not measured is 0.
type figures struct {
	rate   float64 // operations a second
	cpu    float64 // of the server, in microseconds an operation
	memory float64 // of the server, in KiB a connection
}

// A bench holds what all measurements need.
type bench struct {
	dir          string // of the files below, removed at the end
	server, load string // programs
	cert, key    string // of https, for 127.0.0.1
	script       string // of wrk, for uploads
	seconds      int
	profile      string
}

func newBench(ctx context.Context, o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return nil, err
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	b := &bench{dir, at("server"), at("load"), at("cert.pem"), at("key.pem"), at("upload.lua"), o.seconds, o.profile}
	for _, name := range []string{b.server, b.load} {
		out, err := exec.CommandContext(ctx, "go", "build", "-o", name, "./cmd/"+filepath.Base(name)).CombinedOutput()
		if err != nil {
			b.close()
			return nil, fmt.Errorf("build %s: %w\n%s", filepath.Base(name), err, out)
		}
	}
	if err := b.makeCertificate(); err != nil {
		b.close()
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	return b, nil
}

func (b *bench) close() {
	if err := os.RemoveAll(b.dir); err != nil {
		log.Print(err)
	}
}

// makeCertificate writes a self-signed certificate of the usual kind.
func (b *bench) makeCertificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().AddDate(0, 0, 7),
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(b.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600),
		os.WriteFile(b.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
}

// measure starts a peer, checks its answer, and loads it.
func (b *bench) measure(ctx context.Context, w workload, p peer) (f figures, err error) {
	server, err := b.start(ctx, w, p)
	if err != nil {
		return figures{}, err
	}
	defer func() {
		server.Stop()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, server.Said)
		}
	}()
	addr, err := server.Line()
	if err != nil {
		return figures{}, err
	}
	client, err := b.newClient(w, addr)
	if err != nil {
		return figures{}, err
	}
	if w.want != "" {
		if err := client.check(ctx, w); err != nil {
			return figures{}, err
		}
	}
	switch w.tool {
	case "wrk", "h2load":
		return b.flood(ctx, server, w, addr)
	}
	return b.hold(ctx, server, client, w, p, addr)
}

// start starts a peer as w needs it.
func (b *bench) start(ctx context.Context, w workload, p peer) (*measure.Process, error) {
	var tls []string
	if w.listen == "https" {
		tls = []string{"-cert", b.cert, "-key", b.key}
	}
	if p.python() {
		for i := range tls {
			if tls[i][0] == '-' {
				tls[i] = "-" + tls[i]
			}
		}
		workers := 1 // where connections share something, or are what is measured
		if p.with == "uvicorn" && !w.memory && w.tool != "echo" {
			workers = runtime.NumCPU() // Daphne has none
		}
		args := []string{filepath.Join("python", "serve.py"), p.with, "--workers", strconv.Itoa(workers)}
		return measure.Start(ctx, measure.Python, append(args, tls...)...)
	}
	args := append([]string{"-site", p.site, "-with", p.with, "-listen", w.listen}, tls...)
	if b.profile != "" {
		dir := filepath.Join(b.profile, w.name+"-"+p.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		args = append(args, "-profile", dir, "-memory="+strconv.FormatBool(w.memory))
	}
	return measure.Start(ctx, b.server, args...)
}

// flood loads the server with a tool that makes its own connections.
func (b *bench) flood(ctx context.Context, server *measure.Process, w workload, addr string) (figures, error) {
	load := func(seconds int) (measure.Count, error) {
		scheme := "http://"
		if w.listen == "https" {
			scheme = "https://"
		}
		if w.tool == "h2load" {
			return measure.H2Load(ctx, scheme+addr+w.path, &measure.Load{Conns: w.conns, Seconds: seconds})
		}
		var script string
		if w.body > 0 {
			script = b.script
			text := fmt.Sprintf("wrk.method = 'POST'\nwrk.body = string.rep('x', %d)\n", w.body)
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				return measure.Count{}, err
			}
		}
		return measure.WRK(ctx, scheme+addr+w.path, &measure.Load{Conns: w.conns, Seconds: seconds, Script: script})
	}
	if _, err := load(1); err != nil { // warm up
		return figures{}, err
	}
	return timed(server, func() (measure.Count, error) { return load(b.seconds) })
}

// timed measures what run costs the server.
func timed(server *measure.Process, run func() (measure.Count, error)) (figures, error) {
	before, err := server.CPU()
	if err != nil {
		return figures{}, err
	}
	c, err := run()
	if err != nil {
		return figures{}, err
	}
	after, err := server.CPU()
	if err != nil {
		return figures{}, err
	}
	if c.Operations == 0 || c.Seconds == 0 {
		return figures{}, errors.New("nothing was done")
	}
	return figures{rate: c.Operations / c.Seconds, cpu: after.Sub(before).All * 1e6 / c.Operations}, nil
}

// warmUp is how many requests come before memory is measured: what a server makes once is not the
// connections'.
const warmUp = 50

// hold loads the server with cmd/load, whose connections are up before anything is measured.
func (b *bench) hold(ctx context.Context, server *measure.Process, client *client, w workload, p peer, addr string) (figures, error) {
	for range warmUp { // few: what Python has ever taken it keeps
		if _, err := client.get(ctx, "/plaintext"); err != nil {
			return figures{}, err
		}
	}
	settled := func() (float64, error) {
		if !w.memory {
			return 0, nil
		}
		left, err := client.get(ctx, "/collect")
		if err != nil {
			return 0, err
		}
		if b.profile != "" {
			log.Printf("%s: %s", w.name, left)
		}
		return server.Memory()
	}
	before, err := settled()
	if err != nil {
		return figures{}, err
	}
	l, err := measure.StartLoader(ctx, b.load, addr, w.tool, &measure.Load{Conns: w.conns, Seconds: b.seconds}, "-cert", b.cert)
	if err != nil {
		return figures{}, err
	}
	defer l.Stop()
	after, err := settled()
	if err != nil {
		return figures{}, err
	}
	if b.profile != "" && w.memory && !p.python() {
		if err := server.Signal(syscall.SIGUSR1); err != nil {
			return figures{}, err
		}
		if _, err := server.Line(); err != nil {
			return figures{}, err
		}
	}
	var f figures
	if !w.quiet {
		if f, err = timed(server, l.Run); err != nil {
			return figures{}, err
		}
	} else if alive, err := l.Run(); err != nil || int(alive.Operations) != w.conns {
		return figures{}, fmt.Errorf("%.0f of %d connections are left: %w", alive.Operations, w.conns, err)
	}
	f.memory = (after - before) / float64(w.conns)
	return f, nil
}
