//go:build unix

package server_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/web"
)

// browserPage asks for a resource, listens to an event stream, speaks on a WebSocket, and reports
// which protocols each went over.
func browserPage(*web.Request) (web.Response, error) {
	return web.HTML(`<!doctype html><title>protocols</title><script>
const protocol = fetch("/protocol").then(r => r.text());
const events = new Promise((resolve, reject) => {
	const source = new EventSource("/events");
	source.onmessage = () => { resolve("events"); source.close(); };
	source.onerror = () => reject("no events");
});
const socket = protocol.then(() => new Promise((resolve, reject) => {
	const ws = new WebSocket(location.origin.replace("http", "ws") + "/socket");
	ws.onopen = () => ws.send("hello");
	ws.onmessage = e => { resolve(e.data); ws.close(); };
	ws.onerror = () => reject("no socket");
}));
Promise.all([protocol, events, socket]).then(all => all.join(", "), e => "error " + e)
	.then(text => fetch("/report", {method: "POST", body: text}));
</script>`), nil
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		realdjango.Missing(t, "Chromium (Debian package chromium)")
	}
	for _, test := range []struct {
		name   string
		secure bool
		flags  []string
		want   string
	}{
		{"HTTP/1.1", false, []string{"--disable-quic"}, "report HTTP/1.1, events, HTTP/1.1 hello"},
		{"HTTP/2", true, []string{"--disable-quic"}, "report HTTP/2.0, events, HTTP/2.0 hello"},
		{"HTTP/3", true, []string{"--enable-quic", "--origin-to-force-quic-on=localhost:PORT", "--host-resolver-rules=MAP localhost 127.0.0.1"}, "report HTTP/3.0, events, HTTP/"},
	} {
		t.Run(test.name, func(t *testing.T) { // one browser at a time
			env, url, key := []string{"GODEBUG=http2xconnect=1"}, "http://", ""
			if test.secure {
				env, url = append(env, secureEnv+"=1"), "https://"
			}
			r := startService(t, env...)
			if test.secure {
				key = strings.TrimPrefix(r.said("key "), "key ")
			}
			port := r.addr[strings.LastIndexByte(r.addr, ':')+1:]
			profile, err := os.MkdirTemp("", "browser")
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
				"--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--user-data-dir=" + profile}
			for _, flag := range test.flags {
				args = append(args, strings.ReplaceAll(flag, "PORT", port))
			}
			if key != "" {
				args = append(args, "--ignore-certificate-errors-spki-list="+key)
			}
			cmd := exec.CommandContext(t.Context(), browser, append(args, url+"localhost:"+port+"/page")...)
			cmd.Env = append(os.Environ(), "HOME="+profile)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its helpers too
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = cmd.Cancel()
				_ = cmd.Wait()
				for end := time.Now().Add(patience); os.RemoveAll(profile) != nil && time.Now().Before(end); {
					<-time.After(10 * time.Millisecond) // until the last helper has gone
				}
			}()
			if got := r.wait("report "); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
