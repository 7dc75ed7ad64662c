// Command templatepeer times the rendering of the pages with one engine, for comparetemplates:
//
//	templatepeer <engine> <milliseconds for each page> [page…]
//	templatepeer <engine> <milliseconds> parallel
//
// It prints one JSON object: page → ns, cpu_ns (of this process), allocs, and the page's output. In
// parallel, it renders the page structs with one and with two processors instead: "1" and "2".
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nuages-web/nuages/benchmarks/internal/pages"
)

type figures struct {
	NS     float64 `json:"ns"`
	CPU    float64 `json:"cpu_ns"`
	Allocs float64 `json:"allocs"`
	Output string  `json:"output"`
}

func main() {
	found, err := run(os.Args[1], os.Args[2], os.Args[3:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(found)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "templatepeer:", err)
		os.Exit(1)
	}
}

func run(name, ms string, only []string) (map[string]figures, error) {
	n, err := strconv.Atoi(ms)
	if err != nil {
		return nil, err
	}
	budget := time.Duration(n) * time.Millisecond
	e, ok := engines[name]
	if !ok {
		return nil, fmt.Errorf("engine %q is none of these", name)
	}
	all, found := pages.All(e.keys), map[string]figures{}
	if slices.Equal(only, []string{"parallel"}) {
		i := slices.IndexFunc(all, func(p pages.Page) bool { return p.Name == "structs" })
		return parallel(e, &all[i], budget)
	}
	for i := range all {
		if p := &all[i]; len(only) == 0 || slices.Contains(only, p.Name) {
			if found[p.Name], err = measure(e, p, budget, 1); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	return found, nil
}

// parallel renders a page with one and two processors in turns, and keeps the fastest turn of each: others
// on the machine make two wait more often than one.
func parallel(e engine, p *pages.Page, budget time.Duration) (map[string]figures, error) {
	const turns = 8
	found := map[string]figures{}
	for range turns {
		for _, procs := range []int{1, 2} {
			f, err := measure(e, p, budget/turns, procs)
			if err != nil {
				return nil, err
			}
			name := strconv.Itoa(procs)
			if best, ok := found[name]; !ok || f.NS < best.NS {
				found[name] = f
			}
		}
	}
	return found, nil
}

// measure renders a page for the budget in as many goroutines as there are processors.
func measure(e engine, p *pages.Page, budget time.Duration, procs int) (figures, error) {
	render, err := e.open(p)
	if err != nil {
		return figures{}, err
	}
	var first bytes.Buffer
	if err := render(&first); err != nil {
		return figures{}, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	if _, err := loop(render, budget/4, procs); err != nil {
		return figures{}, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, start := cpu(), time.Now()
	n, err := loop(render, budget, procs)
	wall := time.Since(start)
	used = cpu() - used
	runtime.ReadMemStats(&after)
	return figures{
		NS: float64(wall.Nanoseconds()) / n, CPU: float64(used.Nanoseconds()) / n,
		Allocs: float64(after.Mallocs-before.Mallocs) / n, Output: first.String(),
	}, err
}

// loop renders in as many goroutines as procs, each into a buffer of its own, and returns how often.
func loop(render func(*bytes.Buffer) error, budget time.Duration, procs int) (float64, error) {
	var (
		total atomic.Int64
		fail  atomic.Pointer[error]
		wg    sync.WaitGroup
	)
	end := time.Now().Add(budget)
	for range procs {
		wg.Go(func() {
			n, b := int64(0), bytes.Buffer{}
			for time.Now().Before(end) {
				b.Reset()
				if err := render(&b); err != nil {
					fail.Store(&err)
					break
				}
				n++
			}
			total.Add(n)
		})
	}
	wg.Wait()
	if err := fail.Load(); err != nil {
		return 0, *err
	}
	return float64(total.Load()), nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // RUSAGE_SELF is valid
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
