//go:build !unix

package server

import (
	"errors"
	"os"
)

func defaultMaxConns() int { return 10_000 }

func closeOnExec(int) {}

func file(any, string) (*os.File, error) {
	return nil, errors.New("sockets can't be handed over on this system")
}
