package guide

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/nuages-web/nuages/server"
)

// RunShop serves until ctx ends, and hands over to a new version of the program on SIGHUP.
func RunShop(ctx context.Context, h http.Handler, addresses ...string) error {
	inherited, err := server.InheritedFromEnvironment() // sockets of the version before, if there is one
	if err != nil {
		return err
	}
	s, err := server.New(h, &server.Options{Addresses: addresses, Inherited: inherited, MaxBody: 1 << 20})
	if err != nil {
		return err
	}
	slog.Info("serving", "urls", s.URLs())
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { restartOnHangUp(ctx, s) })
	err = s.Run(ctx)
	stop()
	work.Wait()
	return err
}

func restartOnHangUp(ctx context.Context, s *server.Server) {
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangUp:
			if _, err := s.Restart(ctx, nil); err != nil {
				slog.Error("this version goes on", "error", err)
			}
		}
	}
}

// ServeTLS serves with certificates of a source until ctx ends.
func ServeTLS(ctx context.Context, h http.Handler, source server.CertSource, o server.Options) error {
	o.TLS = source.TLSConfig()
	s, err := server.New(h, &o)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	var workErr error
	work.Go(func() {
		workErr = source.Run(ctx)
		stop()
	})
	err = s.Run(ctx)
	stop()
	work.Wait()
	return errors.Join(err, workErr)
}
