package python

import (
	"os"
	"runtime"
)

// ballast is memory that is never touched, so that it takes none: the garbage collector, which runs when as much as
// is in use has been allocated, has less to do in a process that keeps little.
var ballast []byte

const ballastSize = 16 << 20

// Dedicate sets up the Go runtime of a process that does little but host a Python application, as the command
// `nuages serve` does. The workers run beside it, and Go's threads get in their way less where there are fewer. So Go
// uses the processors that the workers leave, but at least half of them (GOMAXPROCS), and lets garbage of 16 MiB
// gather before it collects it. The environment variables GOMAXPROCS and GOGC have precedence. Workers is that of
// [Options]. Call it once, before the host is started.
func Dedicate(workers int) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(processors(runtime.GOMAXPROCS(0), workers))
	}
	if os.Getenv("GOGC") == "" {
		ballast = make([]byte, ballastSize)
		runtime.KeepAlive(ballast)
	}
}

// processors returns how many of n processors Go uses beside workers.
func processors(n, workers int) int {
	if workers == 0 {
		workers = 1
	}
	if workers < 0 {
		workers = n
	}
	return max(n-workers, n/2, 1)
}
