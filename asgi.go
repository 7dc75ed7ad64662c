package nuages

import (
	"context"
	"errors"

	"github.com/nuages-web/nuages/asgi"
)

// ASGI returns the project as an ASGI application, for servers and tests that speak the contract:
// requests and sockets go to its handler, and its apps' work runs from lifespan.startup to
// lifespan.shutdown. Servers that take an http.Handler use Handler and Run.
func (p *Project) ASGI() asgi.App {
	site := asgi.FromHandler(p.handler)
	return asgi.ProtocolRouter{HTTP: site, WebSocket: site, Lifespan: asgi.AppFunc(p.lifespan)}
}

// lifespan runs the apps between the two events of the contract.
func (p *Project) lifespan(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	if _, err := receive(ctx); err != nil {
		return err
	}
	if err := p.Start(ctx); err != nil {
		return send(ctx, &asgi.LifespanStartupFailed{Message: err.Error()})
	}
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.Run(work) }()
	if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
		cancel()
		<-done
		return errors.Join(err, p.Stop(context.WithoutCancel(ctx)))
	}
	_, err := receive(ctx)
	cancel()
	failed := errors.Join(<-done, p.Stop(context.WithoutCancel(ctx)))
	switch {
	case err != nil:
		return err
	case failed != nil:
		return send(ctx, &asgi.LifespanShutdownFailed{Message: failed.Error()})
	}
	return send(ctx, &asgi.LifespanShutdownComplete{})
}
