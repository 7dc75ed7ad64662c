package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json; see "go doc test2json".
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // of build-output
	Elapsed                       float64
}

// key names a test, or a package where test is empty.
type key struct{ pkg, test string }

// parent returns the test that k is a case of.
func (k key) parent() (key, bool) {
	i := strings.LastIndex(k.test, "/")
	if i < 0 {
		return key{}, false
	}
	return key{k.pkg, k.test[:i]}, true
}

// summary collects the events of one run.
type summary struct {
	w       io.Writer
	started time.Time
	output  map[key][]string
	parents map[key]bool // tests that have cases: these are counted instead
	blamed  map[key]bool // those of which a case failed
	counts  map[string]map[string]int
	total   map[string]int
	skips   []string
	// The packages with tests, and those that failed without a failed test.
	packages, broken int
}

func newSummary(w io.Writer) *summary {
	return &summary{
		w:       w,
		started: time.Now(),
		output:  make(map[key][]string),
		parents: make(map[key]bool),
		blamed:  make(map[key]bool),
		counts:  make(map[string]map[string]int),
		total:   make(map[string]int),
	}
}

// read handles events until the stream ends. Lines that are none are passed on.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				s.handle(e)
			} else {
				fmt.Fprintf(s.w, "%s", line)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test: %w", err)
		}
	}
}

var conformance = regexp.MustCompile(`conformance \S+: \d+ of \d+ .*`)

func (s *summary) handle(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(s.w, e.Output)
	case "output":
		s.output[k] = append(s.output[k], e.Output)
		if line := conformance.FindString(e.Output); line != "" {
			fmt.Fprintf(s.w, "    %s\n", line)
		}
	case "run":
		if p, ok := k.parent(); ok {
			s.parents[p] = true
		}
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(e)
		} else {
			s.endTest(k, e.Action)
		}
	}
}

func (s *summary) endTest(k key, action string) {
	if s.counts[k.pkg] == nil {
		s.counts[k.pkg] = make(map[string]int)
	}
	// A test that fails by itself, while its cases pass, counts as well.
	if !s.parents[k] || action == "fail" && !s.blamed[k] {
		s.counts[k.pkg][action]++
		s.total[action]++
	}
	switch action {
	case "fail":
		if p, ok := k.parent(); ok {
			s.blamed[p] = true
		}
		if !s.blamed[k] || len(said(s.output[k])) > 1 { // more than "--- FAIL"
			fmt.Fprintf(s.w, "FAIL %s %s\n%s", k.pkg, k.test, strings.Join(said(s.output[k]), ""))
		}
	case "skip":
		s.skips = append(s.skips, fmt.Sprintf("%s %s: %s", k.pkg, k.test, reason(s.output[k])))
	}
	delete(s.output, k)
}

// said leaves out the lines that only tell the order of things.
func said(output []string) []string {
	return slices.DeleteFunc(slices.Clone(output), func(line string) bool { return strings.HasPrefix(line, "=== ") })
}

// reason finds the text of t.Skip in a test's output: the line "file.go:7: text".
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(output[i]); line != "" && !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "===") {
			return line
		}
	}
	return "no reason given"
}

func (s *summary) endPackage(e event) {
	counts := s.counts[e.Package]
	switch {
	case e.Action == "fail":
		s.packages++
		if counts["fail"] == 0 {
			s.broken++
		}
		// What the package said outside of its tests: a panic, a race, a deadline.
		for k, lines := range s.output {
			if k.pkg == e.Package {
				fmt.Fprint(s.w, strings.Join(said(lines), ""))
			}
		}
		fmt.Fprintf(s.w, "FAIL %s (%.1f s)\n", e.Package, e.Elapsed)
	case e.Action == "pass" && counts != nil:
		s.packages++
		fmt.Fprintf(s.w, "ok   %s: %d passed (%.1f s)\n", e.Package, counts["pass"], e.Elapsed)
	}
	for k := range s.output {
		if k.pkg == e.Package {
			delete(s.output, k)
		}
	}
}

// close prints what was skipped, and the numbers.
func (s *summary) close() {
	for _, line := range s.skips {
		fmt.Fprintf(s.w, "SKIP %s\n", line)
	}
	broken := ""
	if s.broken > 0 {
		broken = fmt.Sprintf(", %d packages without a result", s.broken)
	}
	fmt.Fprintf(s.w, "%d tests in %d packages: %d passed, %d failed, %d skipped%s (%.0f s)\n",
		s.total["pass"]+s.total["fail"]+s.total["skip"], s.packages,
		s.total["pass"], s.total["fail"], s.total["skip"], broken, time.Since(s.started).Seconds())
}
