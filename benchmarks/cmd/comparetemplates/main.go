// Command comparetemplates measures template engines side by side: how much more processor time each
// takes for the same page as ours.
//
//	go run ./cmd/comparetemplates
//	go run ./cmd/comparetemplates -engines nuages,django -only structs -rounds 9
//
// Each engine is a process of its own, in turns within a round, in an order that turns from round to
// round. All must write the same page, but for the ways to escape quotes. Ratios are taken within a
// round; the tables, in Markdown, give their medians.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/benchmarks/internal/pages"
)

// pythons are Debian's, which has its Django, and that of the path, if only it has Jinja.
var pythons = []string{"/usr/bin/python3", "python3"}

type figures struct {
	NS     float64 `json:"ns"`
	CPU    float64 `json:"cpu_ns"`
	Allocs float64 `json:"allocs"`
	Output string  `json:"output"`
}

// round is what one round found: engine → page → figures; the pages of parallel are "1" and "2".
type round struct{ pages, parallel map[string]map[string]figures }

type options struct {
	engines, only []string
	rounds        int
	budget        time.Duration
}

// inPython are the engines that the script renders with.
var inPython = []string{"django", "jinja2"}

func main() {
	var o options
	engines := flag.String("engines", "nuages,html/template,pongo2,jinja2,django", "engines, with commas between; the first is the base")
	only := flag.String("only", "", "pages, with commas between; default all")
	flag.IntVar(&o.rounds, "rounds", 5, "how often everything is measured")
	flag.DurationVar(&o.budget, "time", 300*time.Millisecond, "how long each page is measured")
	flag.Parse()
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
	}
	o.engines, o.only = split(*engines), split(*only)
	if err := run(context.Background(), &o); err != nil {
		fmt.Fprintln(os.Stderr, "comparetemplates:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options) error {
	if len(o.engines) == 0 || o.rounds < 1 {
		return fmt.Errorf("nothing to measure")
	}
	dir, err := os.MkdirTemp("", "comparetemplates-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "templatepeer"), "./cmd/templatepeer")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build templatepeer: %w", err)
	}
	o.engines = slices.DeleteFunc(o.engines, func(e string) bool {
		missing := slices.Contains(inPython, e) && interpreter(e) == ""
		if missing {
			fmt.Fprintf(os.Stderr, "comparetemplates: no Python here has %s: left out\n", e)
		}
		return missing
	})
	var rounds []round
	for n := range o.rounds {
		r := round{map[string]map[string]figures{}, map[string]map[string]figures{}}
		for i := range o.engines {
			engine := o.engines[(i+n)%len(o.engines)]
			fmt.Fprintf(os.Stderr, "\r\x1b[Kround %d of %d: %s", n+1, o.rounds, engine)
			if err := r.measure(ctx, o, dir, engine); err != nil {
				return fmt.Errorf("%s: %w", engine, err)
			}
		}
		if err := r.samePages(); err != nil {
			return err
		}
		rounds = append(rounds, r)
	}
	fmt.Fprint(os.Stderr, "\r\x1b[K")
	report(o, rounds)
	return nil
}

// measure runs an engine: page by page, and if it is in Go, in parallel.
func (r round) measure(ctx context.Context, o *options, dir, engine string) (err error) {
	ms := strconv.FormatInt(o.budget.Milliseconds(), 10)
	if slices.Contains(inPython, engine) {
		script := []string{"python/template_bench.py", engine, filepath.Join("internal/pages/templates", engine), ms}
		r.pages[engine], err = peer(ctx, interpreter(engine), append(script, o.only...))
		return err
	}
	bin := filepath.Join(dir, "templatepeer")
	if r.pages[engine], err = peer(ctx, bin, append([]string{engine, ms}, o.only...)); err != nil {
		return err
	}
	r.parallel[engine], err = peer(ctx, bin, []string{engine, ms, "parallel"})
	return err
}

// interpreter returns the Python that has an engine, "" where none has.
func interpreter(engine string) string {
	for _, p := range pythons {
		if exec.Command(p, "-c", "import "+engine).Run() == nil {
			return p
		}
	}
	return ""
}

func peer(ctx context.Context, name string, args []string) (found map[string]figures, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return found, json.Unmarshal(out, &found)
}

// quotes are the ways to escape quotes.
var quotes = strings.NewReplacer("&#39;", "&#x27;", "&#34;", "&quot;")

// samePages refuses a round in which two engines wrote different pages.
func (r round) samePages() error {
	for _, p := range pages.All([4]string{}) {
		wrote := map[string][]string{}
		for engine, found := range r.pages {
			if f, ok := found[p.Name]; ok {
				text := quotes.Replace(f.Output)
				wrote[text] = append(wrote[text], engine)
			}
		}
		if len(wrote) > 1 {
			return fmt.Errorf("%s: the engines write different pages: %v", p.Name, wrote)
		}
	}
	return nil
}

func report(o *options, rounds []round) {
	base, others := o.engines[0], o.engines[1:]
	fmt.Printf("\nProcessor time of one page, × `%s`\n\n| page | `%s`, µs |%s\n|---|---:|%s\n", base, base, names(others), dashes(len(others)))
	each(o, func(page string) {
		fmt.Printf("| %s | %.1f |", page, median(rounds, func(r round) float64 { return r.pages[base][page].CPU / 1000 }))
		for _, e := range others {
			fmt.Printf(" %.1f |", median(rounds, func(r round) float64 { return r.pages[e][page].CPU / r.pages[base][page].CPU }))
		}
		fmt.Println()
	})
	inGo := slices.DeleteFunc(slices.Clone(o.engines), func(e string) bool { return slices.Contains(inPython, e) })
	fmt.Printf("\nAllocations of one page\n\n| page |%s\n|---|%s\n", names(inGo), dashes(len(inGo)))
	each(o, func(page string) {
		fmt.Printf("| %s |", page)
		for _, e := range inGo {
			fmt.Printf(" %.0f |", median(rounds, func(r round) float64 { return r.pages[e][page].Allocs }))
		}
		fmt.Println()
	})
	fmt.Printf("\nThe page structs with two processors, to one\n\n| |%s\n|---|%s\n", names(inGo), dashes(len(inGo)))
	row := func(title string, of func(one, two figures) float64) {
		fmt.Printf("| %s |", title)
		for _, e := range inGo {
			fmt.Printf(" %.2f |", median(rounds, func(r round) float64 { return of(r.parallel[e]["1"], r.parallel[e]["2"]) }))
		}
		fmt.Println()
	}
	row("pages a second", func(one, two figures) float64 { return one.NS / two.NS })
	row("processor time of one", func(one, two figures) float64 { return two.CPU / one.CPU })
}

// each calls f with the pages that are measured.
func each(o *options, f func(page string)) {
	for _, p := range pages.All([4]string{}) {
		if len(o.only) == 0 || slices.Contains(o.only, p.Name) {
			f(p.Name)
		}
	}
}

func names(engines []string) string {
	var b strings.Builder
	for _, e := range engines {
		fmt.Fprintf(&b, " `%s` |", e)
	}
	return b.String()
}

func dashes(n int) string { return strings.Repeat("---:|", n) }

func median(rounds []round, of func(round) float64) float64 {
	var v []float64
	for _, r := range rounds {
		v = append(v, of(r))
	}
	slices.Sort(v)
	return v[len(v)/2]
}
