//go:build !unix

package commands

import (
	"context"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/server"
)

// A running is what signals act on.
type running struct {
	plan   *plan
	host   *python.Host
	server *server.Server
}

func (r *running) listen() (stop func()) { return func() {} }

// signals waits for ctx: there are none here.
func (r *running) signals(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func setUmask(mask int) int { return mask }
