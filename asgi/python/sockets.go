package python

import (
	"io"
	"net"
	"os"
)

// socketPairs returns the ends of n pairs: ours, and those to leave to a process.
func socketPairs(n int) (ours []net.Conn, theirs []*os.File, err error) {
	for range n {
		a, b, err := socketPair()
		if err != nil {
			closeAll(ours)
			closeAll(theirs)
			return nil, nil, err
		}
		ours, theirs = append(ours, a), append(theirs, b)
	}
	return ours, theirs, nil
}

func closeAll[T io.Closer](list []T) {
	for _, c := range list {
		c.Close()
	}
}
