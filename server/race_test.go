//go:build race

package server_test

// raceEnabled tells of the race detector.
const raceEnabled = true
