package commands_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/internal/goldentest"
)

// devcert runs the command.
func devcert(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	app, err := cli.New(&cli.Options{Name: "shop", Commands: []*cli.Command{commands.DevCert()}})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	code = app.Run(context.Background(), args, nil, &buf, &buf)
	return code, buf.String()
}

func TestDevCert(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "it's")
	code, out := devcert(t, "devcert", "--dir", dir, "--host", "shop.test", "--host", "192.168.1.7")
	for _, file := range []string{"ca.pem", "localhost.pem"} {
		if data, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.Contains(out, filepath.Join(dir, file)) || bytes.Contains(data, []byte("PRIVATE KEY")) != (file == "localhost.pem") {
			t.Errorf("%s: got %v; output:\n%s", file, err, out)
		}
	}
	if code != 0 {
		t.Errorf("got code %d", code)
	}
	if runtime.GOOS == "linux" { // elsewhere other programs are told
		out = strings.ReplaceAll(out, strings.ReplaceAll(dir, "'", `'\''`), "DIR")
		out = strings.ReplaceAll(out, dir, "DIR")
		out = regexp.MustCompile(`\d+ \w+ 20\d\d`).ReplaceAllString(out, "DAY")
		goldentest.Equal(t, "devcert.txt", out)
	}
	if code, out := devcert(t, "-v", "0", "devcert", "--dir", dir); code != 0 || out != "" {
		t.Errorf("silent: got %d, %q", code, out)
	}
	if code, out := devcert(t, "devcert", "--dir", dir, "--host", "bank.example.com"); code != 1 || !strings.Contains(out, `"bank.example.com": the development authority is limited`) {
		t.Errorf("a name of others: got %d, %s", code, out)
	}
	_, help := devcert(t, "help", "devcert")
	goldentest.Equal(t, "help-devcert.txt", help)
}
