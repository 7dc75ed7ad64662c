package certs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/nuages-web/nuages/async"
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
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, name := range a.names {
		wg.Go(func() { a.keep(ctx, name, slots) })
	}
	<-ctx.Done()
	a.calls.end() // renewals under way end, those that timers of autocert start later come to nothing
	wg.Wait()
	return nil
}

// keep fetches the certificate of a name and watches it.
func (a *ACME) keep(ctx context.Context, name string, slots chan struct{}) {
	for wait := firstRetry; !a.fetch(ctx, name, slots); wait = min(2*wait, lastRetry) {
		if ctx.Err() == nil {
			a.opts.Logger.Error("no certificate yet, will try again: entries before this one say why", "domain", name, "in", wait)
		}
		if async.Sleep(ctx, wait) != nil {
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
		if async.Sleep(ctx, min(time.Hour, cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore)/10)) != nil {
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
			a.opts.Logger.Error("get certificate", "domain", name, "authority", a.opts.DirectoryURL, "folder", a.opts.Folder, "error", err)
		}
		return err == nil
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
