package python

import (
	"os"
	"slices"
	"strings"
)

// allocator tells the C library of Linux (mallopt(3)) to keep up to 16 MiB that Python has freed, and to take bodies
// up to 4 MiB from there. Without, it gives the memory of each body back to the system, which costs an upload
// of 64 KiB half of its time. Other libraries do not know the names.
var allocator = []string{"MALLOC_TRIM_THRESHOLD_=16777216", "MALLOC_MMAP_THRESHOLD_=4194304"}

// environment returns the variables of a worker's environment, and the names of those that neither this
// process's nor Options.Env has: the application and its children don't see them.
func (o *Options) environment() (env, hidden []string) {
	given := append(os.Environ(), o.Env...)
	for _, setting := range allocator {
		name, _, _ := strings.Cut(setting, "=")
		if !slices.ContainsFunc(given, func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			env = append(env, setting)
			hidden = append(hidden, name)
		}
	}
	return append(env, given...), hidden
}
