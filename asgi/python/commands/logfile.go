package commands

import (
	"fmt"
	"os"
	"sync"
)

// A logFile is appended to, and can be opened anew, so that a program that rotates logs can have moved
// it away.
type logFile struct {
	name string
	mode os.FileMode
	mu   sync.Mutex
	file *os.File
}

func openLogFile(name string, mode os.FileMode) (*logFile, error) {
	l := &logFile{name: name, mode: mode}
	return l, l.Reopen()
}

// Reopen opens the file of the name anew. If that fails, the old one stays.
func (l *logFile) Reopen() error {
	file, err := os.OpenFile(l.name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, l.mode)
	if err != nil {
		return fmt.Errorf("open the log file: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		l.file.Close()
	}
	l.file = file
	return nil
}

func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Write(b)
}

func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}
