package rows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// TestFilteredRelation looks at what the pairs with Django don't ask; those are
// filtered/… in orm/ormtest/internal/pairs.
func TestFilteredRelation(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		books := models.PublisherF.Books()
		praised := orm.FilteredRelation("praised", books, orm.Any(books.Reviews(), models.ReviewF.Stars.Eq(5)))
		named := orm.FilteredRelation("named", praised.F.Authors(), models.AuthorF.PenName.Ne(""))
		n := orm.CountDistinct(praised.F).As("n")
		people := orm.CountDistinct(named.F).As("people")
		publishers := must[[]*models.Publisher](t)(models.Publishers.Annotate(praised, named, n, people).Order("pk").All(ctx))
		fits := orm.Any(models.BookF.Reviews(), models.ReviewF.Stars.Eq(5))
		for _, p := range publishers {
			own := models.BookF.PublisherID.Eq(p.ID)
			if want := must[int64](t)(models.Books.Filter(own, fits).Count(ctx)); n.Of(p) != want {
				t.Errorf("%s has %d praised books, want %d", p.Name, n.Of(p), want)
			}
			if want := must[int64](t)(models.Authors.Filter(models.AuthorF.PenName.Ne(""), orm.Any(models.AuthorF.Books(), own, fits)).Count(ctx)); people.Of(p) != want {
				t.Errorf("%s has %d authors of praised books who have a pen name, want %d", p.Name, people.Of(p), want)
			}
		}

		// EXISTS goes along a filtered relation as along others.
		active := models.Publishers.Annotate(praised).Filter(orm.Any(praised.F, models.BookF.Active.Eq(true)))
		want := must[int64](t)(models.Publishers.Filter(orm.Any(books, models.BookF.Active.Eq(true), fits)).Count(ctx))
		if got := must[int64](t)(active.Count(ctx)); got != want || got == 0 {
			t.Errorf("%d publishers have a praised book that is active, want %d", got, want)
		}
		// A query that is cut is a subquery of its aggregates.
		total := orm.Sum(praised.F.Pages).As("total")
		first := must[*orm.AggregateRow](t)(orm.Aggregate(ctx, models.Publishers.Annotate(praised).Order("-praised__pages").Filter(praised.F.IsNotNull()).Limit(1), total))
		longest := must[*models.Book](t)(models.Books.Filter(fits).Order("-pages").First(ctx))
		if got := total.Of(first); fmt.Sprint(got) != fmt.Sprint(longest.Pages) {
			t.Errorf("the longest praised book has %v pages, want %d", got, longest.Pages)
		}
	})
}

// TestFilteredRelationErrors pins the mistakes.
func TestFilteredRelationErrors(t *testing.T) {
	t.Parallel()
	ctx := databases.SQLite(t)
	f := models.PublisherF
	long := orm.FilteredRelation("long", f.Books(), models.BookF.Pages.Gt(300))
	german := orm.FilteredRelation("german", models.BookF.Publisher(), models.PublisherF.CountryID.Eq("de"))
	publishers := func(relation orm.Annotation) *orm.Query[models.Publisher] {
		return models.Publishers.Annotate(relation).Lookup("x", 1)
	}
	named := func(relation string) *orm.Query[models.Publisher] {
		return publishers(orm.FilteredRelationNamed(orm.MetaOf[models.Publisher](), "x", relation))
	}
	for name, test := range map[string]struct {
		q    orm.AnyQuery
		want string
	}{
		"not annotated":     {models.Publishers.Filter(long.F.Pages.Gt(1)), "does not have the filtered relation shop.Publisher: long: give it to Annotate"},
		"not annotated any": {models.Publishers.Filter(orm.Any(long.F)), "give it to Annotate"},
		"of another model":  {models.Books.Annotate(long), "shop.Publisher: long was used in a query of shop.Book"},
		"of a model":        {models.Books.Annotate(orm.FilteredRelation("x", models.BookF)), "takes a relation of a model"},
		"filtered already":  {publishers(orm.FilteredRelation("x", long.F)), "give all conditions to one"},
		"name":              {publishers(orm.FilteredRelation("a b", f.Books())), "letters, digits and underscores"},
		"name of a field":   {models.Publishers.Annotate(orm.FilteredRelation("books", f.Books())), `shop.Publisher has a relation of that name`},
		"twice":             {models.Publishers.Annotate(long, long), `two annotations are called "long"`},
		"and annotation":    {models.Publishers.Annotate(long, orm.Count(f.Books()).As("long")), `two annotations are called "long"`},
		"no relation":       {named("bookz"), `no relation "bookz"`},
		"a lookup":          {named("books__title"), `no relation "title"`},
		"further on":        {publishers(orm.FilteredRelation("x", f.Books(), models.BookF.Category().Name.Eq("x"))), "needs a join of its own: write that part as orm.Any"},
		"elsewhere":         {publishers(orm.FilteredRelation("x", f.Books(), f.Country().Name.Eq("x"))), "needs a join of its own"},
		"of a parent":       {models.Books.Annotate(orm.FilteredRelation("x", models.BookF.Authors(), models.AuthorF.CountryID.Eq("us"))).Lookup("x", 1), "needs a join of its own"},
		"of a parent, named": {models.Books.Annotate(orm.FilteredRelationNamed(orm.MetaOf[models.Book](), "x", "authors",
			orm.Lookup(orm.MetaOf[models.Book](), "authors__name", "x"))).Lookup("x", 1), "needs a join of its own"},
		"select related": {models.Books.Annotate(german).SelectRelated(german.F), "its rows are not those of the relation"},
		"only":           {models.Books.Annotate(german).Only(german.F.Name), "its rows are not those of the relation"},
		"defer":          {models.Books.Annotate(german).Defer(german.F.Name), "its rows are not those of the relation"},
		"prefetch":       {models.Publishers.Annotate(long).Prefetch(long.F), "its rows are not those of the relation"},
		"unknown column": {models.Publishers.Annotate(long).Lookup("long__nome", 1), "nome"},
	} {
		var err error
		switch q := test.q.(type) {
		case *orm.Query[models.Publisher]:
			_, err = q.All(ctx)
		case *orm.Query[models.Book]:
			_, err = q.All(ctx)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	if _, err := orm.Select[struct{ Long int64 }](ctx, models.Publishers, long); err == nil || !strings.Contains(err.Error(), "is no value") {
		t.Errorf("Select took a filtered relation: %v", err)
	}
}
