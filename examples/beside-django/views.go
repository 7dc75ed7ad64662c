package main

import (
	"context"
	"errors"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/web"
)

// home is views.home of the Django project, on the same template.
func home(r *web.Request) (web.Response, error) {
	records, err := Records.All(r.Context())
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/home.html", map[string]any{"records": records}), nil
}

// record is views.record of the Django project.
func record(r *web.Request) (web.Response, error) {
	found, err := Records.Get(r.Context(), RecordF.Slug.Eq(r.PathValue("slug")))
	if errors.Is(err, orm.ErrNotFound) {
		return web.Response{}, web.NotFound("We have no such record.")
	}
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/record.html", map[string]any{"record": found}), nil
}

// A level is how many of a record there are.
type level struct {
	Slug  string `json:"slug"`
	Stock uint32 `json:"stock"`
}

// stock is new, and Go's alone: it tells browsers of each record's stock, and then of what changes,
// which is Django's doing. An open line costs a goroutine and a small query a second, where Django would
// keep a thread for each.
func stock(r *web.Request) (web.Response, error) {
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		again := time.NewTicker(time.Second)
		defer again.Stop()
		told := map[string]uint32{}
		for {
			records, err := Records.All(ctx)
			if err != nil {
				return err
			}
			for _, r := range records {
				if n, ok := told[r.Slug]; ok && n == r.Stock {
					continue
				}
				if err := events.SendJSON("stock", "", level{r.Slug, r.Stock}); err != nil {
					return err
				}
				told[r.Slug] = r.Stock
			}
			select {
			case <-again.C:
			case <-ctx.Done():
				return nil
			}
		}
	}, nil), nil
}
