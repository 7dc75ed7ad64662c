//go:build race

package web_test

// raceDetector tells that the race detector is on, under which pools drop what they hold at random.
const raceDetector = true
