package nuages_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web"
)

var servedAt = regexp.MustCompile(`served at (http://\S+)`)

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status + " " + string(b)
}

func TestRunserverServes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, arg, host string
		flags           []string
	}{
		{"address and port", "127.0.0.1:0", "127.0.0.1", nil},
		{"port", "0", "127.0.0.1", nil},
		{"colon and port", ":0", "127.0.0.1", nil},
		{"name", "localhost:0", "127.0.0.1", nil},
		{"all addresses", "0:0", "", nil},
		{"IPv6", "[::1]:0", "[::1]", nil},
		{"IPv6 by flag", "0", "[::1]", []string{"--ipv6"}},
		{"IPv6 by short flag", ":0", "[::1]", []string{"-6"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.host == "[::1]" {
				ln, err := net.Listen("tcp", "[::1]:0")
				if err != nil {
					t.Skip("IPv6 is missing on this machine")
				}
				ln.Close()
			}
			s, url := start(t, shop(nil), servedAt, append([]string{"runserver", "--noreload", test.arg}, test.flags...)...)
			if !strings.HasPrefix(url, "http://"+test.host) {
				t.Errorf("got %s, want the host %s", url, test.host)
			}
			if test.host != "" {
				if got := get(t, url); got != "200 OK Hello!\n" {
					t.Errorf("got %q", got)
				}
			}
			r := s.stop()
			r.expect(t, 0, "shop is served at "+url+" (debug on)", "  "+url+"api/records/\n", "Ctrl-C stops.")
			if strings.Contains(r.stdout, "<slug") {
				t.Errorf("got a page that can't be opened:\n%s", r.stdout)
			}
		})
	}
}

func TestBadAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct{ arg, want string }{
		{"eighty", "is no address to listen on"},
		{"127.0.0.1", "is no address to listen on"},
		{"::1", "is no address to listen on"},
		{"127.0.0.1:http", "is no port"},
		{"127.0.0.1:", "is no port"},
		{"65536", "is no port"},
		{":-1", "is no port"},
	}
	for _, test := range tests {
		t.Run(test.arg, func(t *testing.T) {
			t.Parallel()
			run(t, shop(nil), "runserver", "--noreload", test.arg).expect(t, 1, "error: ", test.want, "hint: ")
		})
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for other, command := range map[string][]string{"`runserver 8001`": {"runserver", "--noreload"}, "`serve :8001`": {"serve"}} {
		run(t, shop(nil), append(command, ln.Addr().String())...).expect(t, 1, "error: ", ln.Addr().String(), "hint: Another program listens there", other)
	}
}

// production is a project that serve takes, with its log as text.
func production(w io.Writer, apps ...nuages.App) loader {
	return shop(func(s *nuages.Settings) {
		s.Debug, s.AllowedHosts, s.Server.Addresses = false, []string{"127.0.0.1"}, []string{"127.0.0.1:0"}
		s.Logger = slog.New(slog.NewTextHandler(w, nil))
	}, apps...)
}

var serving = regexp.MustCompile(`msg=serving address=(\S+)`)

// startServe is start for serve, whose address is in the project's log.
func startServe(t *testing.T, apps ...nuages.App) (*started, string) {
	t.Helper()
	pr, pw := io.Pipe()
	t.Cleanup(func() { pw.Close() })
	var s *started
	addr := make(chan string, 1)
	go func() {
		buf, all := make([]byte, 4096), ""
		for {
			n, err := pr.Read(buf)
			if all += string(buf[:n]); serving.MatchString(all) {
				select {
				case addr <- serving.FindStringSubmatch(all)[1]:
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	s = &started{out: &output{more: make(chan struct{}, 1)}, done: make(chan struct{})}
	code := 0
	go func() {
		defer close(s.done)
		code = nuages.Run(ctx, production(pw, apps...), []string{"serve"}, nil, s.out, s.out)
	}()
	s.stop = func() result {
		cancel()
		<-s.done
		return result{code: code, stdout: s.out.String()}
	}
	t.Cleanup(func() { s.stop() })
	select {
	case a := <-addr:
		return s, a
	case <-s.done:
		t.Fatalf("serve ended with code %d: %s", code, s.out)
		return nil, ""
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	started, finished, ended := make(chan string, 1), make(chan int, 1), make(chan struct{})
	app := nuages.App{
		Name: "watcher",
		Ready: func(p *nuages.Project) error {
			p.Signals.RequestStarted.Connect(func(_ context.Context, r *web.Request) error {
				started <- r.PathInfo()
				return nil
			}, nil)
			p.Signals.RequestFinished.Connect(func(_ context.Context, f nuages.Finished) error {
				finished <- f.Outcome.Status
				return nil
			}, nil)
			return nil
		},
		Run: func(ctx context.Context) error {
			<-ctx.Done()
			close(ended)
			return nil
		},
	}
	s, addr := startServe(t, app)
	if got := get(t, "http://"+addr+"/"); got != "200 OK Hello!\n" {
		t.Errorf("got %q", got)
	}
	if path, status := <-started, <-finished; path != "/" || status != 200 {
		t.Errorf("signals: got %q and %d, want / and 200", path, status)
	}
	s.stop().expect(t, 0)
	<-ended
}

func TestServeEndsWhenAnAppFails(t *testing.T) {
	t.Parallel()
	fail := make(chan struct{})
	s, _ := startServe(t, nuages.App{Name: "mailer", Run: func(context.Context) error {
		<-fail
		return errors.New("the mail server is gone")
	}})
	close(fail)
	<-s.done
	s.stop().expect(t, 1, "error: app mailer: the mail server is gone")
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		load  loader
		wants []string
	}{
		{"no hosts", shop(func(s *nuages.Settings) { s.Debug = false }), []string{"AllowedHosts is empty", "hint: Set ALLOWED_HOSTS"}},
		{"no key", shop(func(s *nuages.Settings) { s.Debug, s.SecretKey = false, settings.Secret{} }), []string{"SecretKey is empty"}},
		{"bad address", shop(func(s *nuages.Settings) { s.Server.Addresses = []string{"unix:"} }), []string{"its path is missing"}},
		{"no systemd", shop(func(s *nuages.Settings) { s.Server.Addresses = []string{"systemd"} }), []string{".socket unit"}},
		{"app not ready", shop(nil, nuages.App{Name: "blog", Ready: func(*nuages.Project) error { return errors.New("no posts") }}), []string{"app blog: no posts"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			run(t, test.load, "serve").expect(t, 1, test.wants...)
		})
	}
	t.Run("debug is warned of", func(t *testing.T) {
		t.Parallel()
		run(t, shop(func(s *nuages.Settings) { s.Server.Addresses = []string{"unix:"} }), "serve").expect(t, 1, "warning: Debug is on")
	})
}
