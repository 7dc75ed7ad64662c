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

func anonymousFile(int64) (*os.File, error) { return nil, errors.ErrUnsupported }

func mapFile(*os.File, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmap([]byte) {}

var traceSignal os.Signal = os.Kill
