package guide_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
)

func TestRunShop(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "guide") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- guide.RunShop(ctx, http.NotFoundHandler(), "unix:"+socket, "127.0.0.1:0") }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		for {
			c, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
			if err == nil || len(ended) > 0 {
				return c, err
			}
			<-time.After(time.Millisecond) // the socket is about to be opened
		}
	}}}
	for size, want := range map[int]int{1 << 20: 404, 1<<20 + 1: 413} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://shop.example/", bytes.NewReader(make([]byte, size)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Expect", "100-continue") // else the client may still send when the connection is closed
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d bytes: got %s, want %d", size, resp.Status, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// optionRow is a row of the tables in docs/howto/server.md: field, flag, variable, default.
var optionRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `--([a-z0-9-]+)` \\| `(\\w+)` \\| ([^|]*) \\|")

// TestServerOptions compares the tables with the flags of serve, their defaults, and what the
// environment sets.
func TestServerOptions(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../howto/server.md")
	if err != nil {
		t.Fatal(err)
	}
	var help, errs bytes.Buffer
	if code := nuages.Run(t.Context(), func(*settings.Env) (*nuages.Project, error) { return guide.Project() }, []string{"help", "serve"}, nil, &help, &errs); code != 0 {
		t.Fatalf("got code %d, %s", code, &errs)
	}
	_, text, _ := strings.Cut(help.String(), "\nFlags:\n")
	text, _, _ = strings.Cut(text, "\nFlags of every command:\n")
	flags := map[string]string{} // default by name
	var names []string
	for _, part := range strings.Split("\n"+text, "\n      --")[1:] {
		name, usage, _ := strings.Cut(part, " ")
		name = strings.TrimSpace(name)
		names = append(names, name)
		if m := regexp.MustCompile(`\(default ([^)]*)\)`).FindStringSubmatch(strings.Join(strings.Fields(usage), " ")); m != nil {
			flags[name] = m[1]
		}
	}
	var documented []string
	for _, row := range optionRow.FindAllStringSubmatch(string(page), -1) {
		field, flag, variable, def := row[1], row[2], row[3], strings.ReplaceAll(row[4], ",", "")
		documented = append(documented, flag)
		if want, ok := flags[flag]; ok && def != want && !strings.HasPrefix(def, "`"+want) {
			t.Errorf("--%s: got the default %q, want %q as serve --help says", flag, def, want)
		}
		if !sets(t, variable, field) {
			t.Errorf("%s does not set %s", variable, field)
		}
	}
	slices.Sort(names)
	slices.Sort(documented)
	if diff := cmp.Diff(names, documented); diff != "" {
		t.Errorf("flags (-serve --help +docs/howto/server.md):\n%s", diff)
	}
}

// sets tells whether a variable of the environment sets a field of the configuration.
func sets(t *testing.T, variable, field string) bool {
	t.Helper()
	for _, value := range []string{"7", "7s", "true"} {
		env, err := settings.Load(&settings.Options{Files: []string{}, Environ: []string{variable + "=" + value}})
		if err != nil {
			t.Fatal(err)
		}
		c := commands.ServerFromEnvironment(env, server.Config{})
		if f := reflect.ValueOf(c).FieldByName(field); env.Err() == nil {
			return f.IsValid() && !f.IsZero()
		}
	}
	return false
}
