package migrations

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0003FillCategory makes a category of each genre. It is NonAtomic, so that each batch is
// a transaction: nobody waits long for a lock, and after an interruption the next migrate
// goes on behind the last batch.
var m0003FillCategory = &migrations.Migration{
	App:          "shop",
	Name:         "0003_fill_category",
	Dependencies: []string{"shop.0002_category"},
	NonAtomic:    true,
	Operations: []migrations.Operation{
		// Elide: a squash leaves it out, since it has nothing to do in a new database.
		migrations.RunBatches{Model: "Record", Size: 500, Forward: genreToCategory, Backward: categoryToGenre, Elide: true},
	},
}

// genreToCategory points each record to the category of its genre. Genres that differ in
// case alone become one category, whose slug would otherwise stand there twice. It updates
// the key alone: a program that runs meanwhile may change the rest of a record.
func genreToCategory(ctx context.Context, apps *migrations.Apps, records []orm.Record) error {
	names, shelves := map[string]string{}, map[string][]any{} // by slug
	for _, record := range records {
		genre, err := record.Get("genre")
		if err != nil {
			return err
		}
		name := strings.TrimSpace(genre.(string))
		if name == "" {
			name = "Other"
		}
		slug := strings.ReplaceAll(strings.ToLower(name), " ", "-")
		if names[slug] == "" {
			names[slug] = name
		}
		shelves[slug] = append(shelves[slug], record.Key())
	}
	for _, slug := range slices.Sorted(maps.Keys(shelves)) {
		category, err := categoryKey(ctx, apps, names[slug], slug)
		if err != nil {
			return fmt.Errorf("category %q: %w", names[slug], err)
		}
		records := apps.Records("shop.Record").Filter(orm.F("pk").In(shelves[slug]...))
		if _, err := records.Update(ctx, map[string]any{"category": category}); err != nil {
			return err
		}
	}
	return nil
}

// categoryKey returns the key of a category, a new one where there is none.
func categoryKey(ctx context.Context, apps *migrations.Apps, name, slug string) (any, error) {
	categories := apps.Records("shop.Category")
	category, err := categories.Get(ctx, orm.F("slug").Eq(slug))
	if errors.Is(err, orm.ErrNotFound) {
		category, err = categories.Create(ctx, map[string]any{"name": name, "slug": slug})
	}
	if err != nil {
		return nil, err
	}
	return category.Key(), nil
}

// categoryToGenre writes the name of its category into each record. The categories go with
// their table, when 0002_category is undone.
func categoryToGenre(ctx context.Context, apps *migrations.Apps, records []orm.Record) error {
	shelves := map[any][]any{} // by the category's key, nil for none
	for _, record := range records {
		category, err := record.Get("category")
		if err != nil {
			return err
		}
		shelves[category] = append(shelves[category], record.Key())
	}
	categories, err := apps.Records("shop.Category").All(ctx)
	if err != nil {
		return err
	}
	for _, category := range categories {
		name, err := category.Get("name")
		if err != nil {
			return err
		}
		records := apps.Records("shop.Record").Filter(orm.F("pk").In(shelves[category.Key()]...))
		if _, err := records.Update(ctx, map[string]any{"genre": name}); err != nil {
			return err
		}
	}
	return nil
}
