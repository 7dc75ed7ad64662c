// Package translations has the code of the guide about languages.
package translations

import (
	"embed"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/web"
)

//go:embed locale
var files embed.FS

// Catalogs reads the catalogues of the program, then those of Django if a folder
// of it is given.
func Catalogs(django string) (*i18n.Catalogs, error) {
	own, err := fs.Sub(files, "locale")
	if err != nil {
		return nil, err
	}
	folders := []fs.FS{own}
	if django != "" {
		folders = append(folders, os.DirFS(django+"/contrib/humanize/locale"), os.DirFS(django+"/conf/locale"))
	}
	return i18n.New(folders, &i18n.Options{
		LanguageCode:         "en-us",
		Languages:            []string{"en", "de"},
		UseThousandSeparator: true,
	})
}

// Language is middleware that takes the language from the address:
// ?language=de.
func Language(catalogs *i18n.Catalogs) web.Middleware {
	return web.Middleware{Name: "shop.Language", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if code, ok := catalogs.Supported(r.Query().Get("language")); ok {
				r = r.WithContext(i18n.NewContext(r.Context(), catalogs.Locale(code)))
			}
			return next(r)
		}
	}}
}

// titleLabel is translated when a page is shown.
var titleLabel = i18n.LazyText("Title")

// Welcome speaks the language of the request.
func Welcome(r *web.Request) (web.Response, error) {
	l, _ := i18n.FromContext(r.Context()) // nil is English
	var b strings.Builder
	fmt.Fprintln(&b, l.Gettext("Welcome to the record shop"))
	fmt.Fprintf(&b, l.NGettext("%d record", "%d records", 3)+"\n", 3)
	fmt.Fprintln(&b, titleLabel.In(l))
	return web.Text(b.String()), nil
}

// doc:numbers
var opened = i18n.ParseDateFormat("DATE_FORMAT") // parsed once

// Receipt writes a day and a sum.
func Receipt(l *i18n.Locale, at time.Time, cents int64) string {
	b, _ := l.AppendDate(nil, i18n.Moment(at), opened) // a moment has all letters
	b = append(b, ": "...)
	b = l.AppendNumber(b, i18n.Decimal(big.NewInt(cents), -2), 2, i18n.GroupBySettings)
	return string(b)
}

// doc:end

// Engine has the filters of humanize.
func Engine(catalogs *i18n.Catalogs) (*template.Engine, error) {
	return template.New(&template.Options{
		Libraries: map[string]*template.Library{"humanize": humanize.Library()},
		Locale:    catalogs.Default(),
	})
}
