package commands_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python/commands"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/realdjango"
)

var shown = regexp.MustCompile(`(?m)^(?:    |ExecStart=/usr/local/bin/)nuages (serve\b.*?)(?: +#.*)?$`)

// TestGuide has the command lines of the guide: each flag is one.
func TestGuide(t *testing.T) {
	t.Parallel()
	app, err := cli.New(&cli.Options{Name: "nuages", Commands: commands.All(nil)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../../docs/howto/python.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := shown.FindAllStringSubmatch(string(text), -1)
	if len(lines) < 12 {
		t.Errorf("the guide shows %d command lines", len(lines))
	}
	for _, line := range lines {
		args := append(strings.Fields(line[1])[1:], "--guard")
		if _, err := app.Call(context.Background(), "serve", args...); err == nil || !strings.Contains(err.Error(), "unknown flag: --guard") {
			t.Errorf("%s: %v", line[1], err)
		}
	}
}

// TestUnit asks systemd about the unit of the guide.
func TestUnit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		realdjango.Missing(t, "systemd-analyze")
	}
	text, err := os.ReadFile("testdata/mysite.service")
	if err != nil {
		t.Fatal(err)
	}
	// The program has to be there to be verified.
	path := t.TempDir() + "/mysite.service"
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "/usr/local/bin/nuages", "/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", path).CombinedOutput(); err != nil || strings.Contains(string(out), "mysite.service:") {
		t.Errorf("systemd-analyze says %s, %v", out, err)
	}
}
