package peers

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// A hub sends each message, encoded once, to all who have joined. One who does not keep up loses
// messages.
type hub[T any] struct {
	encode  func(message string) T
	mu      sync.Mutex
	members map[chan T]bool
	start   sync.Once
}

func newHub[T any](encode func(string) T) *hub[T] {
	return &hub[T]{encode: encode, members: map[chan T]bool{}}
}

// join returns a channel of the messages from now on. The first one to join starts the broadcaster,
// which runs until the process ends.
func (h *hub[T]) join() chan T {
	h.start.Do(func() { go h.broadcast() })
	c := make(chan T, 16)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.members[c] = true
	return c
}

func (h *hub[T]) leave(c chan T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.members, c)
}

func (h *hub[T]) broadcast() {
	n := 0
	for range time.Tick(Every) {
		m := h.encode(Message(n))
		h.mu.Lock()
		for c := range h.members {
			select {
			case c <- m:
			default:
			}
		}
		h.mu.Unlock()
		n++
	}
}

// collect frees what is garbage, pools included, gives it back to the system, and tells what is left.
func collect() string {
	runtime.GC() // moves what is in a sync.Pool to its victims
	debug.FreeOSMemory()
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/metadata/other:bytes"},
	}
	metrics.Read(samples)
	kb := func(i int) uint64 { return samples[i].Value.Uint64() >> 10 }
	return fmt.Sprintf("KiB: objects %d, spans' rest %d, free %d, stacks %d, metadata %d; %d goroutines",
		kb(0), kb(1), kb(2), kb(3), kb(4), runtime.NumGoroutine())
}
