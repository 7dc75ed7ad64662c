//go:build unix

package migrations

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// tryLockFile locks a file, which it makes if need be, and returns what ends the lock.
// The file stays: to remove it could remove the lock of another process.
func tryLockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database for migrations: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f.Close, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errLocked
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}
