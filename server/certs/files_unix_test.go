//go:build unix

package certs_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/server/certs"
)

// TestPipe: to open a pipe would wait for somebody to write into it.
func TestPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.NewFiles([]certs.Pair{{CertFile: pipe}}, nil); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("got error %v", err)
	}
}
