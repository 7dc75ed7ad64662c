//go:build unix

package devserver_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// TestBrowser opens a page, whose content security policy allows scripts by nonce only, in a real
// browser. After an edit, and after an error and its mend, the browser has to ask for the page
// again by itself.
func TestBrowser(t *testing.T) {
	t.Parallel()
	browser := findBrowser(t)
	s := supervise(t, nil)
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--remote-debugging-port=0", "--user-data-dir="+profile, s.url+"/")
	cmd.Env = append(os.Environ(), "HOME="+profile)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its helpers too
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
		poll(t, "the browser's profile to go", func() bool { return os.RemoveAll(profile) == nil })
	})

	page := func(version string) string { return "page " + version + " Mozilla/5.0" }
	s.stdout.wait(t, page("v1"), 1)
	// The page is reloaded when its script listens; an edit before that is told when it does.
	s.write(t, "version.go", versionSource("v2"))
	s.stdout.wait(t, page("v2"), 1)
	s.write(t, "style.css", "body { color: blue }\n")
	s.stdout.wait(t, page("v2"), 2)
	s.write(t, "version.go", broken)
	s.stderr.wait(t, "undefined: serv", 1)
	s.write(t, "version.go", versionSource("v3"))
	s.stdout.wait(t, page("v3"), 1)
}

// findBrowser skips the test where there is no browser, or fails it where none may be missing.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	realdjango.Missing(t, "Chromium (Debian package chromium)")
	return ""
}
