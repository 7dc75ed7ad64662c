package shop

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// Views are the shop's views with what they work on.
type Views struct {
	Records   *Store
	Suppliers Suppliers
	Chat      *Chat
}

// Suppliers are who the shop asks for what it has not got; *suppliers.Suppliers in the program.
type Suppliers interface {
	Delivery(ctx context.Context, slug string) (suppliers.Delivery, error)
	Pressing(ctx context.Context, slug string) (suppliers.Pressing, error)
}

// PageRoutes are the pages of the records.
func (v Views) PageRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("", v.List).Name("records"),
		urls.Path("<slug:slug>/", v.Detail).Name("record"),
		urls.Path("<slug:slug>/availability/", v.Availability).Name("availability"),
		urls.Path("<slug:slug>/cover/", v.Cover).Methods("GET").Name("cover"),
		urls.Path("<slug:slug>/cover/", v.UploadCover).Methods("POST"),
	}
}

// Home greets.
func (v Views) Home(r *web.Request) (web.Response, error) {
	records := v.Records.Search("")
	return web.Render("shop/home.html", map[string]any{"Records": records[:min(6, len(records))]}), nil
}

// List shows the catalogue, or what was searched in it.
func (v Views) List(r *web.Request) (web.Response, error) {
	text := r.Query().Get("q")
	return web.Render("shop/list.html", map[string]any{"Query": text, "Records": v.Records.Search(text)}), nil
}

// record finds the record that the path names.
func (v Views) record(r *web.Request) (Record, error) {
	slug := urls.Str(r, "slug")
	record, ok := v.Records.Get(slug)
	if !ok {
		return record, web.NotFound(fmt.Sprintf("We have no record called %q.", slug))
	}
	return record, nil
}

// Detail shows one record.
func (v Views) Detail(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/detail.html", map[string]any{"Record": record}), nil
}

// Availability asks the warehouse and the label at the same time: the page takes as long as the
// slower of the two, and both are called off when the visitor leaves.
func (v Views) Availability(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	began := time.Now()
	delivery, pressing, err := async.Gather2(r.Context(),
		func(ctx context.Context) (suppliers.Delivery, error) { return v.Suppliers.Delivery(ctx, record.Slug) },
		func(ctx context.Context) (suppliers.Pressing, error) { return v.Suppliers.Pressing(ctx, record.Slug) },
	)
	if err != nil {
		return web.Response{}, web.NewError(http.StatusBadGateway, "Our suppliers don't answer at the moment.", err)
	}
	return web.Render("shop/availability.html", map[string]any{
		"Record": record, "Delivery": delivery, "Pressing": pressing, "Took": time.Since(began).Round(time.Millisecond),
	}), nil
}

// Cover shows a record's cover, if one was uploaded.
func (v Views) Cover(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	image, ok := v.Records.Cover(record.Slug)
	if !ok {
		return web.Response{}, web.NotFound("This record has no cover yet.")
	}
	return web.Content(record.Cover, time.Time{}, bytes.NewReader(image), nil), nil
}

// maxCover is the largest cover that is taken, in bytes.
const maxCover = 1 << 20

// UploadCover takes a cover for a record.
func (v Views) UploadCover(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	file := form.File("cover")
	switch {
	case file == nil:
		return web.Response{}, web.BadRequest("Choose a picture first.")
	case file.Size > maxCover:
		return web.Response{}, web.NewError(http.StatusRequestEntityTooLarge, "A cover may have 1 MiB at most.", nil)
	}
	image, err := file.Bytes()
	if err != nil {
		return web.Response{}, err
	}
	// What the client says of the file proves nothing: look at it.
	kind := strings.TrimPrefix(http.DetectContentType(image), "image/")
	if kind != "png" && kind != "jpeg" && kind != "webp" {
		return web.Response{}, web.NewError(http.StatusUnsupportedMediaType, "A cover has to be a PNG, JPEG or WebP picture.", nil)
	}
	v.Records.SetCover(record.Slug, record.Slug+"."+kind, image)
	return urls.Redirect(r, "record", record.Slug), nil
}
