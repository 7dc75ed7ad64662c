// Package pages holds the pages that comparetemplates renders with each engine, and their data.
package pages

import (
	"embed"
	"fmt"
	"io/fs"
	"time"
)

//go:embed templates
var files embed.FS

// Templates returns the pages in a language: django, pongo2, jinja2 or gohtml.
func Templates(language string) fs.FS {
	sub, err := fs.Sub(files, "templates/"+language)
	if err != nil {
		panic(err) // the folders are embedded
	}
	return sub
}

// A Row is a line of the table of a page.
type Row struct {
	ID      int
	Name    string
	Price   float64
	Created time.Time
}

// A Link is an entry of the navigation of a page.
type Link struct{ URL, Label string }

// A Fortune is a line of the page of fortunes.
type Fortune struct {
	ID      int
	Message string
}

// A Page is what is measured: a template and its data.
type Page struct {
	Name, Template string
	Data           map[string]any
}

// All returns the pages. Keys are the names of the fields of a row in the language of the templates,
// ID, Name, Price and Created in their order: those of rows that are maps.
func All(keys [4]string) []Page {
	data := func(rows any) map[string]any {
		return map[string]any{"title": "Stock & more", "name": "Tom & Jerry", "site": "bench site", "nav": nav(), "rows": rows}
	}
	return []Page{
		{"small", "small.html", map[string]any{"name": "Tom & Jerry", "messages": 3}},
		{"structs", "page.html", data(rows(50))},
		{"maps", "page.html", data(maps(rows(50), keys))},
		{"rows_1000", "page.html", data(rows(1000))},
		{"fortunes", "fortunes.html", map[string]any{"fortunes": fortunes()}},
		{"deep", "deep.html", data(nil)},
	}
}

func rows(n int) []Row {
	rows := make([]Row, n)
	start := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	for i := range rows {
		id := i + 1
		rows[i] = Row{id, fmt.Sprintf("Item <%d> & co", id), float64(id) * 1.37, start.AddDate(0, 0, id)}
	}
	return rows
}

func maps(rows []Row, keys [4]string) []map[string]any {
	maps := make([]map[string]any, len(rows))
	for i, r := range rows {
		maps[i] = map[string]any{keys[0]: r.ID, keys[1]: r.Name, keys[2]: r.Price, keys[3]: r.Created}
	}
	return maps
}

func nav() []Link {
	var links []Link
	for _, s := range []string{"home", "news", "shop", "help", "about"} {
		links = append(links, Link{"/" + s + "/", s})
	}
	return links
}

func fortunes() []Fortune {
	messages := []string{
		"fortune: No such file or directory",
		"A computer scientist is someone who fixes things that aren't broken.",
		"After enough decimal places, nobody gives a damn.",
		"A bad random number generator: 1, 1, 1, 1, 1, 4.33e67, 1, 1, 1",
		"A computer program does what you tell it to do, not what you want it to do.",
		"Emacs is a nice operating system, but I prefer UNIX. — Tom Christiansen",
		"Any program that runs right is obsolete.",
		"A list is only as strong as its weakest link. — Donald Knuth",
		"Feature: A bug with seniority.",
		"Computers make very fast, very accurate mistakes.",
		`<script>alert("This should not be displayed in a browser alert box.");</script>`,
		"フレームワークのベンチマーク",
	}
	fortunes := make([]Fortune, len(messages))
	for i, m := range messages {
		fortunes[i] = Fortune{i + 1, m}
	}
	return fortunes
}
