package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// header is the head of the table. The ratios are those to the workload's base: speed and processor
// time are better above 1, memory is better below.
const header = `| workload | peer | operations/s | × base | CPU µs | × base by CPU | KiB each | of base |
|---|---|---:|---:|---:|---:|---:|---:|`

// report prints the rows of a workload: medians over the rounds, of the ratios too, which are taken
// within a round.
func report(j job, results map[string][]figures) {
	for _, p := range j.peers {
		all, base := results[p.name], results[j.base]
		list := func(value func(f, base figures) float64) []float64 {
			var l []float64
			for i, f := range all {
				var b figures
				if i < len(base) {
					b = base[i]
				}
				l = append(l, value(f, b))
			}
			return l
		}
		name := p.name
		if name == j.base {
			name += " (base)"
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", j.name, name,
			cell(list(func(f, _ figures) float64 { return f.rate }), 0),
			cell(list(func(f, base figures) float64 { return f.rate / base.rate }), 2),
			cell(list(func(f, _ figures) float64 { return f.cpu }), 1),
			cell(list(func(f, base figures) float64 { return base.cpu / f.cpu }), 2),
			cell(list(func(f, _ figures) float64 { return f.memory }), 1),
			cell(list(func(f, base figures) float64 { return f.memory / base.memory }), 2))
	}
}

// cell returns the median of what was measured, and nothing where nothing was.
func cell(list []float64, digits int) string {
	list = slices.DeleteFunc(list, func(v float64) bool { return v == 0 || math.IsNaN(v) || math.IsInf(v, 0) })
	if len(list) == 0 {
		return ""
	}
	slices.Sort(list)
	return strconv.FormatFloat(list[len(list)/2], 'f', digits, 64)
}
