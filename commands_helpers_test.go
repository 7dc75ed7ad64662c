package nuages_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

type loader = func(*settings.Env) (*nuages.Project, error)

func welcome(r *web.Request) (web.Response, error) { return web.Text("Hello!\n"), nil }

const key = "an-example-of-a-secret-key-0123456789-0123456789-abcdefgh"

// shop is a project with these apps; change, if given, sees its settings first.
func shop(change func(*nuages.Settings), apps ...nuages.App) loader {
	return func(env *settings.Env) (*nuages.Project, error) {
		s := nuages.Settings{
			Name: "shop", Debug: true, SecretKey: settings.SecretOf(key),
			Logger: slog.New(slog.DiscardHandler),
		}
		if change != nil {
			change(&s)
		}
		return nuages.New(s, []urls.Route{
			urls.Path("", welcome).Name("home"),
			urls.Include("api/",
				urls.Path("records/", welcome).Methods("GET").Name("records"),
				urls.Path("records/<slug:slug>/", welcome).Methods("PUT", "DELETE").Name("record"),
			).Namespace("api"),
			urls.Path("about/", welcome),
		}, apps...)
	}
}

// result is how a program ended.
type result struct {
	code           int
	stdout, stderr string
}

func run(t *testing.T, load loader, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := nuages.Run(t.Context(), load, args, nil, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// expect compares the code, and looks for texts in both streams.
func (r result) expect(t *testing.T, code int, parts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("got code %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(r.stdout+r.stderr, part) {
			t.Errorf("got\n%s%s\nwant it to hold %q", r.stdout, r.stderr, part)
		}
	}
}

// output is a stream that can be waited on.
type output struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	more chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// started is a program that serves.
type started struct {
	out  *output
	stop func() result
	done chan struct{}
}

// start runs a program beside the test, and waits for what the expression matches in its output,
// whose group it returns.
func start(t *testing.T, load loader, ready *regexp.Regexp, args ...string) (*started, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &started{out: &output{more: make(chan struct{}, 1)}, done: make(chan struct{})}
	code := 0
	go func() {
		defer close(s.done)
		code = nuages.Run(ctx, load, args, nil, s.out, s.out)
	}()
	s.stop = func() result {
		cancel()
		<-s.done
		return result{code: code, stdout: s.out.String()}
	}
	t.Cleanup(func() { s.stop() })
	timeout := time.After(time.Minute)
	for {
		if m := ready.FindStringSubmatch(s.out.String()); m != nil {
			return s, m[1]
		}
		select {
		case <-s.out.more:
		case <-s.done:
			t.Fatalf("%q ended with code %d: %s", args, code, s.out)
		case <-timeout:
			t.Fatalf("%q does not serve: %s", args, s.out)
		}
	}
}
