package python

import (
	"os"

	"golang.org/x/sys/unix"
)

// anonymousFile returns a file that lies in memory only.
func anonymousFile(size int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("nuages-blocks", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return sized(os.NewFile(uintptr(fd), "blocks"), size)
}
