package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func hello(r *web.Request) (web.Response, error) {
	name := r.Query().Default("name", "world")
	return web.Text("Hello, " + name + "!\n"), nil
}

func (s *shop) list(r *web.Request) (web.Response, error) {
	return web.Render("list.html", map[string]any{"records": s.all()}), nil
}

// doc:detail

// record finds the record that the path names.
func (s *shop) record(r *web.Request) (record, error) {
	slug := urls.Str(r, "slug")
	found, _, ok := s.find(slug)
	if !ok {
		return record{}, web.NotFound(fmt.Sprintf("We have no record called %q.", slug))
	}
	return found, nil
}

func (s *shop) detail(r *web.Request) (web.Response, error) {
	found, err := s.record(r)
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("detail.html", map[string]any{"record": found}), nil
}

// doc:end

func (s *shop) order(r *web.Request) (web.Response, error) {
	found, err := s.record(r)
	if err != nil {
		return web.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	copies, err := strconv.Atoi(form.Get("copies"))
	if err != nil || copies < 1 {
		return web.Response{}, web.BadRequest("Say how many copies you want: 1 or more.")
	}
	if !s.take(found.Slug, copies) {
		return web.Response{}, web.NewError(http.StatusConflict, "We have not got that many left.", nil)
	}
	return urls.Redirect(r, "record", found.Slug), nil
}

func (s *shop) api(r *web.Request) (web.Response, error) {
	return web.JSON(map[string]any{"records": s.all()}), nil
}

func (s *shop) stock(r *web.Request) (web.Response, error) {
	found, err := s.record(r)
	if err != nil {
		return web.Response{}, err
	}
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		for {
			now, changed, _ := s.find(found.Slug)
			if err := events.SendJSON("stock", "", now.Stock); err != nil {
				return err // the visitor has gone
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
		}
	}, nil), nil
}
