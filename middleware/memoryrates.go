package middleware

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

// MemoryRatesOptions configures [NewMemoryRates].
type MemoryRatesOptions struct {
	// MaxKeys is the most keys that are remembered, about 100 bytes each. When there are more, those
	// are forgotten first that have not come for long, then others by chance. Default 100,000.
	MaxKeys int
}

// MemoryRates is a [RateStore] in the memory of this process.
type MemoryRates struct {
	seed   maphash.Seed
	most   int // keys of one shard
	start  time.Time
	shards [rateShards]rateShard
}

const rateShards = 64

// rateShard keeps for each key the time at which its bucket will be full again (GCRA's theoretical
// arrival time), since the store was made.
type rateShard struct {
	mu   sync.Mutex
	full map[string]time.Duration
}

// NewMemoryRates makes an empty store.
func NewMemoryRates(opts *MemoryRatesOptions) *MemoryRates {
	most := 100_000
	if opts != nil && opts.MaxKeys > 0 {
		most = opts.MaxKeys
	}
	m := &MemoryRates{seed: maphash.MakeSeed(), most: max(1, most/rateShards), start: time.Now()}
	for i := range m.shards {
		m.shards[i].full = make(map[string]time.Duration)
	}
	return m
}

// Take implements [RateStore]; its error is always nil.
func (m *MemoryRates) Take(_ context.Context, key string, rate Rate) (RateResult, error) {
	interval := rate.Per / time.Duration(rate.Requests)
	burst := interval * time.Duration(rate.Burst)
	if rate.Burst <= 0 {
		burst = interval * time.Duration(rate.Requests)
	}
	now := time.Since(m.start)
	s := &m.shards[maphash.String(m.seed, key)%rateShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	full, known := s.full[key]
	full = max(full, now)
	if wait := full + interval - burst - now; wait > 0 {
		return RateResult{RetryAfter: wait, Reset: full - now}, nil
	}
	full += interval
	if !known && len(s.full) >= m.most {
		s.evict(now)
	}
	s.full[key] = full
	return RateResult{Allowed: true, Remaining: int((burst - (full - now)) / interval), Reset: full - now}, nil
}

// Len returns the number of keys that are remembered.
func (m *MemoryRates) Len() int {
	n := 0
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		n += len(s.full)
		s.mu.Unlock()
	}
	return n
}

// evictLook is how many keys are looked at to make room: the cost of a new key stays constant.
const evictLook = 8

// evict forgets keys whose bucket is full, or one by chance: maps are walked from a random place.
func (s *rateShard) evict(now time.Duration) {
	looked, victim, gone := 0, "", false
	for key, full := range s.full {
		victim = key
		if full <= now {
			delete(s.full, key)
			gone = true
		}
		if looked++; looked == evictLook {
			break
		}
	}
	if !gone {
		delete(s.full, victim)
	}
}
