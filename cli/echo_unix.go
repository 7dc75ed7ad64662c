//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cli

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// hideEcho makes a terminal not show what is typed, until restore is called.
func hideEcho(terminal *os.File) (restore func(), err error) {
	before, err := termios(terminal, getTermios, syscall.Termios{})
	if err != nil {
		return nil, err
	}
	hidden := before
	hidden.Lflag &^= syscall.ECHO
	hidden.Lflag |= syscall.ICANON | syscall.ISIG // a line at a time, Ctrl-C as ever
	if _, err := termios(terminal, setTermios, hidden); err != nil {
		return nil, err
	}
	return func() { termios(terminal, setTermios, before) }, nil
}

// termios reads or writes the settings of a terminal, tcgetattr(3) and
// tcsetattr(3).
func termios(terminal *os.File, request uintptr, t syscall.Termios) (syscall.Termios, error) {
	raw, err := terminal.SyscallConn()
	if err != nil {
		return t, fmt.Errorf("set up terminal: %w", err)
	}
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(&t)))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	if err != nil {
		return t, fmt.Errorf("set up terminal: %w", err)
	}
	return t, nil
}
