package shop

import (
	"context"
	"errors"
	"strings"

	"github.com/shopspring/decimal"

	history "github.com/nuages-web/nuages/examples/recordshop/shop/migrations"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// Prepare brings the tables to what the models are, and fills the shelves of a new shop. A
// shop that serves many would rather run the command migrate before the new version starts;
// this one needs nothing but to be started. FakeInitial takes the tables as they are where
// the shop made them before it had migrations.
func Prepare(ctx context.Context) error {
	_, err := Records.Exists(ctx)
	fresh := errors.Is(err, orm.ErrProgramming) // there is no table, rather than no way to it
	if err != nil && !fresh {
		return err
	}
	if err := migrations.Apply(ctx, history.All, &migrations.Options{FakeInitial: true}); err != nil || !fresh {
		return err
	}
	return Fill(ctx)
}

// Ready tells why the shop can't sell anything, nil if it can.
func Ready(ctx context.Context) error {
	switch any, err := Records.Exists(ctx); {
	case err != nil:
		return err
	case !any:
		return errors.New("the catalogue is empty")
	}
	return nil
}

// Fill puts what the shop opens with on the shelves.
func Fill(ctx context.Context) error {
	return orm.Atomic(ctx, func(ctx context.Context) error {
		var records []*Record
		for _, c := range catalogue {
			category, err := shelf(ctx, c.genre)
			if err != nil {
				return err
			}
			records = append(records, &Record{
				Slug: c.slug, Title: c.title, Artist: c.artist, Category: orm.To(category),
				Year: c.year, Price: decimal.New(c.cents, -2), Stock: c.stock,
			})
		}
		return Records.BulkCreate(ctx, records, nil)
	})
}

// shelf returns the category of a name, a new one where there is none.
func shelf(ctx context.Context, name string) (*Category, error) {
	category, _, err := Categories.GetOrCreate(ctx, &Category{Name: name, Slug: strings.ToLower(name)}, CategoryF.Name.Eq(name))
	return category, err
}

var catalogue = []struct {
	slug, title, artist, genre string
	year                       int16
	cents                      int64
	stock                      int32
}{
	{"blue-train", "Blue Train", "John Coltrane", "Jazz", 1958, 2490, 7},
	{"nuages", "Nuages", "Django Reinhardt", "Jazz", 1940, 1990, 12},
	{"kind-of-blue", "Kind of Blue", "Miles Davis", "Jazz", 1959, 2690, 4},
	{"pastel-blues", "Pastel Blues", "Nina Simone", "Soul", 1965, 2290, 3},
	{"innervisions", "Innervisions", "Stevie Wonder", "Soul", 1973, 2390, 9},
	{"hounds-of-love", "Hounds of Love", "Kate Bush", "Pop", 1985, 2590, 6},
	{"trans-europa-express", "Trans Europa Express", "Kraftwerk", "Electronic", 1977, 2190, 5},
	{"selected-ambient-works", "Selected Ambient Works 85–92", "Aphex Twin", "Electronic", 1992, 2890, 2},
	{"the-goldberg-variations", "The Goldberg Variations", "Glenn Gould", "Classical", 1956, 1890, 8},
}
