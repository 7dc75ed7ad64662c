package conformance

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// bulkSizes are around the limits of statements: parameters of SQLite (999, 32,766),
// of PostgreSQL and MySQL (65,535), and batches.
var bulkSizes = []int{0, 1, 2, 3, 99, 100, 101, 199, 200, 201, 499, 500, 501, 999, 1000, 1001, 6553, 6554, 8191, 13107, 14000}

// bulk writes, reads, changes and deletes many rows at once.
func (s *suite) bulk(t *testing.T) {
	at := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	f := models.MeasureF
	for _, n := range bulkSizes {
		for _, size := range []int{0, 100} {
			s.run(t, "bulk", fmt.Sprintf("%d rows by %d", n, size), func(t *testing.T) {
				s.undone(t, func(ctx context.Context) {
					rows := make([]*models.Measure, n)
					for i := range rows {
						rows[i] = &models.Measure{Sensor: 99, At: at, Value: float64(i) / 8, N: int32(i)}
					}
					if err := models.Measures.BulkCreate(ctx, rows, &orm.BulkOptions{BatchSize: size}); err != nil {
						t.Fatal(err)
					}
					mine := models.Measures.Filter(f.Sensor.Eq(99))
					got, err := mine.Order("n").All(ctx)
					if err != nil || len(got) != n {
						t.Fatalf("%d rows, want %d: %v", len(got), n, err)
					}
					ids := make([]int64, n)
					for i, m := range got {
						if m.N != int32(i) || m.Value != float64(i)/8 || !m.At.Equal(at) {
							t.Fatalf("row %d is %+v", i, m)
						}
						ids[i] = m.ID
						m.Value++
					}
					s.manyKeys(t, ctx, ids)
					if changed, err := models.Measures.BulkUpdate(ctx, got[:min(n, 1001)], f.Value); err != nil || changed != int64(min(n, 1001)) {
						t.Errorf("%d rows updated: %v", changed, err)
					}
					if d, err := mine.Delete(ctx); err != nil || d.Total != int64(n) {
						t.Errorf("%d rows deleted: %v", d.Total, err)
					}
				})
			})
		}
	}
	s.run(t, "bulk", "70,000 keys", func(t *testing.T) {
		ids := make([]int64, 70_000)
		for i := range ids {
			ids[i] = int64(i + 1)
		}
		found, err := orm.InBulk(s.ctx, models.Measures, ids...)
		if err != nil || len(found) != 2500 {
			t.Errorf("%d rows: %v", len(found), err)
		}
	})
	s.run(t, "bulk", "each", func(t *testing.T) {
		n := 0
		for _, err := range models.Measures.Order("id").Each(s.ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 2000 {
				break
			}
		}
		if _, err := models.Measures.Count(s.ctx); err != nil || n != 2000 {
			t.Errorf("%d rows before the break, then %v", n, err)
		}
	})
}

// manyKeys finds rows by all their keys.
func (s *suite) manyKeys(t *testing.T, ctx context.Context, ids []int64) {
	t.Helper()
	found, err := orm.InBulk(ctx, models.Measures, ids...)
	if err != nil || len(found) != len(ids) {
		t.Errorf("InBulk found %d rows of %d: %v", len(found), len(ids), err)
	}
}
