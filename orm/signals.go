package orm

import (
	"context"

	"github.com/nuages-web/nuages/signals"
)

// Signals tell whoever connects of rows that are saved and deleted: Django's model
// signals. The zero value is ready; [DBOptions] gives it to a DB. It is safe for
// concurrent use.
//
//	models.Of(orm.MetaOf[shop.Order]()).PostSave.Connect(func(ctx context.Context, e *orm.SaveEvent) error {
//		return orm.OnCommit(ctx, func(ctx context.Context) error { return notify(ctx, e.Row.(*shop.Order)) })
//	}, nil)
type Signals struct {
	all     ModelSignals
	byModel sharedMap // *Meta to *ModelSignals
}

// ModelSignals are the signals of one model, or of all. Receivers run with the
// context of what happens, so inside its transaction, in the order in which they
// were connected, those of the model first. An error ends it, and is the error of
// Save, Delete and so on: what was done before is rolled back by the Atomic around
// it, if there is one. Update, Delete of a query that is one statement,
// BulkCreate and BulkUpdate send nothing.
type ModelSignals struct {
	// PreSave is sent before a row is written, after its BeforeSave.
	PreSave signals.Signal[*SaveEvent]
	// PostSave is sent after a row was written, before its AfterSave.
	PostSave signals.Signal[*SaveEvent]
	// PreDelete is sent before a row is deleted, after its BeforeDelete, also for
	// rows that go with another one. With a receiver, rows are fetched to be deleted.
	PreDelete signals.Signal[*DeleteEvent]
	// PostDelete is sent after a row was deleted, before its AfterDelete.
	PostDelete signals.Signal[*DeleteEvent]
	// M2MChanged is sent before and after pairs of a many-to-many relation are
	// added or removed; the model is that of the row whose relation is changed.
	M2MChanged signals.Signal[*M2MEvent]
}

// All returns the signals of all models.
func (s *Signals) All() *ModelSignals { return &s.all }

// Of returns the signals of one model (sender=). The rows of models that embed it
// have signals of their own.
func (s *Signals) Of(m *Meta) *ModelSignals {
	if found, ok := s.byModel.load(m); ok {
		return found.(*ModelSignals)
	}
	return s.byModel.loadOrStore(m, &ModelSignals{}).(*ModelSignals)
}

// Signals returns the signals of the DB's models.
func (db *DB) Signals() *Signals { return db.signals }

// sendSignal sends an event about a row of m to the receivers of both kinds.
func sendSignal[E any](ctx context.Context, m *Meta, which func(*ModelSignals) *signals.Signal[E], event E) error {
	db := dbStateOf(ctx).db
	if db == nil {
		return nil
	}
	if of, ok := db.signals.byModel.load(m); ok {
		if err := which(of.(*ModelSignals)).Send(ctx, event); err != nil {
			return err
		}
	}
	return which(&db.signals.all).Send(ctx, event)
}

// listensToDelete tells whether somebody wants to know of each deleted row of m.
func (db *DB) listensToDelete(m *Meta) bool {
	listens := func(s *ModelSignals) bool { return s.PreDelete.HasListeners() || s.PostDelete.HasListeners() }
	of, ok := db.signals.byModel.load(m)
	return listens(&db.signals.all) || ok && listens(of.(*ModelSignals))
}

// listensTo tells whether somebody listens to a signal of m's rows.
func listensTo[E any](ctx context.Context, m *Meta, which func(*ModelSignals) *signals.Signal[E]) bool {
	db := dbStateOf(ctx).db
	if db == nil {
		return false
	}
	of, ok := db.signals.byModel.load(m)
	return which(&db.signals.all).HasListeners() || ok && which(of.(*ModelSignals)).HasListeners()
}

func preSave(s *ModelSignals) *signals.Signal[*SaveEvent]         { return &s.PreSave }
func postSave(s *ModelSignals) *signals.Signal[*SaveEvent]        { return &s.PostSave }
func preDelete(s *ModelSignals) *signals.Signal[*DeleteEvent]     { return &s.PreDelete }
func postDelete(s *ModelSignals) *signals.Signal[*DeleteEvent]    { return &s.PostDelete }
func m2mChangedSignal(s *ModelSignals) *signals.Signal[*M2MEvent] { return &s.M2MChanged }
