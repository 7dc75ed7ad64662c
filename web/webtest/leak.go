package webtest

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
)

// NoGoroutineLeak fails the test if, at its end, goroutines still run that it has started, or that
// those have started, and shows their stacks. It is called first in a test, so that it looks after
// all other cleanups; goroutines that are about to end get up to 5 s. Other tests may run beside it:
// the goroutines of a test are told by a profiling label, which the test itself must not change.
func NoGoroutineLeak(t testing.TB) {
	t.Helper()
	label := fmt.Sprintf("%s %p", t.Name(), t)
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("webtest", label)))
	t.Cleanup(func() {
		pprof.SetGoroutineLabels(context.Background()) // this one goes on, and is none of them
		deadline := time.Now().Add(5 * time.Second)
		for pause := time.Microsecond; ; pause = min(2*pause, 100*time.Millisecond) {
			left := labelled(label)
			if left == "" {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("goroutines that the test has started still run:\n%s", left)
				return
			}
			<-time.After(pause)
		}
	})
}

// labelled returns the stacks of the goroutines that have a label.
func labelled(label string) string {
	var buf bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&buf, 1) // a bytes.Buffer takes everything
	mark := `"webtest":` + strconv.Quote(label)
	var found []string
	for group := range strings.SplitSeq(buf.String(), "\n\n") {
		if strings.Contains(group, "\n# labels: ") && strings.Contains(group, mark) {
			found = append(found, strings.TrimSpace(group))
		}
	}
	return strings.Join(found, "\n\n")
}
