package shop

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
)

// demoData is the command that fills the shop with invented records, reviews and orders.
func demoData() *cli.Command {
	records, seed := 1000, 1
	return &cli.Command{
		Name:    "demodata",
		Short:   "Fill the shop with invented records, reviews and orders",
		Example: "recordshop demodata --records 10000",
		Flags: func(f *cli.Flags) {
			f.Int(&records, "records", "how many records to invent, with reviews and sales")
			f.Int(&seed, "seed", "another number invents other data")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if records < 1 || records > 1_000_000 {
				return cli.Errorf("--records is between 1 and 1,000,000")
			}
			if err := Prepare(ctx); err != nil {
				return err
			}
			bar := call.Progress("records", int64(records))
			defer bar.Done()
			d := demo{random: rand.New(rand.NewPCG(uint64(seed), 0))}
			for done := 0; done < records; {
				n := min(demoBatch, records-done)
				if err := d.batch(ctx, n); err != nil {
					return err
				}
				done += n
				bar.Add(int64(n))
			}
			bar.Done()
			fmt.Fprintf(call.Stdout, "%d records are new in the shop.\n", records)
			return nil
		},
	}
}

// demoBatch is how many records are invented in one transaction.
const demoBatch = 500

// demo invents data.
type demo struct {
	random *rand.Rand
	shelf  []*Category
	next   int64 // number of the next record
}

// batch invents n records with what belongs to them.
func (d *demo) batch(ctx context.Context, n int) error {
	return orm.Atomic(ctx, func(ctx context.Context) error {
		if err := d.prepare(ctx); err != nil {
			return err
		}
		records := make([]*Record, n)
		for i := range records {
			records[i] = d.record()
		}
		if err := Records.BulkCreate(ctx, records, nil); err != nil {
			return err
		}
		if err := d.reviews(ctx, records); err != nil {
			return err
		}
		return d.orders(ctx, records)
	})
}

// prepare finds the shelves, and the number that the next record has.
func (d *demo) prepare(ctx context.Context) (err error) {
	if d.shelf != nil {
		return nil
	}
	if d.shelf, err = Categories.All(ctx); err != nil {
		return err
	}
	if len(d.shelf) == 0 {
		category, err := shelf(ctx, "Jazz")
		if err != nil {
			return err
		}
		d.shelf = []*Category{category}
	}
	d.next, err = Records.Filter(RecordF.Slug.StartsWith("demo-")).Count(ctx)
	return err
}

var (
	firstWords  = []string{"Blue", "Midnight", "Golden", "Electric", "Silent", "Northern", "Paper", "Velvet", "Broken", "Slow"}
	secondWords = []string{"Train", "Rivers", "Machines", "Gardens", "Letters", "Hours", "Cities", "Mirrors", "Summer", "Clouds"}
	names       = []string{"Ada", "Grace", "Edsger", "Barbara", "Django", "Nina", "Miles", "Kate", "Glenn", "Stevie"}
	surnames    = []string{"Lovelace", "Hopper", "Liskov", "Reinhardt", "Simone", "Davis", "Bush", "Gould", "Wonder", "Hamilton"}
)

func (d *demo) pick(words []string) string { return words[d.random.IntN(len(words))] }

func (d *demo) name() string { return d.pick(names) + " " + d.pick(surnames) }

func (d *demo) record() *Record {
	d.next++
	return &Record{
		Slug:     fmt.Sprintf("demo-%d", d.next),
		Title:    fmt.Sprintf("%s %s, vol. %d", d.pick(firstWords), d.pick(secondWords), d.next),
		Artist:   d.name(),
		Category: orm.To(d.shelf[d.random.IntN(len(d.shelf))]),
		Year:     int16(1950 + d.random.IntN(75)),
		Price:    decimal.New(990+100*d.random.Int64N(30), -2),
		Stock:    int32(d.random.IntN(20)),
	}
}

func (d *demo) reviews(ctx context.Context, records []*Record) error {
	var reviews []*Review
	for _, r := range records {
		for range d.random.IntN(4) {
			reviews = append(reviews, &Review{
				Record: orm.To(r), Author: d.name(), Stars: int16(1 + d.random.IntN(5)),
				Text: fmt.Sprintf("%s and %s.", d.pick(firstWords), d.pick(secondWords)),
			})
		}
	}
	return Reviews.BulkCreate(ctx, reviews, nil)
}

func (d *demo) orders(ctx context.Context, records []*Record) error {
	orders := make([]*Order, len(records)/2)
	for i := range orders {
		orders[i] = &Order{Customer: d.name()}
	}
	if err := Orders.BulkCreate(ctx, orders, nil); err != nil {
		return err
	}
	var lines []*OrderLine
	for i, o := range orders {
		r := records[i]
		lines = append(lines, &OrderLine{Order: orm.To(o), Record: orm.To(r), Quantity: int32(1 + d.random.IntN(3)), Price: r.Price})
	}
	return OrderLines.BulkCreate(ctx, lines, nil)
}
