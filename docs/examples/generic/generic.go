package generic

import (
	"context"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
)

// tag puts a word on a row of any model.
func tag(ctx context.Context, obj any, label string) error {
	item := &TaggedItem{Label: label}
	if err := contenttypes.Point(ctx, &item.ContentType, &item.ObjectID, obj); err != nil {
		return err
	}
	return TaggedItems.Create(ctx, item)
}

// tagged returns all that has a word, whatever it is.
func tagged(ctx context.Context, label string) ([]any, error) {
	items, err := TaggedItems.Filter(TaggedItemF.Label.Eq(label)).Order("id").All(ctx)
	if err != nil {
		return nil, err
	}
	return contenttypes.PrefetchTargets(ctx, items, func(i *TaggedItem) (int32, any) {
		return i.ContentType.ID, i.ObjectID
	})
}

// untagged returns the products without a word.
func untagged(ctx context.Context, label string) ([]*Product, error) {
	return Products.Filter(orm.Not(ProductF.Tags().Label.Eq(label))).Order("name").All(ctx)
}

// relabel gives a product one word in place of those that it has.
func relabel(ctx context.Context, p *Product, label string) error {
	return orm.Atomic(ctx, func(ctx context.Context) error {
		if err := p.Tags.Clear(ctx); err != nil {
			return err
		}
		return p.Tags.Create(ctx, &TaggedItem{Label: label})
	})
}
