package ormgen

import (
	"strings"
)

// nearest returns the choice that is most like what was written, or "" if none is
// near.
func nearest(written string, choices []string) string {
	best, least := "", 3
	if len(written) < 4 {
		least = 2
	}
	for _, choice := range choices {
		if d := distance(strings.ToLower(written), strings.ToLower(choice)); d < least {
			best, least = choice, d
		}
	}
	return best
}

// maxName bounds the texts that are compared.
const maxName = 64

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	if len(a) > maxName || len(b) > maxName {
		return maxName
	}
	var before, last []int // the rows of a[:i-2] and a[:i-1]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// didYouMean returns "; did you mean x?" where a choice is near, else "".
func didYouMean(written string, choices []string) string {
	if best := nearest(written, choices); best != "" {
		return "; did you mean " + best + "?"
	}
	return ""
}
