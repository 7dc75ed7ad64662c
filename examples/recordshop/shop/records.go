package shop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// Search returns the records whose title, artist or category holds the text, with their categories.
func Search(text string) *orm.Query[Record] {
	records := Records.SelectRelated(RecordF.Category())
	if text == "" {
		return records
	}
	return records.Filter(orm.Or(
		RecordF.Title.IContains(text),
		RecordF.Artist.IContains(text),
		RecordF.Category().Name.IContains(text),
	))
}

// ErrSoldOut: there are not as many in stock as somebody wants to buy.
var ErrSoldOut = errors.New("not so many in stock")

// Move adds to a record's stock, or takes from it down to nothing, and tells everybody who waits
// once the change is in the database.
func (f *Feed) Move(ctx context.Context, slug string, by int32) error {
	return orm.Atomic(ctx, func(ctx context.Context) error {
		r, err := Records.SelectForUpdate(nil).Get(ctx, RecordF.Slug.Eq(slug))
		if err != nil {
			return err
		}
		r.Stock = max(0, r.Stock+by)
		if err := orm.SaveFields(ctx, r, RecordF.Stock); err != nil {
			return err
		}
		return f.tell(ctx, r)
	})
}

// Buy sells some of a record to a customer: the order and the stock change together or not at all.
func (f *Feed) Buy(ctx context.Context, slug, customer string, quantity int32) (*Order, error) {
	order := &Order{Customer: customer}
	err := orm.Atomic(ctx, func(ctx context.Context) error {
		r, err := Records.SelectForUpdate(nil).Get(ctx, RecordF.Slug.Eq(slug))
		if err != nil {
			return err
		}
		if r.Stock < quantity {
			return fmt.Errorf("%w: %d of %s", ErrSoldOut, r.Stock, r)
		}
		r.Stock -= quantity
		if err := orm.SaveFields(ctx, r, RecordF.Stock); err != nil {
			return err
		}
		if err := order.Save(ctx); err != nil {
			return err
		}
		if err := order.Lines().Create(ctx, &OrderLine{Record: orm.To(r), Quantity: quantity, Price: r.Price}); err != nil {
			return err
		}
		return f.tell(ctx, r)
	})
	if err != nil {
		return nil, err
	}
	return order, nil
}

// tell publishes a record's stock when the transaction has been committed.
func (f *Feed) tell(ctx context.Context, r *Record) error {
	return orm.OnCommit(ctx, func(context.Context) error {
		f.publish(r)
		return nil
	})
}

// Trade sells and orders records at random until ctx ends, so that there is something to see.
func (f *Feed) Trade(ctx context.Context) error {
	tick := time.NewTicker(1500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := f.trade(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// trade moves the stock of one record.
func (f *Feed) trade(ctx context.Context) error {
	n, err := Records.Count(ctx)
	if err != nil || n == 0 {
		return err
	}
	r, err := Records.Only(RecordF.Slug, RecordF.Stock).Order("id").Offset(int(rand.Int64N(n))).First(ctx)
	if errors.Is(err, orm.ErrNotFound) { // deleted meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	if r.Stock == 0 {
		return f.Move(ctx, r.Slug, 10)
	}
	return f.Move(ctx, r.Slug, -1)
}
