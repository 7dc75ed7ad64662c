package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// header is the head of the table. Ratios are those to the workload's first host: of requests they are
// better above 1, of time and memory below.
const header = `| workload | host | requests/s | × | p50 ms | p99 ms | Python µs | × | all µs | × | MiB | × |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|`

// report prints the rows of a workload: medians over the rounds, of the ratios too, which are taken
// within a round.
func report(name string, peers []string, results map[string][]figures) {
	base := results[peers[0]]
	for _, host := range peers {
		fmt.Printf("| %s | %s", name, host)
		for _, column := range []struct {
			value  func(figures) float64
			digits int
			ratio  bool
		}{
			{func(f figures) float64 { return f.rate }, 0, true},
			{func(f figures) float64 { return f.p50 }, 2, false},
			{func(f figures) float64 { return f.p99 }, 2, false},
			{func(f figures) float64 { return f.python }, 1, true},
			{func(f figures) float64 { return f.all }, 1, true},
			{func(f figures) float64 { return f.memory }, 1, true},
		} {
			var values, ratios []float64
			for round, f := range results[host] {
				values = append(values, column.value(f))
				ratios = append(ratios, column.value(f)/column.value(base[round]))
			}
			fmt.Print(" | ", cell(values, column.digits))
			if column.ratio {
				fmt.Print(" | ", cell(ratios, 2))
			}
		}
		fmt.Println(" |")
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
