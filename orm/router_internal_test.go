package orm

import (
	"context"
	"database/sql"
	"strings"
	"testing"
)

// nobody is a backend that nothing is asked of.
type nobody struct{ Backend }

func (nobody) Dialect() *Dialect { return &Dialect{Name: "nobody"} }
func (nobody) Close() error      { return nil }
func (nobody) Begin(context.Context, sql.TxOptions) (Tx, error) {
	return nobodyTx{}, nil
}

type nobodyTx struct{ Tx }

func (nobodyTx) Commit(context.Context) error   { return nil }
func (nobodyTx) Rollback(context.Context) error { return nil }

// byApp sends the models of an app to a database.
type byApp struct{ app, reads, writes string }

func (r byApp) ReadFrom(_ context.Context, m *Meta, _ Hints) string {
	if m.App == r.app {
		return r.reads
	}
	return ""
}

func (r byApp) WriteTo(_ context.Context, m *Meta, _ Hints) string {
	if m.App == r.app {
		return r.writes
	}
	return ""
}

// strict is a router with all powers.
type strict struct{ byApp }

func (strict) AllowRelation(from, to *Meta, _, _ string) Decision {
	if from.App == "bank" || to.App == "bank" {
		return Deny
	}
	if from.App == "friend" {
		return Allow
	}
	return NoOpinion
}

func (strict) AllowMigrate(alias, app string, _ *Meta, _ map[string]any) Decision {
	if app == "bank" {
		if alias == "bank" {
			return Allow
		}
		return Deny
	}
	return NoOpinion
}

func routedDB(t *testing.T) *DB {
	t.Helper()
	db, err := NewDatabases(map[string]Backend{
		"default": nobody{}, "copy1": nobody{}, "copy2": nobody{}, "bank": nobody{}, "bankcopy": nobody{},
	}, &DBOptions{
		Routers:  []Router{byApp{"wrong", "nowhere", "nowhere"}, strict{byApp{"bank", "bankcopy", "bank"}}, byApp{"bank", "default", "default"}},
		Replicas: map[string]string{"copy1": "default", "copy2": "default", "bankcopy": "bank"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestRouting(t *testing.T) {
	t.Parallel()
	db := routedDB(t)
	shop, bank, wrong := &Meta{App: "shop"}, &Meta{App: "bank"}, &Meta{App: "wrong"}
	want := func(ctx context.Context, using string, m *Meta, write bool, want string) {
		t.Helper()
		s, err := sessionFor(ctx, using, m, write)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = s.alias
		}
		if got != want && !(err != nil && strings.Contains(got, want)) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	ctx := NewContext(t.Context(), db)
	for _, alias := range []string{"copy1", "copy2", "copy1"} {
		want(ctx, "", shop, false, alias)
	}
	want(ctx, "default", shop, false, "default")
	want(ctx, "copy2", shop, false, "copy2")
	want(ctx, "copy2", shop, true, `"copy2" is a replica of "default"`)
	want(ctx, "", bank, false, "bankcopy")
	want(ctx, "bank", bank, false, "bank")
	want(ctx, "", wrong, false, `no database "nowhere"`)
	want(ctx, "", nil, false, "copy2")
	s, err := sessionForHints(ctx, "", shop, false, Hints{Using: "bank"})
	if err != nil || s.alias != "bankcopy" {
		t.Errorf("with a row of bank: %v, %v", s, err)
	}

	// After a write reads go to the primary, of that database and context only.
	want(ctx, "", bank, true, "bank")
	want(ctx, "", bank, false, "bank")
	want(ctx, "", shop, false, "copy1")
	want(ctx, "", shop, true, "default")
	want(ctx, "", shop, false, "default")
	next := NewContext(ctx, db)
	want(next, "", bank, false, "bankcopy")

	// So they do inside of a transaction.
	err = AtomicWith(next, &AtomicOptions{Using: "bank"}, func(ctx context.Context) error {
		want(ctx, "", bank, false, "bank")
		want(ctx, "", shop, false, "copy2")
		want(Detach(ctx), "", bank, false, "bankcopy")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	want(next, "", bank, false, "bankcopy")
	want(t.Context(), "", shop, false, ErrNoDatabase.Error())
}

func TestAllow(t *testing.T) {
	t.Parallel()
	db := routedDB(t)
	shop, bank, friend := &Meta{App: "shop"}, &Meta{App: "bank"}, &Meta{App: "friend"}
	for _, test := range []struct {
		from, to   *Meta
		fromA, toA string
		want       bool
	}{
		{shop, shop, "default", "default", true},
		{shop, shop, "default", "copy1", true},
		{shop, shop, "default", "bank", false},
		{shop, bank, "default", "default", false},
		{friend, shop, "default", "bank", true},
	} {
		if got := db.AllowRelation(test.from, test.to, test.fromA, test.toA); got != test.want {
			t.Errorf("AllowRelation(%s in %s, %s in %s) = %v", test.from.App, test.fromA, test.to.App, test.toA, got)
		}
	}
	for _, test := range []struct {
		alias, app string
		want       bool
	}{{"default", "shop", true}, {"copy1", "shop", false}, {"bank", "shop", true}, {"bank", "bank", true}, {"default", "bank", false}} {
		if got := db.AllowMigrate(test.alias, test.app, nil, nil); got != test.want {
			t.Errorf("AllowMigrate(%s, %s) = %v", test.alias, test.app, got)
		}
	}
}
