package shop

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
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

// item is a record as the API shows it and takes it.
type item struct {
	Slug     string          `json:"slug"`
	Title    string          `json:"title"`
	Artist   string          `json:"artist"`
	Category string          `json:"category"`
	Year     int16           `json:"year"`
	Price    decimal.Decimal `json:"price"`
	Stock    int32           `json:"stock"`
	Cover    string          `json:"cover,omitempty"`
}

func itemOf(r *Record) item {
	return item{r.Slug, r.Title, r.Artist, r.Shelf(), r.Year, r.Price, r.Stock, r.Cover}
}

// maxItems is how many records one answer holds.
const maxItems = 100

func (v Views) apiList(r *web.Request) (web.Response, error) {
	records, err := Search(r.Query().Get("q")).Limit(maxItems).All(r.Context())
	if err != nil {
		return web.Response{}, err
	}
	items := make([]item, len(records))
	for i, record := range records {
		items[i] = itemOf(record)
	}
	return web.JSON(map[string]any{"records": items}), nil
}

func (v Views) apiDetail(r *web.Request) (web.Response, error) {
	record, err := v.record(r)
	if err != nil {
		return web.Response{}, err
	}
	return web.JSON(itemOf(record)), nil
}

var validSlug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (v Views) apiCreate(r *web.Request) (web.Response, error) {
	var given item
	if err := r.JSON(&given); err != nil {
		return web.Response{}, err
	}
	switch {
	case !validSlug.MatchString(given.Slug):
		return web.Response{}, web.BadRequest(`"slug" has to be lower-case words with hyphens between them.`)
	case given.Title == "" || given.Artist == "" || given.Category == "":
		return web.Response{}, web.BadRequest(`"title", "artist" and "category" are needed.`)
	case given.Price.IsNegative() || given.Stock < 0:
		return web.Response{}, web.BadRequest(`"price" and "stock" can't be negative.`)
	}
	record, err := v.add(r.Context(), given)
	switch {
	case errors.Is(err, orm.ErrUnique):
		return web.Response{}, web.NewError(http.StatusConflict, "There is a record of this slug already.", err)
	case errors.Is(err, orm.ErrData):
		return web.Response{}, web.NewError(http.StatusBadRequest, "A value is too long or too large.", err)
	case err != nil:
		return web.Response{}, err
	}
	location, err := urls.Reverse(r, "api:record", record.Slug)
	if err != nil {
		return web.Response{}, err
	}
	return web.JSON(itemOf(record)).WithStatus(http.StatusCreated).WithHeader("Location", location), nil
}

// add puts a new record on the shelf of its category. A cover comes by upload alone.
func (v Views) add(ctx context.Context, given item) (record *Record, err error) {
	err = orm.Atomic(ctx, func(ctx context.Context) error {
		category, err := shelf(ctx, given.Category)
		if err != nil {
			return err
		}
		record = &Record{Slug: given.Slug, Title: given.Title, Artist: given.Artist, Category: orm.To(category),
			Year: given.Year, Price: given.Price, Stock: given.Stock}
		return record.Save(ctx)
	})
	return record, err
}

// apiStock answers with the stock changes after a number, as soon as there is one: a long poll for
// clients without server-sent events.
func (v Views) apiStock(r *web.Request) (web.Response, error) {
	after := urls.Int(r, "after")
	return web.LongPoll(r, 20*time.Second, func(ctx context.Context) ([]StockChange, error) {
		return v.Stock.Since(ctx, after)
	})
}
