package orm_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// SignalTeam and SignalPlayer are models whose saves and deletions are listened to.
type SignalTeam struct {
	orm.Model
	Name string             `orm:"max_length=20"`
	Fans orm.M2M[SignalFan] `orm:"related_name=teams"`
}

type SignalPlayer struct {
	orm.Model
	Name string             `orm:"max_length=20"`
	Team orm.FK[SignalTeam] `orm:"on_delete=cascade,related_name=players"`
}

type SignalFan struct {
	orm.Model
	Name string `orm:"max_length=20"`
}

var (
	signalTeam   = orm.Define((*SignalTeam)(nil), "sig", "signals_test.go:1")
	signalPlayer = orm.Define((*SignalPlayer)(nil), "sig", "signals_test.go:1")
	signalFan    = orm.Define((*SignalFan)(nil), "sig", "signals_test.go:1")
)

func (p *SignalPlayer) BeforeSave(_ context.Context, e *orm.SaveEvent) error {
	p.Name += "!"
	return nil
}

// note returns a receiver that writes down what it is told.
func note[E any](log *[]string, name string, tell func(E) string) func(context.Context, E) error {
	return func(_ context.Context, e E) error {
		*log = append(*log, name+" "+tell(e))
		return nil
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{signalTeam, signalPlayer, signalFan}, func(t *testing.T, ctx context.Context) {
		db, _ := orm.FromContext(ctx)
		var log []string
		row := func(v any) string {
			return fmt.Sprint(reflect.TypeOf(v).Elem().Name(), " ", reflect.ValueOf(v).Elem().FieldByName("Name"))
		}
		saved := func(e *orm.SaveEvent) string { return fmt.Sprint(row(e.Row), " ", e.Created, " ", e.Using) }
		deleted := func(e *orm.DeleteEvent) string { return row(e.Row) }
		all, players := db.Signals().All(), db.Signals().Of(signalPlayer)
		all.PreSave.Connect(note(&log, "pre", saved), nil)
		all.PostSave.Connect(note(&log, "post", saved), nil)
		players.PostSave.Connect(note(&log, "player", saved), nil)
		players.PreDelete.Connect(note(&log, "predelete", deleted), nil)
		players.PostDelete.Connect(note(&log, "postdelete", deleted), nil)
		db.Signals().Of(signalTeam).M2MChanged.Connect(note(&log, "m2m", func(e *orm.M2MEvent) string {
			return fmt.Sprint(e.Action, " ", row(e.Row), " ", e.Keys)
		}), nil)

		team := &SignalTeam{Name: "Reds"}
		wantError(t, orm.Save(ctx, team))
		fan := &SignalFan{Name: "Bo"}
		wantError(t, orm.Save(ctx, fan))
		log = nil
		wantError(t, team.Fans.Add(ctx, fan))
		wantError(t, team.Fans.Clear(ctx))
		player := &SignalPlayer{Name: "Ann", Team: orm.FK[SignalTeam]{ID: team.ID}}
		wantError(t, orm.Save(ctx, player))
		wantError(t, orm.Save(ctx, player))
		if _, err := orm.Delete(ctx, team); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"m2m pre_add SignalTeam Reds [1]", "m2m post_add SignalTeam Reds [1]",
			"m2m pre_clear SignalTeam Reds []", "m2m post_clear SignalTeam Reds []",
			"pre SignalPlayer Ann! true default", "player SignalPlayer Ann! true default", "post SignalPlayer Ann! true default",
			"pre SignalPlayer Ann!! false default", "player SignalPlayer Ann!! false default", "post SignalPlayer Ann!! false default",
			"predelete SignalPlayer Ann!!", "postdelete SignalPlayer Ann!!",
		}
		if diff := cmp.Diff(want, log); diff != "" {
			t.Errorf("signals (-want +got):\n%s", diff)
		}

		// A receiver's error is the caller's.
		stop := players.PreSave.Connect(func(context.Context, *orm.SaveEvent) error { return errUser }, nil)
		wantError(t, orm.Save(ctx, &SignalPlayer{}), errUser)
		stop()
	})
}
