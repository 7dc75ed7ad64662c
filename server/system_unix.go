//go:build unix

package server

import (
	"fmt"
	"os"
	"syscall"
)

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

// file returns a copy of the descriptor of a socket. The socket's own method File is no use: what
// package exec does with its result makes the socket block, here too.
func file(socket any, name string) (*os.File, error) {
	c, ok := socket.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("a %T has no file descriptor", socket)
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var dupErr error
	err = raw.Control(func(own uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		if fd, dupErr = syscall.Dup(int(own)); dupErr == nil {
			syscall.CloseOnExec(fd)
		}
	})
	if err == nil {
		err = dupErr
	}
	if err != nil {
		return nil, fmt.Errorf("copy the descriptor of %s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}
