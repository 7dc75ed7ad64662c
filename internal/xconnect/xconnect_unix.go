//go:build unix

package xconnect

import (
	"os"
	"strings"
	"syscall"
)

const extendedConnect = "http2xconnect=1"

// Allow starts the process again, under the same number, with the variable by which net/http takes
// WebSockets over HTTP/2; it is read before any code of ours runs. A setting of the user's own is left
// alone.
func Allow() {
	value := os.Getenv("GODEBUG")
	if strings.Contains(value, "http2xconnect=") {
		return
	}
	exe, err := os.Executable()
	if err != nil {
		return // without WebSockets over HTTP/2, then
	}
	if value != "" {
		value += ","
	}
	os.Setenv("GODEBUG", value+extendedConnect)
	_ = syscall.Exec(exe, os.Args, os.Environ()) // likewise
}
