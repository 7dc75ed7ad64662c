package commands

import (
	"errors"
	"syscall"
)

// isAddrInUse tells whether a socket's address is taken.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
