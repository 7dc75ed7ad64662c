package shop

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// APIRoutes are the records as JSON.
func (v Views) APIRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("records/", v.apiList).Methods("GET").Name("records"),
		urls.Path("records/", v.apiCreate).Methods("POST"),
		urls.Path("records/<slug:slug>/", v.apiDetail).Methods("GET").Name("record"),
		urls.Path("stock/<int:after>/", v.apiStock).Methods("GET").Name("stock"),
	}
}

func (v Views) apiList(r *web.Request) (web.Response, error) {
	return web.JSON(map[string]any{"records": v.Records.Search(r.Query().Get("q"))}), nil
}

func (v Views) apiDetail(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	return web.JSON(record), nil
}

var validSlug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (v Views) apiCreate(r *web.Request) (web.Response, error) {
	var record Record
	if err := r.JSON(&record); err != nil {
		return web.Response{}, err
	}
	switch {
	case !validSlug.MatchString(record.Slug):
		return web.Response{}, web.BadRequest(`"slug" has to be lower-case words with hyphens between them.`)
	case record.Title == "" || record.Artist == "":
		return web.Response{}, web.BadRequest(`"title" and "artist" are needed.`)
	case record.Cents < 0 || record.Stock < 0:
		return web.Response{}, web.BadRequest(`"cents" and "stock" can't be negative.`)
	}
	record.Cover = "" // comes by upload alone
	err := v.Records.Add(record)
	if errors.Is(err, ErrExists) {
		return web.Response{}, web.NewError(http.StatusConflict, "There is a record of this slug already.", err)
	}
	if err != nil {
		return web.Response{}, err
	}
	location, err := urls.Reverse(r, "api:record", record.Slug)
	if err != nil {
		return web.Response{}, err
	}
	return web.JSON(record).WithStatus(http.StatusCreated).WithHeader("Location", location), nil
}

// apiStock answers with the stock changes after a number, as soon as there is one: a long poll for
// clients without server-sent events.
func (v Views) apiStock(r *web.Request) (web.Response, error) {
	after := urls.Int(r, "after")
	return web.LongPoll(r, 20*time.Second, func(ctx context.Context) ([]StockChange, error) {
		return v.Records.Since(ctx, after)
	})
}
