package orm

import (
	"context"
	"reflect"
	"unsafe"
)

// SaveEvent tells hooks and signals about a row that is being saved.
type SaveEvent struct {
	Row     any    // the model's pointer: *shop.Product
	Model   *Meta  //
	Using   string // alias of the database
	Created bool   // inserted; before the save, whether it looks new
	Raw     bool   // of a fixture: see SaveOptions
}

// DeleteEvent tells hooks and signals about a row that is being deleted.
type DeleteEvent struct {
	Row   any
	Model *Meta
	Using string
}

// M2MEvent tells signals about a change of a many-to-many relation.
type M2MEvent struct {
	// Action is Django's: "pre_add", "post_add", "pre_remove", "post_remove",
	// "pre_clear", "post_clear".
	Action   string
	Row      any // the owner
	Relation *Relation
	Keys     []any // of the other rows; nil for clear
	Using    string
}

// BeforeSaver is a model with a hook that runs before it is written, in the
// transaction of ctx if there is one; an error stops the save.
type BeforeSaver interface {
	BeforeSave(ctx context.Context, event *SaveEvent) error
}

// AfterSaver is a model with a hook that runs after it was written.
type AfterSaver interface {
	AfterSave(ctx context.Context, event *SaveEvent) error
}

// BeforeDeleter is a model with a hook that runs before its row is deleted, also
// where another row's deletion takes it along; an error stops the deletion.
type BeforeDeleter interface {
	BeforeDelete(ctx context.Context, event *DeleteEvent) error
}

// AfterDeleter is a model with a hook that runs after its row was deleted.
type AfterDeleter interface {
	AfterDelete(ctx context.Context, event *DeleteEvent) error
}

// AfterFetcher is a model with a hook that runs when a row of it was read from the
// database (Django's from_db): by a query, by a join, by Refresh and by prefetching, before
// its relations are prefetched. It has no context, and asks nothing of the database. An
// error ends the query.
type AfterFetcher interface {
	AfterFetch(event *FetchEvent) error
}

// FetchEvent tells hooks about a row that was read.
type FetchEvent struct {
	Model *Meta
	Using string // alias of the database
	// Deferred tells that columns were left out, by Only or Defer: see [DeferredFields].
	Deferred bool
}

var afterFetcherType = reflect.TypeFor[AfterFetcher]()

// fetchHooks returns which parts of the rows have a hook.
func (p *plan) fetchHooks() (parts []int) {
	for i := range p.parts {
		if p.parts[i].m.fetchHook {
			parts = append(parts, i)
		}
	}
	return parts
}

// afterFetch calls the hooks of the row that was read last.
func (r *reader) afterFetch(parts []int) error {
	for _, i := range parts {
		if r.objs[i] == nil {
			continue
		}
		m := r.p.parts[i].m
		event := &FetchEvent{Model: m, Using: r.s.alias, Deferred: len(r.p.parts[i].steps) < len(m.rowSteps())}
		if err := m.pointer(r.objs[i]).(AfterFetcher).AfterFetch(event); err != nil {
			return err
		}
	}
	return nil
}

func beforeSave(ctx context.Context, event *SaveEvent) error {
	if h, ok := event.Row.(BeforeSaver); ok && !event.Raw {
		if err := h.BeforeSave(ctx, event); err != nil {
			return err
		}
	}
	return sendSignal(ctx, event.Model, preSave, event)
}

func afterSave(ctx context.Context, event *SaveEvent) error {
	if err := sendSignal(ctx, event.Model, postSave, event); err != nil {
		return err
	}
	if h, ok := event.Row.(AfterSaver); ok && !event.Raw {
		return h.AfterSave(ctx, event)
	}
	return nil
}

func beforeDelete(ctx context.Context, m *Meta, row unsafe.Pointer, using string) error {
	event := &DeleteEvent{Row: m.pointer(row), Model: m, Using: using}
	if h, ok := event.Row.(BeforeDeleter); ok {
		if err := h.BeforeDelete(ctx, event); err != nil {
			return err
		}
	}
	return sendSignal(ctx, m, preDelete, event)
}

func afterDelete(ctx context.Context, m *Meta, row unsafe.Pointer, using string) error {
	event := &DeleteEvent{Row: m.pointer(row), Model: m, Using: using}
	if err := sendSignal(ctx, m, postDelete, event); err != nil {
		return err
	}
	if h, ok := event.Row.(AfterDeleter); ok {
		return h.AfterDelete(ctx, event)
	}
	return nil
}

// listensToDelete tells whether somebody wants to know of each deleted row.
func (m *Meta) listensToDelete(ctx context.Context) bool {
	if m.Type == nil {
		return false
	}
	if db := dbStateOf(ctx).db; db != nil && db.listensToDelete(m) {
		return true
	}
	row := m.pointer(m.newChunk(1))
	_, before := row.(BeforeDeleter)
	_, after := row.(AfterDeleter)
	return before || after
}

func m2mChanged(ctx context.Context, event *M2MEvent, before bool) error {
	told := *event
	told.Action = "post_" + event.Action
	if before {
		told.Action = "pre_" + event.Action
	}
	return sendSignal(ctx, event.Relation.From, m2mChangedSignal, &told)
}
