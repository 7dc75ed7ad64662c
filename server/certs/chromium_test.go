//go:build linux

package certs_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// TestDevChromium opens pages in a real browser that trusts the authority as devcert says to do it,
// and one whose certificate was made with the stolen key of the authority.
func TestDevChromium(t *testing.T) {
	t.Parallel()
	home, err := os.MkdirTemp("", "chromium") // the browser's helpers write while t.TempDir would be removed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	dir := filepath.Join(home, "dev")
	d := newDev(t, dir, "shop.localhost")
	nss := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(nss, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := tool(t, "certutil", "-d", "sql:"+nss, "-A", "-t", "C,,", "-n", "Nuages development", "-i", d.AuthorityFile()); err != nil {
		t.Fatalf("certutil: %v\n%s", err, out)
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello over %s", r.Proto) })
	ln, port := listen(t)
	serveHTTP(t, ln, &http.Server{TLSConfig: d.TLSConfig(), Handler: hello})
	for _, host := range []string{"localhost", "127.0.0.1", "shop.localhost"} {
		if page := browse(t, home, fmt.Sprintf("https://%s:%d/", host, port)); !strings.Contains(page, "hello over HTTP/2.0") {
			t.Errorf("%s: got\n%s", host, page)
		}
	}
	if page := browse(t, home, fmt.Sprintf("https://other.localhost:%d/", port)); !strings.Contains(page, "ERR_CERT_COMMON_NAME_INVALID") {
		t.Errorf("a wildcard below localhost: NewDev and the guide say that it isn't taken; got\n%s", page)
	}
	fake, port := listen(t)
	serveHTTP(t, fake, &http.Server{TLSConfig: stolen(t, dir, "bank.example.com"), Handler: hello})
	if page := browse(t, home, fmt.Sprintf("https://bank.example.com:%d/", port)); !strings.Contains(page, "ERR_CERT_INVALID") {
		t.Errorf("a name of others: got\n%s", page)
	}
}

// browse returns the page at an address as Chromium has it, or why it has none. All names lead to this machine.
func browse(t *testing.T, home, url string) string {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		realdjango.Missing(t, "Chromium (Debian package chromium)")
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--host-resolver-rules=MAP * 127.0.0.1", "--user-data-dir="+filepath.Join(home, "profile"), "--enable-logging=stderr", "--dump-dom", url)
	cmd.Env = append(os.Environ(), "HOME="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its helpers too
	page, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, page)
	}
	return string(page)
}
