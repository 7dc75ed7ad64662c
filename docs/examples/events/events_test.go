package events

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/settings"
)

func titles(t *testing.T, rows []*Event, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range rows {
		list = append(list, e.Title)
	}
	return list
}

// TestEvents runs what the guide shows.
func TestEvents(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	db, backend, err := openPostgres(ctx, settings.SecretOf(testdb.Postgres(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	ctx = orm.NewContext(ctx, db)
	if _, err := orm.Exec(ctx, "CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist"); err != nil {
		t.Fatal(err)
	}
	if err := orm.CreateTables(ctx, Models...); err != nil {
		t.Fatal(err)
	}
	day := func(d int) civil.Date { return civil.Date{Year: 2026, Month: time.June, Day: d} }
	jazz := &Event{Hall: 1, Title: "Jazz nights", Text: "Trumpets and more", Tags: postgres.Array[string]{"jazz"}, Period: postgres.NewRange(day(1), day(4))}
	film := &Event{Hall: 2, Title: "A film about trumpets", Text: "With the band", Period: postgres.NewRange(day(3), day(5))}
	for _, e := range []*Event{jazz, film} {
		if err := book(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := book(ctx, &Event{Hall: 1, Period: postgres.NewRange(day(3), day(9))}); !errors.Is(err, errTaken) {
		t.Errorf("a hall that is taken: %v", err)
	}
	if err := tag(ctx, film.ID, "film"); err != nil {
		t.Fatal(err)
	}
	if err := prepare(ctx); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ask  func() ([]*Event, error)
		want []string
	}{
		"on a day":  {func() ([]*Event, error) { return onDay(ctx, day(3), "jazz", "film") }, []string{"A film about trumpets", "Jazz nights"}},
		"by lookup": {func() ([]*Event, error) { return byLookup(ctx, day(4), "jazz", "film") }, []string{"A film about trumpets"}},
		"search":    {func() ([]*Event, error) { return search(ctx, `trumpet -"no such"`) }, []string{"A film about trumpets", "Jazz nights"}},
		"similar":   {func() ([]*Event, error) { return similar(ctx, "jaz nigths") }, []string{"Jazz nights"}},
	} {
		rows, err := c.ask()
		if diff := cmp.Diff(c.want, titles(t, rows, err)); diff != "" {
			t.Errorf("%s (want -, got +):\n%s", name, diff)
		}
	}
	if behindPgBouncer().Prepared != postgres.PreparedDescribe {
		t.Error("statements are prepared")
	}
}
