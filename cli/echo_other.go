//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package cli

import (
	"errors"
	"os"
)

// hideEcho is an error: rather no question than a password on the screen.
func hideEcho(*os.File) (restore func(), err error) {
	return nil, errors.New("set up terminal: this system's way to hide what is typed is not known")
}
