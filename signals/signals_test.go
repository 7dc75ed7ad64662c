package signals_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/signals"
)

// saved is an event with its sender.
type saved struct {
	model string
	id    int
}

// recorder makes receivers that write down their names.
type recorder struct{ calls []string }

func (r *recorder) receiver(name string, err error) signals.Receiver[saved] {
	return func(context.Context, saved) error {
		r.calls = append(r.calls, name)
		return err
	}
}

func (r *recorder) want(t *testing.T, calls ...string) {
	t.Helper()
	if diff := cmp.Diff(calls, r.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	r.calls = nil
}

func TestSendInOrderUntilAnError(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	var r recorder
	if err := signal.Send(t.Context(), saved{}); err != nil || signal.HasListeners() {
		t.Errorf("zero value: got %v, HasListeners %v", err, signal.HasListeners())
	}
	signal.Connect(r.receiver("a", nil), nil)
	second := signal.Connect(r.receiver("b", io.ErrUnexpectedEOF), nil)
	signal.Connect(r.receiver("c", nil), &signals.Options[saved]{})
	if err := signal.Send(t.Context(), saved{}); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v, want the receiver's own error", err)
	}
	r.want(t, "a", "b")
	second()
	second()
	if err := signal.Send(t.Context(), saved{}); err != nil || !signal.HasListeners() {
		t.Errorf("got %v, HasListeners %v", err, signal.HasListeners())
	}
	r.want(t, "a", "c")
}

func TestReceiversGetContextAndEvent(t *testing.T) {
	t.Parallel()
	type key struct{}
	var signal signals.Signal[saved]
	var got saved
	signal.Connect(func(ctx context.Context, event saved) error {
		got = event
		if ctx.Value(key{}) != "here" {
			t.Error("the context is another one")
		}
		return nil
	}, nil)
	want := saved{"order", 7}
	if err := signal.Send(context.WithValue(t.Context(), key{}, "here"), want); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	var r recorder
	of := func(model string) *signals.Options[saved] {
		return &signals.Options[saved]{Filter: func(event saved) bool { return event.model == model }}
	}
	signal.Connect(r.receiver("order", nil), of("order"))
	signal.Connect(r.receiver("user", nil), of("user"))
	signal.Connect(r.receiver("all", nil), nil)
	if err := signal.Send(t.Context(), saved{model: "user"}); err != nil {
		t.Fatal(err)
	}
	r.want(t, "user", "all")
	if results := signal.SendRobust(t.Context(), saved{model: "none"}); len(results) != 1 {
		t.Errorf("SendRobust: got %v, want one result", results)
	}
	r.want(t, "all")
	if results := signal.SendConcurrent(t.Context(), saved{model: "none"}); len(results) != 1 {
		t.Errorf("SendConcurrent: got %v, want one result", results)
	}
}

func TestIDReplacesInPlace(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	var r recorder
	named := &signals.Options[saved]{ID: "mail"}
	old := signal.Connect(r.receiver("old", nil), named)
	signal.Connect(r.receiver("other", nil), nil)
	signal.Connect(r.receiver("new", nil), named)
	old() // it is gone already; the new one stays
	signal.SendRobust(t.Context(), saved{})
	r.want(t, "new", "other")
	if !signal.Disconnect("mail") || signal.Disconnect("mail") || signal.Disconnect("") {
		t.Error("Disconnect: want true once, and false for what is not there")
	}
	signal.SendRobust(t.Context(), saved{})
	r.want(t, "other")
}

func TestRobustSendsTellEverybody(t *testing.T) {
	t.Parallel()
	failed := errors.New("no mail")
	var signal signals.Signal[saved]
	connect := func(id string, receiver signals.Receiver[saved]) {
		signal.Connect(receiver, &signals.Options[saved]{ID: id})
	}
	connect("fails", func(context.Context, saved) error { return failed })
	connect("panics", func(context.Context, saved) error { panic(io.ErrShortWrite) })
	connect("works", func(context.Context, saved) error { return nil })
	signal.Connect(func(context.Context, saved) error { return nil },
		&signals.Options[saved]{ID: "bad filter", Filter: func(saved) bool { panic("text") }})
	for name, send := range map[string]func(context.Context, saved) []signals.Result{
		"SendRobust": signal.SendRobust, "SendConcurrent": signal.SendConcurrent,
	} {
		results := send(t.Context(), saved{})
		if len(results) != 4 {
			t.Fatalf("%s: got %d results, want 4", name, len(results))
		}
		for i, want := range []struct {
			id  string
			err error
		}{{"fails", failed}, {"panics", io.ErrShortWrite}, {"works", nil}} {
			if results[i].ID != want.id || !errors.Is(results[i].Err, want.err) {
				t.Errorf("%s: got %v, want %v", name, results[i], want)
			}
		}
		var panicked *signals.PanicError
		if !errors.As(results[3].Err, &panicked) || panicked.Value != "text" || panicked.Unwrap() != nil ||
			panicked.Error() != "receiver panicked: text" || !strings.Contains(string(panicked.Stack), "signals_test.go") {
			t.Errorf("%s: got %v, want a PanicError with the stack", name, results[3].Err)
		}
	}
}

func TestNoReceiversNoResults(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	if got := signal.SendRobust(t.Context(), saved{}); got != nil {
		t.Errorf("SendRobust: got %v", got)
	}
	if got := signal.SendConcurrent(t.Context(), saved{}); got != nil {
		t.Errorf("SendConcurrent: got %v", got)
	}
}

func TestSendConcurrentRunsAllAtOnceAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signal signals.Signal[saved]
		for range 5 {
			signal.Connect(func(context.Context, saved) error { time.Sleep(time.Second); return nil }, nil)
		}
		start := time.Now()
		results := signal.SendConcurrent(t.Context(), saved{})
		if took := time.Since(start); len(results) != 5 || took != time.Second {
			t.Errorf("got %d results after %v, want 5 after 1s", len(results), took)
		}
	})
}

func TestReceiverMayChangeItsSignal(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	var r recorder
	var disconnect func()
	disconnect = signal.Connect(func(context.Context, saved) error {
		disconnect()
		signal.Connect(r.receiver("added", nil), nil)
		r.calls = append(r.calls, "once")
		return nil
	}, nil)
	for _, want := range []string{"once", "added"} {
		if err := signal.Send(t.Context(), saved{}); err != nil {
			t.Fatal(err)
		}
		r.want(t, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var signal signals.Signal[saved]
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				disconnect := signal.Connect(func(context.Context, saved) error { return nil }, nil)
				signal.Send(t.Context(), saved{})
				signal.SendConcurrent(t.Context(), saved{})
				disconnect()
			}
		})
	}
	group.Wait()
	if signal.HasListeners() {
		t.Error("receivers are left over")
	}
}

func TestConnectNilPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("want a panic")
		}
	}()
	new(signals.Signal[saved]).Connect(nil, nil)
}

// connected is a signal with n receivers that do nothing.
func connected(n int) *signals.Signal[saved] {
	signal := new(signals.Signal[saved])
	for range n {
		signal.Connect(func(context.Context, saved) error { return nil }, nil)
	}
	return signal
}

func TestSendDoesNotAllocate(t *testing.T) {
	// Not parallel: allocations are counted for the whole program.
	for _, n := range []int{0, 3} {
		signal, ctx := connected(n), t.Context()
		if got := testing.AllocsPerRun(100, func() { signal.Send(ctx, saved{"order", 1}) }); got != 0 {
			t.Errorf("%d receivers: %v allocations, want 0", n, got)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	for _, bench := range []struct {
		name string
		n    int
	}{{"no receiver", 0}, {"3 receivers", 3}} {
		b.Run(bench.name, func(b *testing.B) {
			signal, ctx := connected(bench.n), b.Context()
			b.ReportAllocs()
			for b.Loop() {
				signal.Send(ctx, saved{"order", 1})
			}
		})
	}
}
