package contenttypes_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

var tables = append(slices.Clone(contenttypes.Models), Models...)

// rows are what the tests have.
type rows struct {
	shop             *Shop
	pear, plum, figs *Product
	book             *Book
	ann              *Person
}

func load(t *testing.T, ctx context.Context) rows {
	t.Helper()
	r := rows{shop: &Shop{Name: "North"}, ann: &Person{Code: "1"}}
	create(t, ctx, Shops, r.shop)
	for i, p := range []**Product{&r.pear, &r.plum, &r.figs} {
		*p = &Product{Name: []string{"Pear", "Plum", "Figs"}[i], Shop: orm.To(r.shop)}
		create(t, ctx, Products, *p)
	}
	r.book = &Book{Product: Product{Name: "Book", Shop: orm.To(r.shop)}, Pages: 9}
	create(t, ctx, Books, r.book)
	create(t, ctx, People, r.ann)
	for _, tag := range []struct {
		label string
		on    any
	}{{"new", r.pear}, {"sweet", r.pear}, {"new", r.plum}, {"north", r.shop}, {"long", r.book}} {
		item := &Tag{Label: tag.label}
		if err := contenttypes.Point(ctx, &item.ContentType, &item.ObjectID, tag.on); err != nil {
			t.Fatal(err)
		}
		create(t, ctx, Tags, item)
	}
	for _, note := range []struct {
		text string
		on   any
	}{{"ripe", r.pear}, {"kind", r.ann}, {"thick", r.book}} {
		item := &Note{Text: note.text}
		if err := contenttypes.Point(ctx, &item.Kind, &item.Key, note.on); err != nil {
			t.Fatal(err)
		}
		create(t, ctx, Notes, item)
	}
	return r
}

func create[T any](t *testing.T, ctx context.Context, q *orm.Query[T], row *T) {
	t.Helper()
	if err := q.Create(ctx, row); err != nil {
		t.Fatal(err)
	}
}

// must returns a function that takes the result of a call and wants no error.
func must[V any](t *testing.T) func(v V, err error) V {
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func names(t *testing.T, ctx context.Context, q *orm.Query[Product]) []string {
	t.Helper()
	var out []string
	for _, p := range must[[]*Product](t)(q.Order("id").All(ctx)) {
		out = append(out, p.Name)
	}
	return out
}

func labels(tags []*Tag) []string {
	var out []string
	for _, tag := range tags {
		out = append(out, tag.Label)
	}
	slices.Sort(out)
	return out
}

// TestModels have no mistake.
func TestModels(t *testing.T) {
	t.Parallel()
	for _, m := range orm.Check(tables) {
		t.Error(m)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		load(t, ctx)
		tags := ProductF.Tags()
		for _, test := range []struct {
			name string
			q    *orm.Query[Product]
			want []string
		}{
			{"column", Products.Filter(tags.Label.Eq("new")), []string{"Pear", "Plum"}},
			{"lookup", Products.Filter(orm.Lookup(orm.MetaOf[Product](), "tags__label__startswith", "sw")), []string{"Pear"}},
			{"other type", Products.Filter(tags.Label.Eq("north")), nil},
			{"another's key in the parent", Products.Filter(tags.Label.Eq("long")), nil},
			{"two calls", Products.Filter(tags.Label.Eq("new")).Filter(tags.Label.Eq("sweet")), []string{"Pear"}},
			{"one call", Products.Filter(tags.Label.Eq("new"), tags.Label.Eq("sweet")), nil},
			{"exclude", Products.Exclude(tags.Label.Eq("new")), []string{"Figs", "Book"}},
			{"any", Products.Filter(orm.Any(tags, tags.Label.Eq("sweet"))), []string{"Pear"}},
			{"not any", Products.Filter(orm.Not(orm.Any(tags))), []string{"Figs", "Book"}},
			{"none", Products.Filter(tags.ID.IsNull()), []string{"Figs", "Book"}},
			{"text key", Products.Filter(ProductF.Notes().Text.Eq("ripe")), []string{"Pear"}},
			{"behind a key", Products.Filter(ProductF.Shop().Products().Tags().Label.Eq("sweet")), []string{"Pear", "Plum", "Figs", "Book"}},
		} {
			equal(t, test.name, names(t, ctx, test.q), test.want)
		}
		equal(t, "back", labels(must[[]*Tag](t)(Tags.Filter(TagF.Product().Name.Eq("Pear")).All(ctx))), []string{"new", "sweet"})
		equal(t, "exclude back", must[int64](t)(Tags.Exclude(TagF.Product().Name.Eq("Pear")).Count(ctx)), int64(3))
		equal(t, "a key as text, back", must[int64](t)(Notes.Filter(NoteF.Person().Code.Eq("1")).Count(ctx)), int64(1))
		equal(t, "child", must[int64](t)(Books.Filter(BookF.Tags().Label.Eq("long")).Count(ctx)), int64(1))
		equal(t, "child by text", must[int64](t)(Books.Filter(orm.Lookup(orm.MetaOf[Book](), "notes__text", "thick")).Count(ctx)), int64(1))
		equal(t, "proxy", must[int64](t)(Sales.Filter(orm.Lookup(orm.MetaOf[Sale](), "tags__label", "new")).Count(ctx)), int64(2))
		if _, err := Tags.SelectRelated(TagF.Product()).All(ctx); err == nil {
			t.Error("SelectRelated of the way back: no error")
		}
		if _, err := Tags.Prefetch(TagF.Product()).All(ctx); err == nil {
			t.Error("Prefetch of the way back: no error")
		}
	})
}

func TestCount(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		load(t, ctx)
		type count struct {
			Name string
			N    int64
		}
		got := must[[]count](t)(orm.Select[count](ctx, Products.Order("name"), ProductF.Name.As("name"), orm.Count(ProductF.Tags().ID).As("n")))
		equal(t, "tags by product", got, []count{{"Book", 0}, {"Figs", 0}, {"Pear", 2}, {"Plum", 1}})
	})
}

func TestPrefetch(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		load(t, ctx)
		products := must[[]*Product](t)(Products.Prefetch(ProductF.Tags(), orm.With(ProductF.Notes(), Notes.Filter(NoteF.Text.Eq("ripe")))).Order("id").All(ctx))
		ormtest.AssertNumQueries(t, ctx, 0, func(ctx context.Context) {
			var got [][]string
			for _, p := range products {
				got = append(got, labels(must[[]*Tag](t)(p.Tags.All(ctx))))
			}
			equal(t, "tags", got, [][]string{{"new", "sweet"}, {"new"}, nil, nil})
		})
		equal(t, "notes", len(must[[]*Note](t)(products[0].Notes.All(ctx))), 1)
		book := must[*Book](t)(Books.Prefetch(BookF.Tags()).Get(ctx))
		equal(t, "of a child", labels(must[[]*Tag](t)(book.Tags.All(ctx))), []string{"long"})
		shops := must[[]*Shop](t)(Shops.Prefetch(ShopF.Products().Tags()).All(ctx))
		equal(t, "behind another", labels(must[[]*Tag](t)(must[[]*Product](t)(shops[0].Products().All(ctx))[0].Tags.All(ctx))), []string{"new", "sweet"})
	})
}

func TestChange(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		r := load(t, ctx)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		of := func(p *Product) []string { t.Helper(); return labels(must[[]*Tag](t)(p.Tags.All(ctx))) }
		ok(r.figs.Tags.Create(ctx, &Tag{Label: "dry"}))
		equal(t, "create", of(r.figs), []string{"dry"})
		ok(r.book.Tags.Create(ctx, &Tag{Label: "old"}))
		equal(t, "create of a child", of(&r.book.Product), []string{"long", "old"})
		ok(r.figs.Tags.Add(ctx, must[*Tag](t)(Tags.Get(ctx, TagF.Label.Eq("sweet")))))
		equal(t, "add", of(r.figs), []string{"dry", "sweet"})
		equal(t, "added away", of(r.pear), []string{"new"})
		equal(t, "count", must[int64](t)(r.figs.Tags.Count(ctx)), int64(2))
		ok(r.figs.Tags.Remove(ctx, must[*Tag](t)(Tags.Get(ctx, TagF.Label.Eq("dry")))))
		equal(t, "remove", of(r.figs), []string{"sweet"})
		equal(t, "removed are deleted", must[bool](t)(Tags.Filter(TagF.Label.Eq("dry")).Exists(ctx)), false)
		ok(r.figs.Tags.Set(ctx, must[*Tag](t)(Tags.Get(ctx, TagF.Label.Eq("north")))))
		equal(t, "set", of(r.figs), []string{"north"})
		ok(r.figs.Tags.Clear(ctx))
		equal(t, "clear", of(r.figs), []string(nil))
		ok(r.ann.Notes.Create(ctx, &Note{Text: "more"}))
		equal(t, "text key", must[int64](t)(r.ann.Notes.Count(ctx)), int64(2))
		ok(r.pear.Notes.Create(ctx, &Note{Text: "number as text"}))
		equal(t, "number as text", must[int64](t)(r.pear.Notes.Query().Filter(NoteF.Key.Eq("1")).Count(ctx)), int64(2))
		equal(t, "others", of(r.plum), []string{"new"})
		if err := (&Product{}).Tags.Clear(ctx); err == nil {
			t.Error("Clear of a row that is not saved: no error")
		}
		n := must[int64](t)(contenttypes.ContentTypes.Count(ctx))
		equal(t, "content types", n, int64(4))
	})
}

// TestDelete deletes rows that generic relations lead to, as Django's Collector does.
func TestDelete(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		r := load(t, ctx)
		got := must[orm.Deleted](t)(r.pear.Delete(ctx))
		equal(t, "row", got.ByModel, map[string]int64{"shop.Product": 1, "shop.Tag": 2, "shop.Note": 1})
		got = must[orm.Deleted](t)(r.book.Delete(ctx))
		equal(t, "child", got.ByModel, map[string]int64{"shop.Product": 1, "shop.Book": 1, "shop.Tag": 1, "shop.Note": 1})
		got = must[orm.Deleted](t)(r.shop.Delete(ctx))
		equal(t, "by a cascade", got.ByModel, map[string]int64{"shop.Shop": 1, "shop.Product": 2, "shop.Tag": 1})
		equal(t, "left", labels(must[[]*Tag](t)(Tags.All(ctx))), []string{"north"})
		got = must[orm.Deleted](t)(People.Delete(ctx))
		equal(t, "query", got.ByModel, map[string]int64{"shop.Person": 1, "shop.Note": 1})
	})
}

func TestTargets(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, tables, func(t *testing.T, ctx context.Context) {
		r := load(t, ctx)
		tags := must[[]*Tag](t)(Tags.Order("id").All(ctx))
		obj := must[any](t)(contenttypes.Target(ctx, &tags[0].ContentType, tags[0].ObjectID))
		if p, ok := obj.(*Product); !ok || p.Name != "Pear" || p.Shop.ID != r.shop.ID {
			t.Errorf("target of a tag: %#v", obj)
		}
		kind := must[*contenttypes.ContentType](t)(contenttypes.ForObject(ctx, r.ann))
		if p, ok := must[any](t)(kind.Object(ctx, "1")).(*Person); !ok || p.Code != "1" {
			t.Error("object by key: not Ann")
		}
		equal(t, "by id", must[*contenttypes.ContentType](t)(contenttypes.ByID(ctx, kind.ID)).String(), "shop | person")
		must[orm.Deleted](t)(Tags.Filter(TagF.Label.Eq("long")).Delete(ctx))
		must[int64](t)(Tags.Filter(TagF.Label.Eq("sweet")).Update(ctx, TagF.ObjectID.Set(99)))
		tags = must[[]*Tag](t)(Tags.Order("id").All(ctx))
		ormtest.AssertNumQueries(t, ctx, 3, func(ctx context.Context) {
			var got []string
			for _, obj := range must[[]any](t)(contenttypes.PrefetchTargets(ctx, tags, func(tag *Tag) (int32, any) { return tag.ContentType.ID, tag.ObjectID })) {
				switch obj := obj.(type) {
				case *Product:
					got = append(got, obj.Name)
				case *Shop:
					got = append(got, obj.Name)
				case nil:
					got = append(got, "-")
				}
			}
			equal(t, "targets", got, []string{"Pear", "-", "Plum", "North"})
		})
		if _, err := contenttypes.Target(ctx, &tags[1].ContentType, tags[1].ObjectID); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("target that is gone: %v", err)
		}
		if _, err := kind.Object(ctx, "nobody"); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("object that is not there: %v", err)
		}
		gone := &contenttypes.ContentType{AppLabel: "shop", Model: "gone"}
		if _, err := gone.Object(ctx, 1); !errors.Is(err, contenttypes.ErrStale) {
			t.Errorf("object of no model: %v", err)
		}
		var tag Tag
		if err := contenttypes.Point(ctx, &tag.ContentType, &tag.ObjectID, &Person{Code: "x"}); err == nil {
			t.Error("text in a number: no error")
		}
		if err := contenttypes.Point(ctx, &tag.ContentType, &tag.ObjectID, &Shop{}); err == nil {
			t.Error("a row without a key: no error")
		}
		if err := contenttypes.Point(ctx, &tag.ContentType, &tag.ObjectID, Shop{}); err == nil {
			t.Error("no pointer: no error")
		}
	})
}

// TestRemembered has keys of content types remembered when that is safe.
func TestRemembered(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, tables...)
	shop := orm.MetaOf[Shop]()
	back := errors.New("back")
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		must[*contenttypes.ContentType](t)(contenttypes.For(ctx, shop))
		return back
	})
	if !errors.Is(err, back) {
		t.Fatal(err)
	}
	equal(t, "after a rollback", must[int64](t)(contenttypes.ContentTypes.Count(ctx)), int64(0))
	first := must[*contenttypes.ContentType](t)(contenttypes.For(ctx, shop))
	ormtest.AssertNumQueries(t, ctx, 0, func(ctx context.Context) {
		again := must[*contenttypes.ContentType](t)(contenttypes.For(ctx, shop))
		equal(t, "key", again.ID, first.ID)
	})
	equal(t, "of a proxy", must[*contenttypes.ContentType](t)(contenttypes.For(ctx, orm.MetaOf[Sale]())).Model, "product")
	must[orm.Deleted](t)(contenttypes.ContentTypes.Delete(ctx))
	if err := orm.ForgetContentTypes(ctx); err != nil {
		t.Fatal(err)
	}
	must[*contenttypes.ContentType](t)(contenttypes.For(ctx, shop))
	equal(t, "made again", must[int64](t)(contenttypes.ContentTypes.Count(ctx)), int64(1))
}
