package python

import (
	"testing"
	"time"
)

// TestVigil: only threads that are waited for, all of them, and that neither say nor take anything are blocked.
func TestVigil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		does func(first, second *slot) // before each tick
		want bool
	}{
		{"both wait", func(_, _ *slot) {}, true},
		{"one is free", func(first, _ *slot) { first.reads.Store(2) }, false},
		{"one answers", func(first, _ *slot) { first.reads.Add(2) }, false},
		{"one takes its body", func(first, _ *slot) { first.feeds.Add(2) }, false},
		{"one waits for its client", func(first, _ *slot) { first.feeds.Store(1) }, false},
	} {
		members := &team{all: []*slot{{}, {}}}
		first, second := members.all[0], members.all[1]
		first.reads.Store(1)
		second.reads.Store(1)
		v, got := newVigil(members, 3*time.Second), 0
		for n := 1; n <= 8 && got == 0; n++ {
			c.does(first, second)
			if v.tick(time.Second) {
				got = n
			}
		}
		if want := map[bool]int{true: 4}[c.want]; got != want { // the first tick is the beginning
			t.Errorf("%s: blocked at tick %d, want %d", c.name, got, want)
		}
	}
	if newVigil(nil, time.Second).tick(time.Hour) || newVigil(&team{}, 0).tick(time.Hour) {
		t.Error("what is not looked at is blocked")
	}
}
