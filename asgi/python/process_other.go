//go:build !unix

package python

import (
	"errors"
	"net"
	"os"
	"syscall"
)

func socketPair() (net.Conn, *os.File, error) { return nil, nil, errors.ErrUnsupported }

func ownGroup() *syscall.SysProcAttr { return nil }
