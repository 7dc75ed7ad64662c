package views

import (
	"context"
	"errors"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/web"
)

// NonAtomic runs a view outside of the transaction that AtomicRequests of the settings put around it
// (non_atomic_requests): what it writes stays, whatever it returns.
func NonAtomic(view web.Handler) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		return view(r.WithContext(orm.Detach(r.Context())))
	}
}

// DatabaseReady is a check for [Ready]: all databases of the program answer.
func DatabaseReady() ReadyCheck {
	return ReadyCheck{Name: "database", Check: func(ctx context.Context) error {
		db, ok := orm.FromContext(ctx)
		if !ok {
			return errors.New("the program has no databases")
		}
		return db.Ping(ctx)
	}}
}
