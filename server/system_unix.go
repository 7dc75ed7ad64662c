//go:build unix

package server

import "syscall"

// defaultMaxConns leaves a tenth of the descriptors to files, databases and connections of the
// program's own.
func defaultMaxConns() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<20 {
		return 1 << 20
	}
	return int(limit.Cur) * 9 / 10
}

func closeOnExec(fd int) { syscall.CloseOnExec(fd) }
