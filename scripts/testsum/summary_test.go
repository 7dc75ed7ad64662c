package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stream is what go test -json prints, shortened.
const stream = `go: downloading example.org/x v1.0.0
{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestFine"}
{"Action":"output","Package":"m/a","Test":"TestFine","Output":"=== RUN   TestFine\n"}
{"Action":"output","Package":"m/a","Test":"TestFine","Output":"    a_test.go:3: conformance urls: 7 of 8 equal, 1 excluded by name, 0 different\n"}
{"Action":"pass","Package":"m/a","Test":"TestFine","Elapsed":0}
{"Action":"run","Package":"m/a","Test":"TestCases"}
{"Action":"run","Package":"m/a","Test":"TestCases/one"}
{"Action":"run","Package":"m/a","Test":"TestCases/two"}
{"Action":"pass","Package":"m/a","Test":"TestCases/one"}
{"Action":"output","Package":"m/a","Test":"TestCases/two","Output":"=== CONT  TestCases/two\n"}
{"Action":"output","Package":"m/a","Test":"TestCases/two","Output":"    a_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"m/a","Test":"TestCases/two"}
{"Action":"output","Package":"m/a","Test":"TestCases","Output":"--- FAIL: TestCases (0.00s)\n"}
{"Action":"fail","Package":"m/a","Test":"TestCases"}
{"Action":"output","Package":"m/a","Output":"FAIL\n"}
{"Action":"fail","Package":"m/a","Elapsed":0.5}
{"Action":"run","Package":"m/b","Test":"TestAbsent"}
{"Action":"output","Package":"m/b","Test":"TestAbsent","Output":"=== RUN   TestAbsent\n"}
{"Action":"output","Package":"m/b","Test":"TestAbsent","Output":"    b_test.go:4: chromium is not installed\n"}
{"Action":"output","Package":"m/b","Test":"TestAbsent","Output":"--- SKIP: TestAbsent (0.00s)\n"}
{"Action":"skip","Package":"m/b","Test":"TestAbsent"}
{"Action":"run","Package":"m/b","Test":"TestOwn"}
{"Action":"run","Package":"m/b","Test":"TestOwn/case"}
{"Action":"pass","Package":"m/b","Test":"TestOwn/case"}
{"Action":"pass","Package":"m/b","Test":"TestOwn"}
{"Action":"pass","Package":"m/b","Elapsed":1.25}
{"Action":"skip","Package":"m/untested","Elapsed":0}
{"Action":"build-output","ImportPath":"m/c","Output":"c/c.go:3:1: syntax error\n"}
{"Action":"build-fail","ImportPath":"m/c"}
{"Action":"output","Package":"m/c","Output":"FAIL\tm/c [build failed]\n"}
{"Action":"fail","Package":"m/c","Elapsed":0,"FailedBuild":"m/c"}
{"Action":"run","Package":"m/d","Test":"TestPanics"}
{"Action":"output","Package":"m/d","Test":"TestPanics","Output":"panic: oh\n"}
{"Action":"fail","Package":"m/d","Elapsed":0.1}
`

const want = `go: downloading example.org/x v1.0.0
    conformance urls: 7 of 8 equal, 1 excluded by name, 0 different
FAIL m/a TestCases/two
    a_test.go:9: got 1, want 2
FAIL
FAIL m/a (0.5 s)
ok   m/b: 1 passed (1.2 s)
c/c.go:3:1: syntax error
FAIL	m/c [build failed]
FAIL m/c (0.0 s)
panic: oh
FAIL m/d (0.1 s)
SKIP m/b TestAbsent: b_test.go:4: chromium is not installed
5 tests in 4 packages: 3 passed, 1 failed, 1 skipped, 2 packages without a result (N s)
`

func TestSummary(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := newSummary(&b)
	if err := s.read(strings.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	s.close()
	got := regexp.MustCompile(`\(\d+ s\)\n$`).ReplaceAllString(b.String(), "(N s)\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// A test that fails by itself is counted, though all of its cases pass.
func TestParentFails(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := newSummary(&b)
	for _, e := range []event{
		{Action: "run", Package: "m", Test: "T"},
		{Action: "run", Package: "m", Test: "T/c"},
		{Action: "pass", Package: "m", Test: "T/c"},
		{Action: "fail", Package: "m", Test: "T"},
		{Action: "fail", Package: "m"},
	} {
		s.handle(e)
	}
	s.close()
	if got := b.String(); !strings.Contains(got, "2 tests in 1 packages: 1 passed, 1 failed, 0 skipped (") {
		t.Errorf("summary:\n%s", got)
	}
}
