package guide

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestTransfer(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{accountMeta}, func(t *testing.T, ctx context.Context) {
		if n, err := OpenAll(ctx, []string{"Ann", "Bo", "Ann"}); n != 2 || err != nil {
			t.Fatalf("OpenAll = %d, %v", n, err)
		}
		ann, err := accounts.Lookup("owner", "Ann").Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		ann.Cents = 500
		if err := orm.Save(ctx, ann); err != nil {
			t.Fatal(err)
		}
		told := 0
		notify := func(context.Context) error { told++; return nil }
		if err := Transfer(ctx, "Ann", "Bo", 300, notify); err != nil {
			t.Error(err)
		}
		if err := Transfer(ctx, "Ann", "Bo", 300, notify); !errors.Is(err, errTooPoor) {
			t.Errorf("error %v, want errTooPoor", err)
		}
		bo, err := accounts.Lookup("owner", "Bo").Get(ctx)
		if err != nil || bo.Cents != 300 || told != 1 {
			t.Errorf("Bo has %d cents, was told %d times; error %v", bo.Cents, told, err)
		}
		slowest, err := Slowest(ctx, func(ctx context.Context) error { _, err := accounts.All(ctx); return err })
		if err != nil || slowest.Plan == "" {
			t.Errorf("slowest %+v, error %v", slowest, err)
		}
		if err := orm.Save(ReadOnly(ctx, slog.New(slog.DiscardHandler)), bo); !errors.Is(err, orm.ErrReadOnly) {
			t.Errorf("error %v, want ErrReadOnly", err)
		}
	})
}

// Many at once: nothing is lost on SQLite, which takes one after the other.
func TestTransfersAtOnce(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, accountMeta)
	for _, owner := range []string{"Ann", "Bo"} {
		if err := accounts.Create(ctx, &Account{Owner: owner, Cents: 1000}); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if err := Transfer(ctx, "Ann", "Bo", 10, func(context.Context) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if bo, err := accounts.Lookup("owner", "Bo").Get(ctx); err != nil || bo.Cents != 1200 {
		t.Errorf("Bo has %d cents, error %v; want 1200", bo.Cents, err)
	}
}

func TestProjectWithDatabase(t *testing.T) {
	t.Parallel()
	env, err := settings.Load(&settings.Options{Environ: []string{"DATABASE_URL=sqlite:///" + filepath.Join(t.TempDir(), "db")}})
	if err != nil {
		t.Fatal(err)
	}
	s := nuages.Settings{
		SecretKey: settings.SecretOf("a-secret-key-of-a-test-0123456789-abcdefghijklmnopq"), AllowedHosts: []string{"testserver"},
		Databases: Databases(env), Logger: slog.New(slog.DiscardHandler),
	}
	d := s.Databases["default"]
	d.AtomicRequests = true
	s.Databases["default"] = d
	p, err := nuages.New(s, []urls.Route{urls.Path("", LogVisit)}, nuages.App{Name: "bank", Models: []*orm.Meta{accountMeta}})
	if err != nil {
		t.Fatal(err)
	}
	var owners []string
	defer Watch(p, func(owner string) { owners = append(owners, owner) })()
	own := orm.NewContext(t.Context(), p.DB())
	if err := orm.CreateTables(own, accountMeta); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAll(own, []string{"Ann", "Bo", "Ann"}); err != nil || !slices.Equal(owners, []string{"Ann", "Bo"}) {
		t.Errorf("error %v; watched %q", err, owners)
	}
	defer p.Stop(context.Background())

	ctx := ormtest.SQLite(t, accountMeta)
	if page := webtest.NewClient(t, p.HandlerIn(ctx), nil).Get("/?owner=Cy"); page.Status != http.StatusNotFound {
		t.Errorf("status %d", page.Status)
	}
	if n, err := accounts.Count(ctx); n != 1 || err != nil {
		t.Errorf("%d accounts, error %v; want the one that the view opened", n, err)
	}

	var routed nuages.Settings
	WithReplica(&routed, env)
	var router orm.MigrationRouter = statsRouter{}
	if len(routed.Databases) != 3 || router.AllowMigrate("default", "stats", nil, nil) != orm.Deny {
		t.Errorf("settings %+v", routed.Databases)
	}
}
