//go:build !race

package template_test

// raceEnabled tells of the race detector, under which sync.Pool forgets on purpose.
const raceEnabled = false
