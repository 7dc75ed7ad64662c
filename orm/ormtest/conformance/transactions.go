package conformance

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

var errStop = errors.New("stop")

// transaction is a case: what it does, its error, and the memos that it leaves.
type transaction struct {
	name string
	do   func(ctx context.Context) error
	err  error
	want []string
}

func memo(ctx context.Context, text string) error {
	return models.Memos.Create(ctx, &models.Memo{Text: text})
}

// blocks are transactions and transactions inside them.
func blocks() []transaction {
	atomic := orm.Atomic
	return []transaction{
		{"commit", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error { return memo(ctx, "a") })
		}, nil, []string{"a"}},
		{"without a transaction", func(ctx context.Context) error { return memo(ctx, "a") }, nil, []string{"a"}},
		{"error", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error { return errors.Join(memo(ctx, "a"), errStop) })
		}, errStop, nil},
		{"inner commit", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				return errors.Join(memo(ctx, "a"), atomic(ctx, func(ctx context.Context) error { return memo(ctx, "b") }), memo(ctx, "c"))
			})
		}, nil, []string{"a", "b", "c"}},
		{"inner error", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				if err := memo(ctx, "a"); err != nil {
					return err
				}
				if err := atomic(ctx, func(ctx context.Context) error { return errors.Join(memo(ctx, "b"), errStop) }); !errors.Is(err, errStop) {
					return err
				}
				return memo(ctx, "c")
			})
		}, nil, []string{"a", "c"}},
		{"inner commit, outer error", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				return errors.Join(atomic(ctx, func(ctx context.Context) error { return memo(ctx, "b") }), errStop)
			})
		}, errStop, nil},
		{"three levels", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				err := atomic(ctx, func(ctx context.Context) error {
					return errors.Join(memo(ctx, "a"), atomic(ctx, func(ctx context.Context) error { return memo(ctx, "b") }), errStop)
				})
				if !errors.Is(err, errStop) {
					return err
				}
				return atomic(ctx, func(ctx context.Context) error { return memo(ctx, "c") })
			})
		}, nil, []string{"c"}},
		{"failed statement inside", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				err := atomic(ctx, func(ctx context.Context) error {
					return models.Countries.Create(ctx, &models.Country{Code: "de", Name: "x"})
				})
				if !errors.Is(err, orm.ErrUnique) {
					return err
				}
				return memo(ctx, "a")
			})
		}, nil, []string{"a"}},
	}
}

// misuse are transactions that are not used as they should be.
func misuse() []transaction {
	atomic := orm.Atomic
	return []transaction{
		{"set rollback", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error { return errors.Join(memo(ctx, "a"), orm.SetRollback(ctx)) })
		}, nil, nil},
		{"durable inside", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				err := orm.AtomicWith(ctx, &orm.AtomicOptions{Durable: true}, func(ctx context.Context) error { return memo(ctx, "a") })
				if err == nil {
					return errors.New("a durable transaction inside another")
				}
				return memo(ctx, "b")
			})
		}, nil, []string{"b"}},
		{"outer context inside", func(ctx context.Context) error {
			return atomic(ctx, func(outer context.Context) error {
				return atomic(outer, func(context.Context) error { return memo(outer, "a") })
			})
		}, orm.ErrTxInner, nil},
		{"context after the end", func(ctx context.Context) error {
			var kept context.Context
			if err := atomic(ctx, func(ctx context.Context) error { kept = ctx; return nil }); err != nil {
				return err
			}
			return memo(kept, "a")
		}, orm.ErrTxDone, nil},
		{"many statements", func(ctx context.Context) error {
			return atomic(ctx, func(ctx context.Context) error {
				for range 50 {
					if err := memo(ctx, "a"); err != nil {
						return err
					}
				}
				_, err := models.Memos.Filter(models.MemoF.Text.Eq("a")).Delete(ctx)
				return err
			})
		}, nil, nil},
	}
}

// transactions tests Atomic: what is there afterwards, and what runs.
func (s *suite) transactions(t *testing.T) {
	for _, c := range append(blocks(), misuse()...) {
		s.run(t, "transactions", c.name, func(t *testing.T) {
			if err := c.do(s.ctx); !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			s.memos(t, c.want)
		})
	}
	s.hooks(t)
}

// memos compares the memos that there are, and deletes them.
func (s *suite) memos(t *testing.T, want []string) {
	t.Helper()
	rows, err := models.Memos.Order("id").All(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range rows {
		got = append(got, m.Text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("memos %q, want %q", got, want)
	}
	if _, err := models.Memos.Delete(s.ctx); err != nil {
		t.Fatal(err)
	}
}

// hooks tests OnCommit, and a panic.
func (s *suite) hooks(t *testing.T) {
	s.run(t, "transactions", "hooks", func(t *testing.T) {
		var ran []string
		hook := func(name string) func(context.Context) error {
			return func(context.Context) error { ran = append(ran, name); return nil }
		}
		err := orm.Atomic(s.ctx, func(ctx context.Context) error {
			_ = orm.OnCommit(ctx, hook("first"))
			_ = orm.Atomic(ctx, func(ctx context.Context) error { _ = orm.OnCommit(ctx, hook("lost")); return errStop })
			_ = orm.Atomic(ctx, func(ctx context.Context) error { return orm.OnCommit(ctx, hook("second")) })
			if len(ran) > 0 {
				t.Errorf("%q ran before the commit", ran)
			}
			return nil
		})
		if err != nil || !slices.Equal(ran, []string{"first", "second"}) {
			t.Errorf("hooks %q ran, error %v", ran, err)
		}
	})
	s.run(t, "transactions", "panic", func(t *testing.T) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was lost")
				}
			}()
			_ = orm.Atomic(s.ctx, func(ctx context.Context) error {
				if err := models.Memos.Create(ctx, &models.Memo{Text: "a"}); err != nil {
					t.Error(err)
				}
				panic("stop")
			})
		}()
		s.memos(t, nil)
	})
	s.run(t, "transactions", "cancelled context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(s.ctx)
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			err := models.Memos.Create(ctx, &models.Memo{Text: "a"})
			cancel()
			return err
		})
		if err == nil {
			t.Error("a transaction of a cancelled context was committed")
		}
		s.memos(t, nil)
	})
}
