package guide

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func templateRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("", cover).Name("cover"),
		urls.Path("shelf/", shelf).Name("shelf"),
		urls.Path("shelf/<slug:slug>/sold/", sold).Methods("POST").Name("sold"),
		urls.Path("shelf/sales/", sales).Name("sales"),
		urls.Path("report/", report).Name("report"),
		urls.Include("tokyo/", urls.Path("", report).Name("tokyo")).Use(inZone("Asia/Tokyo")),
		urls.Path("old/", oldPage).Name("old"),
	}
}

// doc:shelf

// A Shelf is the data of shelf.html.
type Shelf struct {
	Name    string
	Records []*Record
}

// A Record is on a shelf.
type Record struct {
	Slug, Title string
	Cents       int
	Stock       int
	Since       time.Time
}

// SoldOut tells whether there is none left.
func (r *Record) SoldOut() bool { return r.Stock == 0 }

func shelf(r *web.Request) (web.Response, error) {
	return web.Render("shelf.html", Shelf{"Jazz & more", records()}), nil
}

// doc:end

func records() []*Record {
	since := time.Date(2026, 2, 3, 12, 30, 0, 0, time.UTC)
	return []*Record{{"nuages", "Nuages", 1990, 2, since}, {"blue-train", "Blue Train", 2450, 0, since}}
}

// doc:part

func sold(r *web.Request) (web.Response, error) {
	record, err := recordOf(urls.Str(r, "slug"))
	if err != nil {
		return web.Response{}, err
	}
	record.Stock--
	return web.Render("shelf.html#card", map[string]any{"record": record}), nil
}

// doc:end

func recordOf(slug string) (*Record, error) {
	for _, record := range records() {
		if record.Slug == slug {
			return record, nil
		}
	}
	return nil, web.NotFound("There is no such record.")
}

func sales(*web.Request) (web.Response, error) {
	return web.SSE(func(ctx context.Context, events *web.EventStream) error {
		for _, record := range records() {
			card, err := web.RenderString(ctx, "shelf.html#card", map[string]any{"record": record})
			if err != nil {
				return err
			}
			if err := events.Send(web.Event{Name: "card", Data: card}); err != nil {
				return err
			}
		}
		return nil
	}, nil), nil
}

// doc:stream

func report(r *web.Request) (web.Response, error) {
	rows := func(yield func(*Record) bool) { // made while the page is sent
		for _, record := range records() {
			if !yield(record) {
				return
			}
		}
	}
	return web.RenderStream("report.html", map[string]any{"rows": rows}), nil
}

// doc:end

func oldPage(*web.Request) (web.Response, error) {
	return web.Render("old.tmpl", map[string]string{"Name": "<Ann>"}), nil
}

// doc:options

// templateOptions are those of the engine: what every page has, and the tags of this site.
func templateOptions() template.Options {
	return template.Options{
		Processors: map[string]func(context.Context) (any, error){
			"shop_name": func(context.Context) (any, error) { return "Nuages Records", nil },
			"visitor": func(ctx context.Context) (any, error) {
				r, ok := web.FromContext(ctx)
				if !ok {
					return nil, nil
				}
				return r.Header.Get("X-Visitor"), nil
			},
		},
		Libraries: map[string]*template.Library{"shop": ShopTags()},
		Types:     []any{Shelf{}},
	}
}

// doc:end

// inZone has views show moments in a time zone.
func inZone(name string) web.Middleware {
	return web.Middleware{Name: "guide.zone", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			zone, err := time.LoadLocation(name)
			if err != nil {
				return web.Response{}, err
			}
			return next(r.WithContext(i18n.WithZone(r.Context(), zone)))
		}
	}}
}

// doc:letter

// Letters makes mails of the templates in a folder, without a project.
func Letters(folder fs.FS) (*template.Engine, error) {
	return template.New(&template.Options{
		Loaders:      []template.Loader{template.FS(folder)},
		NoAutoescape: true, // plain text
	})
}

// Letter writes one.
func Letter(ctx context.Context, letters *template.Engine, name string, data any) (subject, body string, err error) {
	text, err := letters.RenderString(ctx, name, data)
	if err != nil {
		return "", "", fmt.Errorf("write letter: %w", err)
	}
	subject, body, _ = strings.Cut(text, "\n\n")
	return subject, body, nil
}

// doc:end

// RecordCard renders a piece of a page outside of a request, as for a message to all sockets.
func RecordCard(ctx context.Context, engine *template.Engine, record *Record) (markup.HTML, error) {
	var page bytes.Buffer
	err := engine.Render(ctx, &page, "shelf.html#card", map[string]any{"record": record})
	return markup.HTML(page.String()), err
}
