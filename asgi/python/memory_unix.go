//go:build unix

package python

import (
	"os"

	"golang.org/x/sys/unix"
)

func sized(file *os.File, size int64) (*os.File, error) {
	if err := file.Truncate(size); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func mapFile(file *os.File, size int) ([]byte, error) {
	mem, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return mem, os.NewSyscallError("mmap", err)
}

func unmap(mem []byte) { _ = unix.Munmap(mem) }
