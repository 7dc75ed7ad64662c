package pyfmt

import (
	"math"
	"strings"
)

// Slice is a Python slice: where it starts, stops and how it steps, each of
// which may be left out.
type Slice struct {
	start, stop, step          int
	hasStart, hasStop, hasStep bool
}

// ParseSlice reads what Django's slice filter takes: up to three integers with
// colons between them, each of which may be missing. A single one is where the
// slice stops. Numbers beyond an int count as the largest. It is not ok where there are more, or a step of 0.
func ParseSlice(text string) (s Slice, ok bool) {
	if strings.Count(text, ":") > 2 {
		return Slice{}, false
	}
	var numbers [3]int
	var has [3]bool
	count := 0
	for part := range strings.SplitSeq(text, ":") {
		if part != "" {
			n, big, ok := ParseInt(part)
			if !ok {
				return Slice{}, false
			}
			has[count], numbers[count] = true, int(n)
			if big != nil {
				numbers[count] = math.MaxInt * big.Sign()
			}
		}
		count++
	}
	if count == 1 {
		return Slice{stop: numbers[0], hasStop: has[0]}, true
	}
	if has[2] && numbers[2] == 0 {
		return Slice{}, false
	}
	return Slice{
		start: numbers[0], hasStart: has[0],
		stop: numbers[1], hasStop: has[1],
		step: numbers[2], hasStep: has[2],
	}, true
}

// Indices returns where in a sequence of that length s starts, in which steps
// it goes on, and how many items it has. Every index that follows is inside of
// the sequence.
func (s Slice) Indices(length int) (start, step, count int) {
	step = 1
	if s.hasStep {
		step = s.step
	}
	lower, upper := 0, length // what a bound may be
	if step < 0 {
		lower, upper = -1, length-1
	}
	bound := func(n int, has bool, missing int) int {
		if !has {
			return missing
		}
		if n < 0 {
			return max(n+length, lower)
		}
		return min(n, upper)
	}
	if step > 0 {
		start, stop := bound(s.start, s.hasStart, lower), bound(s.stop, s.hasStop, upper)
		if stop <= start {
			return 0, step, 0
		}
		return start, step, (stop-start-1)/step + 1
	}
	start, stop := bound(s.start, s.hasStart, upper), bound(s.stop, s.hasStop, lower)
	if stop >= start {
		return 0, step, 0
	}
	if step == math.MinInt {
		return start, step, 1
	}
	return start, step, (start-stop-1)/-step + 1
}
