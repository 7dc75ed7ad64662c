package commands

import (
	"fmt"
	"net"
	"os"
)

// listenerOf makes a listener of a descriptor below 3, which server.Listen leaves to the standard
// streams: supervisord and circus pass their sockets so.
func listenerOf(fd int) (net.Listener, error) {
	f := os.NewFile(uintptr(fd), fmt.Sprintf("fd:%d", fd))
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("listen on the file descriptor %d: %w", fd, err)
	}
	return ln, nil
}
