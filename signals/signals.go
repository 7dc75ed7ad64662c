// Package signals lets parts of a program tell others that something happened,
// without knowing them: Django's dispatcher with types. A signal is a value
// that somebody owns, and carries one type of event:
//
//	type OrderPaid struct{ ID int64 }
//
//	type Shop struct {
//		Paid signals.Signal[OrderPaid]
//	}
//	…
//	disconnect := shop.Paid.Connect(func(ctx context.Context, e OrderPaid) error {
//		return mail.Send(ctx, receipt(e.ID))
//	}, nil)
//	defer disconnect()
//	…
//	err := shop.Paid.Send(ctx, OrderPaid{ID: 7})
//
// The event carries the sender, where that matters; Options.Filter chooses
// among senders, as sender= does in Django.
package signals

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// Receiver is a function that is told of events.
type Receiver[T any] func(ctx context.Context, event T) error

// Options refine a connection. The zero value, like nil, is a receiver of its
// own that gets every event.
type Options[T any] struct {
	// ID names the connection: it takes the place, in the order too, of one
	// that has the same ID. Django's dispatch_uid, which there leaves the old
	// one. Default none: every connection is one more.
	ID string

	// Filter says which events the receiver gets. Default all.
	Filter func(event T) bool
}

// Signal is a list of receivers for events of type T. The zero value is ready;
// a Signal must not be copied after first use. It is safe for concurrent use:
// sending takes no lock, and a receiver may connect and disconnect, which
// counts from the next event on.
type Signal[T any] struct {
	mu        sync.Mutex // for those that change the list
	receivers atomic.Pointer[[]*connection[T]]
}

// connection is one receiver of a signal; it does not change.
type connection[T any] struct {
	id       string
	filter   func(T) bool
	receiver Receiver[T]
}

// wants reports whether the receiver is to get the event.
func (c *connection[T]) wants(event T) bool { return c.filter == nil || c.filter(event) }

// Connect adds a receiver behind those there are, and returns a function that
// removes it again; calling that more than once, or after another connection
// took the place of this one, does nothing. Connect panics when the receiver is
// nil.
func (s *Signal[T]) Connect(receiver Receiver[T], opts *Options[T]) (disconnect func()) {
	if receiver == nil {
		panic("signals: connect a nil receiver")
	}
	added := &connection[T]{receiver: receiver}
	if opts != nil {
		added.id, added.filter = opts.ID, opts.Filter
	}
	s.change(func(list []*connection[T]) []*connection[T] {
		same := func(c *connection[T]) bool { return added.id != "" && c.id == added.id }
		if place := slices.IndexFunc(list, same); place >= 0 {
			list[place] = added
			return list
		}
		return append(list, added)
	})
	return func() {
		s.change(func(list []*connection[T]) []*connection[T] {
			return slices.DeleteFunc(list, func(c *connection[T]) bool { return c == added })
		})
	}
}

// Disconnect removes the receiver that was connected with this ID, and reports
// whether there was one.
func (s *Signal[T]) Disconnect(id string) bool {
	found := false
	s.change(func(list []*connection[T]) []*connection[T] {
		return slices.DeleteFunc(list, func(c *connection[T]) bool {
			same := id != "" && c.id == id
			found = found || same
			return same
		})
	})
	return found
}

// change puts a changed copy in the place of the list, so that senders go on
// with the list they have.
func (s *Signal[T]) change(edit func([]*connection[T]) []*connection[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := edit(slices.Clone(s.list()))
	s.receivers.Store(&list)
}

func (s *Signal[T]) list() []*connection[T] {
	if list := s.receivers.Load(); list != nil {
		return *list
	}
	return nil
}

// HasListeners reports whether there are receivers, whatever their filters: a
// sender may save itself the trouble of making an event.
func (s *Signal[T]) HasListeners() bool { return len(s.list()) > 0 }

// Send tells the receivers, one after another in the order of Connect. The
// first error ends it and is returned as it is, as an exception does in
// Django's send; panics pass through.
func (s *Signal[T]) Send(ctx context.Context, event T) error {
	for _, c := range s.list() {
		if !c.wants(event) {
			continue
		}
		if err := c.receiver(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// Result is what one receiver made of an event.
type Result struct {
	ID  string // of the connection; may be empty
	Err error  // nil, the receiver's error, or a *PanicError
}

// PanicError is the panic of a receiver, or of its filter.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // as debug.Stack has it
}

// Error gives the value, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("receiver panicked: %v", e.Value) }

// Unwrap returns the value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// SendRobust tells every receiver, one after another, whatever the others
// return, and gives the results of those that wanted the event, in order: nil
// when there are none. Logging the errors is left to the caller.
func (s *Signal[T]) SendRobust(ctx context.Context, event T) []Result {
	var results []Result
	for _, c := range s.list() {
		if result, told := c.tell(ctx, event); told {
			results = append(results, result)
		}
	}
	return results
}

// SendConcurrent is SendRobust with all receivers at the same time, each in a
// goroutine of its own, and returns when all have: Django's asend_robust with
// asynchronous receivers. The results are in the order of Connect.
func (s *Signal[T]) SendConcurrent(ctx context.Context, event T) []Result {
	list := s.list()
	all := make([]Result, len(list))
	told := make([]bool, len(list))
	var group sync.WaitGroup
	for i, c := range list {
		group.Go(func() { all[i], told[i] = c.tell(ctx, event) })
	}
	group.Wait()
	var results []Result
	for i, result := range all {
		if told[i] {
			results = append(results, result)
		}
	}
	return results
}

// tell calls the receiver if it wants the event, and turns a panic into an
// error.
func (c *connection[T]) tell(ctx context.Context, event T) (result Result, told bool) {
	result.ID = c.id
	defer func() {
		if r := recover(); r != nil {
			result.Err, told = &PanicError{Value: r, Stack: debug.Stack()}, true
		}
	}()
	if !c.wants(event) {
		return result, false
	}
	result.Err = c.receiver(ctx, event)
	return result, true
}
