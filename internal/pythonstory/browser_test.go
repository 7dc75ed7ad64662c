//go:build unix

package pythonstory_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// patience is how long a browser may take for a step on a busy machine.
const patience = time.Minute

// A tab is a page of a Chromium, driven by its DevTools protocol.
type tab struct {
	t       *testing.T
	conn    *websocket.Conn
	session string
	last    int
	loads   int // load events that nobody has waited for
}

// message is one of the protocol, of either direction.
type message struct {
	ID        int             `json:"id,omitempty"`
	Session   string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     json.RawMessage `json:"error,omitempty"`
	Exception json.RawMessage `json:"exceptionDetails,omitempty"`
}

// browse starts a Chromium that trusts the site.
func (s *site) browse(t *testing.T, flags ...string) *tab {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		realdjango.Missing(t, "Chromium (Debian package chromium)")
	}
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--window-size=1100,800", "--user-data-dir=" + profile,
		"--ignore-certificate-errors-spki-list=" + s.key}, flags...)
	cmd := exec.Command(program, append(args, "about:blank")...)
	cmd.Env = append(os.Environ(), "HOME="+profile)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its helpers too
		_ = cmd.Wait()
		for end := time.Now().Add(patience); os.RemoveAll(profile) != nil && time.Now().Before(end); {
			<-time.After(10 * time.Millisecond) // until the last helper has gone
		}
	})
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "DevTools listening on "); ok {
			go func() {
				for lines.Scan() { // so that it can go on writing
				}
			}()
			return open(t, url)
		}
	}
	t.Fatal("Chromium does not start")
	return nil
}

// open makes a tab.
func open(t *testing.T, url string) *tab {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(32 << 20)
	b := &tab{t: t, conn: conn}
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call("Page.enable", nil, nil)
	b.loads = 0
	return b
}

// call calls a method, and reads until its result is there.
func (b *tab) call(method string, params, result any) {
	b.t.Helper()
	b.last++
	text, err := json.Marshal(message{ID: b.last, Session: b.session, Method: method, Params: params})
	if err == nil {
		err = b.conn.Write(b.t.Context(), websocket.MessageText, text)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.read()
		if m.ID != b.last {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

func (b *tab) read() message {
	b.t.Helper()
	_, text, err := b.conn.Read(b.t.Context())
	var m message
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if m.Method == "Page.loadEventFired" {
		b.loads++
	}
	return m
}

// loaded waits until a page has loaded.
func (b *tab) loaded() {
	b.t.Helper()
	for b.loads == 0 {
		b.read()
	}
	b.loads--
}

func (b *tab) visit(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	b.loaded()
}

// run evaluates an expression, or waits for the promise that it is, and returns what it gave as text.
func (b *tab) run(script string) string {
	b.t.Helper()
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &got)
	if got.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, got.ExceptionDetails)
	}
	return fmt.Sprint(got.Result.Value)
}

// submit fills in fields by their ids and clicks a button that leads to another page.
func (b *tab) submit(button string, fields map[string]string) {
	b.t.Helper()
	for id, value := range fields {
		b.run(fmt.Sprintf("document.getElementById(%q).value = %q", id, value))
	}
	b.run(fmt.Sprintf("document.querySelector(%q).click()", button))
	b.loaded()
}

// screenshot keeps a picture of the page, where the environment names a folder for it.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("NUAGES_SCREENSHOTS")
	if folder == "" {
		return
	}
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", nil, &shot)
	picture, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestAdmin logs in to Django's administration and uses it, in a real browser, over each protocol.
func TestAdmin(t *testing.T) {
	t.Parallel()
	s := django(t, "asgi:application", python.Options{})
	port := s.secure[strings.LastIndexByte(s.secure, ':')+1:]
	for _, test := range []struct {
		name, site string
		flags      []string
	}{
		{"http/1.1", "http://" + s.plain, []string{"--disable-quic"}},
		{"h2", "https://localhost:" + port, []string{"--disable-quic"}},
		{"h3", "https://localhost:" + port, []string{"--enable-quic", "--origin-to-force-quic-on=localhost:" + port, "--host-resolver-rules=MAP localhost 127.0.0.1"}},
	} {
		t.Run(test.name, func(t *testing.T) { // one browser at a time
			b := s.browse(t, test.flags...)
			b.visit(test.site + "/admin/")
			b.screenshot(strings.ReplaceAll(test.name, "/", "") + "-login")
			if got := b.run("performance.getEntriesByType('navigation')[0].nextHopProtocol"); got != test.name {
				t.Errorf("the page came over %s", got)
			}
			b.submit("[type=submit]", map[string]string{"id_username": "ada", "id_password": password})
			if got := b.run("document.title"); got != "Site administration | Django site admin" {
				t.Fatalf("got the page %q", got)
			}
			b.visit(test.site + "/admin/shop/record/add/")
			b.submit("[name=_save]", map[string]string{"id_title": "Nuages " + test.name})
			if got := b.run("document.querySelector('.messagelist').textContent"); !strings.Contains(got, "was added successfully") {
				t.Errorf("got %q", got)
			}
			b.screenshot(strings.ReplaceAll(test.name, "/", "") + "-list")
			if got := b.run("getComputedStyle(document.getElementById('header')).backgroundColor"); got != "rgb(65, 118, 144)" {
				t.Errorf("the style is not there: the header is %s", got)
			}
			b.run("document.querySelector('#result_list a').click()")
			b.loaded()
			if got := b.run("document.getElementById('id_title').value"); got != "Nuages "+test.name {
				t.Errorf("got %q", got)
			}
			got := b.run(`new Promise((resolve, reject) => {
				const source = new EventSource("/events/"), all = [];
				source.onmessage = e => { all.push(e.data); if (all.length == 2) { source.close(); resolve(all.join()); } };
				source.onerror = () => reject("no events");
			})`)
			if got != "first,second" {
				t.Errorf("got the events %q", got)
			}
		})
	}
	if log := s.log.take(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "Traceback") {
		t.Errorf("the log has\n%s", log)
	}
}
