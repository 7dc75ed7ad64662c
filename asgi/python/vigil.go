package python

import "time"

// A vigil sees whether the threads of a WSGI worker get anywhere. Like whoever asks whether a worker lives,
// it counts ticks, not time.
type vigil struct {
	team   *team // nil: there is nothing to see
	limit  time.Duration
	reads  []uint32 // of each thread, at the last tick
	feeds  []uint32
	silent []time.Duration // for how long each has been
}

// newVigil returns the vigil over a team, which may be nil. Without a limit it sees nothing.
func newVigil(t *team, limit time.Duration) *vigil {
	if t == nil || limit <= 0 {
		return &vigil{}
	}
	n := len(t.all)
	return &vigil{team: t, limit: limit, reads: make([]uint32, n), feeds: make([]uint32, n), silent: make([]time.Duration, n)}
}

// tick takes in that so much time has gone by, and tells whether all threads have been silent for longer
// than the limit.
func (v *vigil) tick(passed time.Duration) bool {
	if v.team == nil {
		return false
	}
	least := v.limit
	for i, sl := range v.team.all {
		reads, feeds := sl.reads.Load(), sl.feeds.Load()
		if reads%2 == 1 && feeds%2 == 0 && reads == v.reads[i] && feeds == v.feeds[i] {
			v.silent[i] += passed
		} else {
			v.reads[i], v.feeds[i], v.silent[i] = reads, feeds, 0
		}
		least = min(least, v.silent[i])
	}
	return least >= v.limit
}
