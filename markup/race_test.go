//go:build race

package markup_test

// hostileBytes is the length of hostile texts: all is ten times slower under the race detector.
const hostileBytes = 64 << 10
