package server

import (
	"net"
	"os"
)

// notify tells systemd of a change (sd_notify(3)); elsewhere it does nothing.
func notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	c, err := net.Dial("unixgram", path)
	if err != nil {
		return // systemd notices by its own time-outs
	}
	defer c.Close()
	_, _ = c.Write([]byte(state))
}

// notifyStopping tells systemd that the service stops, unless another process has taken it over.
func notifyStopping(handedOver bool) {
	if !handedOver {
		notify("STOPPING=1")
	}
}
