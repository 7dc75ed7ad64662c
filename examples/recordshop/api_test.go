package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	c, ctx := newShop(t, nil)
	var list struct{ Records []struct{ Slug string } }
	c.Get("/api/records/?q=jazz").JSON(&list)
	if len(list.Records) != 3 {
		t.Errorf("got %v, want the three of jazz", list.Records)
	}
	c.Get("/api/records/?q=nothing").AssertJSONEqual(`{"records": []}`)
	c.Get("/api/records/nuages/").AssertJSONEqual(`{"slug": "nuages", "title": "Nuages", "artist": "Django Reinhardt",
		"category": "Jazz", "year": 1940, "price": "19.9", "stock": 12}`)
	c.Get("/api/records/unknown/").AssertStatus(404)

	record := map[string]any{"slug": "minor-swing", "title": "Minor Swing", "artist": "Django Reinhardt", "category": "Jazz", "price": "17.90", "cover": "../evil.html"}
	created := c.PostJSON("/api/records/", record)
	created.AssertStatus(201)
	created.AssertHeader("Location", "/api/records/minor-swing/")
	if got, err := shop.Records.Get(ctx, shop.RecordF.Slug.Eq("minor-swing")); err != nil || got.Cover != "" || got.Label() != "€ 17.90" {
		t.Errorf("got %+v, %v, want the record without a cover", got, err)
	}
	c.PostJSON("/api/records/", record).AssertStatus(409)
	c.Delete("/api/records/").AssertStatus(405)
}

func TestAPIRefuses(t *testing.T) {
	t.Parallel()
	c, ctx := newShop(t, nil)
	count := func() int64 {
		n, err := shop.Records.Count(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	tests := []struct{ name, body string }{
		{"no JSON", "slug=x"},
		{"half of JSON", `{"slug": "x"`},
		{"a list", `[]`},
		{"no slug", `{"title": "A", "artist": "B", "category": "Jazz"}`},
		{"slug with a path", `{"slug": "../x", "title": "A", "artist": "B", "category": "Jazz"}`},
		{"slug with capitals", `{"slug": "X", "title": "A", "artist": "B", "category": "Jazz"}`},
		{"no title", `{"slug": "x", "artist": "B"}`},
		{"year of another type", `{"slug": "x", "title": "A", "artist": "B", "category": "Jazz", "year": "1940"}`},
		{"no category", `{"slug": "x", "title": "A", "artist": "B"}`},
		{"price that is no number", `{"slug": "x", "title": "A", "artist": "B", "category": "Jazz", "price": "a"}`},
		{"price of a million digits", `{"slug": "x", "title": "A", "artist": "B", "category": "Jazz", "price": 1e1000000}`},
		{"price too high", `{"slug": "x", "title": "A", "artist": "B", "category": "Jazz", "price": "1000000"}`},
		{"title too long", `{"slug": "x", "title": "` + strings.Repeat("A", 201) + `", "artist": "B", "category": "Jazz"}`},
		{"a NUL byte", `{"slug": "x", "title": "A\u0000", "artist": "B", "category": "Jazz"}`},
		{"negative stock", `{"slug": "x", "title": "A", "artist": "B", "category": "Jazz", "stock": -1}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.PostBody("/api/records/", "application/json", []byte(test.body)).AssertStatus(400)
		})
	}
	if after := count(); after != before {
		t.Errorf("got %d records, want %d as before", after, before)
	}
}

// picture is a real PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestCover(t *testing.T) {
	t.Parallel()
	c, ctx := newShop(t, nil)
	c.Get("/records/nuages/cover/").AssertStatus(404)
	form := c.Follow().Get("/records/nuages/").FormAt(1)
	page := form.Upload("cover", "../../../etc/passwd.html", picture(t)).Submit("Upload")
	if got := page.Find("img.sleeve").Attr("src"); got != "/records/nuages/cover/" {
		t.Errorf("got the cover %q", got)
	}
	if got := cover(ctx, t); got != "nuages.png" {
		t.Errorf("got the file name %q, want our own", got)
	}
	sent := c.Get("/records/nuages/cover/")
	sent.AssertHeader("Content-Type", "image/png")
	sent.AssertHeader("X-Content-Type-Options", "nosniff")
	if sent.Body != string(picture(t)) {
		t.Error("got another picture")
	}
}

func TestCoverRefuses(t *testing.T) {
	t.Parallel()
	c, ctx := newShop(t, nil)
	large := append(picture(t), make([]byte, 1<<20)...)
	tests := []struct {
		name   string
		path   string
		files  []webtest.File
		status int
	}{
		{"a page that says it is a picture", "/records/nuages/cover/", []webtest.File{{Field: "cover", Name: "a.png", ContentType: "image/png", Data: []byte("<script>alert(1)</script>")}}, 415},
		{"SVG, which may hold scripts", "/records/nuages/cover/", []webtest.File{{Field: "cover", Name: "a.svg", Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")}}, 415},
		{"too large", "/records/nuages/cover/", []webtest.File{{Field: "cover", Name: "a.png", Data: large}}, 413},
		{"another field", "/records/nuages/cover/", []webtest.File{{Field: "picture", Name: "a.png", Data: picture(t)}}, 400},
		{"no file", "/records/nuages/cover/", nil, 400},
		{"empty", "/records/nuages/cover/", []webtest.File{{Field: "cover", Name: "a.png"}}, 415},
		{"unknown record", "/records/unknown/cover/", []webtest.File{{Field: "cover", Name: "a.png", Data: picture(t)}}, 404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.PostMultipart(test.path, nil, test.files...).AssertStatus(test.status)
		})
	}
	if got := cover(ctx, t); got != "" {
		t.Errorf("got the cover %q, want none", got)
	}
}

// cover returns the file name of a record's cover.
func cover(ctx context.Context, t *testing.T) string {
	t.Helper()
	r, err := shop.Records.Get(ctx, shop.RecordF.Slug.Eq("nuages"))
	if err != nil {
		t.Fatal(err)
	}
	return r.Cover
}
