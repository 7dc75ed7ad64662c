//go:build !race

package markup_test

// hostileBytes is the length of hostile texts.
const hostileBytes = 512 << 10
