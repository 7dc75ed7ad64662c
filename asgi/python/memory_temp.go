//go:build unix && !linux

package python

import "os"

// anonymousFile returns a file that has no name any more.
func anonymousFile(size int64) (*os.File, error) {
	file, err := os.CreateTemp("", "nuages-blocks")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, err
	}
	return sized(file, size)
}
