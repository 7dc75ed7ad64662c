package events

import (
	"context"
	"errors"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/settings"
)

// openPostgres connects to the database that the setting names. The caller closes
// the backend when the program ends.
func openPostgres(ctx context.Context, url settings.Secret) (*orm.DB, *postgres.DB, error) {
	backend, err := postgres.Open(ctx, url.Reveal(), &postgres.Options{
		MaxConns:         20,
		ApplicationName:  "events",
		StatementTimeout: 30 * time.Second,
	})
	if err != nil {
		return nil, nil, err
	}
	return orm.NewDB(backend), backend, nil
}

// behindPgBouncer are the options for PgBouncer in transaction mode.
func behindPgBouncer() *postgres.Options {
	return &postgres.Options{Prepared: postgres.PreparedDescribe}
}

// onDay returns the events of a day that have one of the tags.
func onDay(ctx context.Context, day civil.Date, tags ...string) ([]*Event, error) {
	return Events.Filter(EventF.Period.Contains(day), EventF.Tags.Overlap(tags...)).OrderBy(EventF.Title.Asc()).All(ctx)
}

// byLookup is onDay in Django's notation.
func byLookup(ctx context.Context, day civil.Date, tags ...string) ([]*Event, error) {
	return Events.Lookup("period__contains", day).Lookup("tags__overlap", tags).Order("title").All(ctx)
}

var errTaken = errors.New("the hall is taken on one of these days")

// book saves an event where the hall is free.
func book(ctx context.Context, e *Event) error {
	err := e.Save(ctx)
	if errors.Is(err, orm.ErrExclusion) {
		return errTaken
	}
	return err
}

// tag adds a tag in the database, so that no other change is lost.
func tag(ctx context.Context, id int64, word string) error {
	_, err := Events.Filter(EventF.ID.Eq(id)).Update(ctx, EventF.Tags.Append(word))
	return err
}

// document is what searches look at: words of the title count for more.
var document = postgres.NewSearchVector(EventF.Title).Config("english").Weight("A").
	Concat(postgres.NewSearchVector(EventF.Text).Config("english").Weight("B"))

// prepare computes what searches look at.
func prepare(ctx context.Context) error {
	_, err := Events.Update(ctx, EventF.Words.SetF(document))
	return err
}

// search returns events by how well they fit what somebody typed.
func search(ctx context.Context, typed string) ([]*Event, error) {
	query := postgres.NewSearchQuery(typed, &postgres.QueryOptions{Type: postgres.WebSearch, Config: "english"})
	rank := postgres.SearchRank(EventF.Words, query, nil).As("rank")
	return Events.Filter(EventF.Words.Search(query)).Annotate(rank).OrderBy(rank.Desc()).Limit(20).All(ctx)
}

// similar returns titles that are nearly what was typed.
func similar(ctx context.Context, typed string) ([]*Event, error) {
	return Events.Filter(postgres.TrigramSimilar(EventF.Title, typed)).
		OrderBy(postgres.TrigramDistance(EventF.Title, typed).Asc()).All(ctx)
}
