//go:build unix

package commands

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/server"
)

// A running is what signals act on.
type running struct {
	plan   *plan
	host   *python.Host
	server *server.Server // set before signals
	got    chan os.Signal
}

// listen takes the signals from now on, and returns what ends that. Those that come while the
// application starts are dealt with afterwards.
func (r *running) listen() (stop func()) {
	r.got = make(chan os.Signal, 8)
	signal.Notify(r.got, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTTIN, syscall.SIGTTOU)
	return func() { signal.Stop(r.got) }
}

// signals deals with the signals that Gunicorn knows, until ctx ends.
func (r *running) signals(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case sig := <-r.got:
			r.signal(ctx, sig)
		}
	}
}

func (r *running) signal(ctx context.Context, sig os.Signal) {
	log := r.plan.log
	switch sig {
	case syscall.SIGHUP:
		log.Info("replacing the workers")
		if err := r.host.Reload(ctx); ctx.Err() != nil {
			return // all stops
		} else if err != nil {
			log.Error("the workers stay: new ones can't be started", "error", err.Error())
			return
		}
		log.Info("the workers are replaced")
	case syscall.SIGUSR1:
		for _, file := range r.plan.files {
			if err := file.Reopen(); err != nil {
				log.Error("the old log file stays", "error", err.Error())
			}
		}
		log.Info("the log files are opened anew", "files", len(r.plan.files))
	case syscall.SIGUSR2:
		log.Info("restarting")
		pid, err := r.server.Restart(ctx, nil)
		if err != nil {
			log.Error("restart failed", "error", err.Error())
			return
		}
		log.Info("restarted: another process serves now", "pid", pid)
	case syscall.SIGTTIN:
		r.resize(ctx, 1)
	case syscall.SIGTTOU:
		r.resize(ctx, -1)
	}
}

// resize adds so many workers.
func (r *running) resize(ctx context.Context, more int) {
	log, n := r.plan.log, r.host.Stats().Size+more
	if n < 1 {
		log.Warn("the last worker stays")
		return
	}
	err := r.host.Resize(ctx, n)
	switch {
	case ctx.Err() != nil: // all stops
	case err != nil:
		log.Error("the workers are as many as before: another can't be started", "workers", n-more, "error", err.Error())
	default:
		log.Info("the number of workers has changed", "workers", n)
	}
}

// setUmask sets the mask of the modes of new files, and returns the one before.
func setUmask(mask int) int { return syscall.Umask(mask) }
