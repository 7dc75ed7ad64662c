package shop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// Views are the shop's views with what they work on.
type Views struct {
	Stock     *Feed
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
		urls.Path("<slug:slug>/reviews/", v.Review).Methods("POST").Name("review"),
		urls.Path("<slug:slug>/order/", v.Order).Methods("POST").Name("order"),
	}
}

// Home greets.
func (v Views) Home(r *web.Request) (web.Response, error) {
	records, err := Search("").Limit(6).All(r.Context())
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/home.html", map[string]any{"records": records}), nil
}

// pageSize is how many records a page of the list shows.
const pageSize = 60

// List shows the catalogue, or what was searched in it, and how many records each shelf has.
func (v Views) List(r *web.Request) (web.Response, error) {
	text := r.Query().Get("q")
	found := Search(text)
	if slug := r.Query().Get("category"); slug != "" {
		found = found.Filter(RecordF.Category().Slug.Eq(slug))
	}
	records, err := found.Limit(pageSize).All(r.Context())
	if err != nil {
		return web.Response{}, err
	}
	type line struct {
		Name, Slug string
		N          int64
	}
	shelves, err := orm.Select[line](r.Context(), Categories.Order("name"),
		CategoryF.Name.As("name"), CategoryF.Slug.As("slug"), orm.Count(CategoryF.Records()).As("n"))
	if err != nil {
		return web.Response{}, err
	}
	page := "shop/list.html"
	if r.Header.Get("X-Part") == "results" { // search.js asks for what it found alone
		page += "#results"
	}
	resp := web.Render(page, map[string]any{"query": text, "records": records, "shelves": shelves})
	web.AddVary(resp.Header(), "X-Part")
	return resp, nil
}

// record finds the record that the path names.
func (v Views) record(r *web.Request) (*Record, error) {
	slug := urls.Str(r, "slug")
	record, err := Records.SelectRelated(RecordF.Category()).Get(r.Context(), RecordF.Slug.Eq(slug))
	if errors.Is(err, orm.ErrNotFound) {
		return nil, web.NotFound(fmt.Sprintf("We have no record called %q.", slug))
	}
	return record, err
}

// DetailPage is what the page of a record shows. Its template names this type, so that check verifies
// the variables.
type DetailPage struct {
	Record  *Record
	Reviews []*Review
	Stars   float64 // on average
}

// Detail shows one record, with the last reviews and what they say on average.
func (v Views) Detail(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	reviews, err := record.Reviews().Query().Limit(10).All(r.Context())
	if err != nil {
		return web.Response{}, err
	}
	stars := orm.Avg(ReviewF.Stars).As("stars")
	all, err := orm.Aggregate(r.Context(), record.Reviews().Query(), stars)
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/detail.html", DetailPage{Record: record, Reviews: reviews, Stars: stars.Of(all)}), nil
}

// Review takes what a visitor says of a record.
func (v Views) Review(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	stars, err := strconv.ParseInt(form.Get("stars"), 10, 16)
	review := &Review{Author: strings.TrimSpace(form.Get("author")), Stars: int16(stars), Text: form.Get("text")}
	switch {
	case err != nil || stars < 1 || stars > 5:
		return web.Response{}, web.BadRequest("Give 1 to 5 stars.")
	case review.Author == "" || utf8.RuneCountInString(review.Author) > 50:
		return web.Response{}, web.BadRequest("Tell your name, in up to 50 letters.")
	case utf8.RuneCountInString(review.Text) > 2000:
		return web.Response{}, web.BadRequest("A review has up to 2,000 letters.")
	}
	if err := record.Reviews().Create(r.Context(), review); err != nil {
		return web.Response{}, err
	}
	return urls.Redirect(r, "record", record.Slug), nil
}

// Order sells a record to a visitor.
func (v Views) Order(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	customer := strings.TrimSpace(form.Get("customer"))
	quantity, err := strconv.ParseInt(form.Get("quantity"), 10, 32)
	switch {
	case customer == "" || utf8.RuneCountInString(customer) > 100:
		return web.Response{}, web.BadRequest("Tell your name, in up to 100 letters.")
	case err != nil || quantity < 1:
		return web.Response{}, web.BadRequest("Order one record or more.")
	}
	order, err := v.Stock.Buy(r.Context(), record.Slug, customer, int32(quantity))
	if errors.Is(err, ErrSoldOut) {
		return web.Response{}, web.NewError(http.StatusConflict, "We have not so many left.", err)
	}
	if err != nil {
		return web.Response{}, err
	}
	return web.Render("shop/ordered.html", map[string]any{"order": order, "record": record, "quantity": quantity}), nil
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
		"record": record, "delivery": delivery, "pressing": pressing, "took": time.Since(began).Round(time.Millisecond).String(),
	}), nil
}

// Cover shows a record's cover, if one was uploaded.
func (v Views) Cover(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	picture, err := record.Picture(r.Context())
	if errors.Is(err, orm.ErrNotFound) {
		return web.Response{}, web.NotFound("This record has no cover yet.")
	}
	if err != nil {
		return web.Response{}, err
	}
	return web.Content(record.Cover, time.Time{}, bytes.NewReader(picture.Image), nil), nil
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
	if err := setCover(r.Context(), record, record.Slug+"."+kind, image); err != nil {
		return web.Response{}, err
	}
	return urls.Redirect(r, "record", record.Slug), nil
}

// setCover keeps a record's picture, in the place of the one that it had.
func setCover(ctx context.Context, record *Record, file string, image []byte) error {
	return orm.Atomic(ctx, func(ctx context.Context) error {
		if _, err := Pictures.Filter(PictureF.RecordID.Eq(record.ID)).Delete(ctx); err != nil {
			return err
		}
		if err := Pictures.Create(ctx, &Picture{Record: orm.OneTo(record), Image: image}); err != nil {
			return err
		}
		record.Cover = file
		return orm.SaveFields(ctx, record, RecordF.Cover)
	})
}
