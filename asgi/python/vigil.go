package python

import "time"

// A vigil sees whether the threads of a WSGI worker get anywhere. Like whoever asks whether a worker lives,
// it counts ticks, not time.
type vigil struct {
	team   *team // nil: there is nothing to see
	limit  time.Duration
	reads  []uint32        // of each thread, at the last tick
	silent []time.Duration // for how long each has been
}

// newVigil returns the vigil over a team, which may be nil. Without a limit it sees nothing.
func newVigil(t *team, limit time.Duration) *vigil {
	if t == nil || limit <= 0 {
		return &vigil{}
	}
	return &vigil{team: t, limit: limit, reads: make([]uint32, len(t.all)), silent: make([]time.Duration, len(t.all))}
}

// tick takes in that so much time has gone by, and tells whether all threads have been silent for longer
// than the limit.
func (v *vigil) tick(passed time.Duration) bool {
	if v.team == nil {
		return false
	}
	least := v.limit
	for i, sl := range v.team.all {
		reads := sl.reads.Load()
		if waited := reads%2 == 1 && reads == v.reads[i] && !sl.client.Load(); waited {
			v.silent[i] += passed
		} else {
			v.reads[i], v.silent[i] = reads, 0
		}
		least = min(least, v.silent[i])
	}
	return least >= v.limit
}
