package commands_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/python/commands"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// interpreter is the Python of Debian, whose packages the tests use.
const interpreter = "/usr/bin/python3"

// patience is how long something that should come at once may take on a busy machine.
const patience = 60 * time.Second

// programEnv turns the test's binary into a program with the commands.
const programEnv = "NUAGES_SERVE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	app, err := cli.New(&cli.Options{Name: "nuages", Commands: commands.All(&commands.Options{Version: "v1.2.3"})})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(70)
	}
	os.Exit(app.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// needPython leaves a test out, or fails it, where Debian's Python or a package is not there.
func needPython(t testing.TB, modules ...string) {
	t.Helper()
	if _, err := os.Stat(interpreter); err != nil {
		realdjango.Missing(t, interpreter)
	}
	for _, module := range modules {
		if err := exec.Command(interpreter, "-c", "import "+module).Run(); err != nil {
			realdjango.Missing(t, "the module "+module+" of "+interpreter)
		}
	}
}

// command is the program with arguments, in a folder.
func command(t testing.TB, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir = dir
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); name != "VIRTUAL_ENV" && name != "PORT" && name != "WEB_CONCURRENCY" {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(cmd.Env, programEnv+"=1", "PYTHONDONTWRITEBYTECODE=1", "GODEBUG=http2xconnect=1")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// output collects what a program writes.
type output struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// next returns a channel that is closed at the next write, and what there is before it.
func (o *output) next() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changed == nil {
		o.changed = make(chan struct{})
	}
	return o.b.String(), o.changed
}

// A program is a running one.
type program struct {
	t      testing.TB
	cmd    *exec.Cmd
	out    output // of stdout
	err    output // of stderr
	ended  chan struct{}
	read   chan struct{} // closed when all of its output has been read
	before int           // bytes of stderr that wait has passed
}

// serve starts the program on a free port, and waits until it serves.
func serve(t testing.TB, dir string, env []string, args ...string) *program {
	t.Helper()
	p := begin(t, dir, env, append([]string{"serve", "--python", interpreter}, args...)...)
	p.wait(`msg=serving`)
	return p
}

// begin starts the program.
func begin(t testing.TB, dir string, env []string, args ...string) *program {
	t.Helper()
	return beginCommand(t, command(t, dir, env, args...))
}

func beginCommand(t testing.TB, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, cmd: cmd, ended: make(chan struct{}), read: make(chan struct{})}
	// Pipes of our own: a process that takes over holds them, too, and exec.Cmd would wait for it.
	var reading sync.WaitGroup
	p.cmd.Stdout, p.cmd.Stderr = p.pipe(&reading, &p.out), p.pipe(&reading, &p.err)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err := p.cmd.Start()
	p.cmd.Stdout.(*os.File).Close()
	p.cmd.Stderr.(*os.File).Close()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the code is looked at
		close(p.ended)
		reading.Wait()
		close(p.read)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // also what took over
		<-p.ended
		if t.Failed() {
			t.Logf("stdout:\n%s\nstderr:\n%s", p.out.String(), p.err.String())
		}
	})
	return p
}

func (p *program) pipe(reading *sync.WaitGroup, into *output) *os.File {
	r, w, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	reading.Go(func() {
		_, _ = io.Copy(into, r)
		r.Close()
	})
	return w
}

// wait waits until stderr, after what was waited for before, matches the expression, and returns the
// match.
func (p *program) wait(expression string) []string {
	p.t.Helper()
	re := regexp.MustCompile(expression)
	late := time.After(patience)
	for {
		text, changed := p.err.next()
		if at := re.FindStringSubmatchIndex(text[p.before:]); at != nil {
			m := re.FindStringSubmatch(text[p.before:])
			p.before += at[1]
			return m
		}
		select {
		case <-changed:
		case <-p.ended:
			p.t.Fatalf("the program ended before it said %q", expression)
		case <-late:
			p.t.Fatalf("the program has not said %q", expression)
		}
	}
}

var urlForm = regexp.MustCompile(`url=(\S+)`)

// urls are where the program says that it serves.
func (p *program) urls() []string {
	var list []string
	for _, m := range urlForm.FindAllStringSubmatch(p.err.String(), -1) {
		list = append(list, strings.TrimSuffix(strings.Trim(m[1], `"`), "/"))
	}
	return list
}

func (p *program) url() string { return p.urls()[0] }

func (p *program) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// end waits for the end, and returns the exit code.
func (p *program) end() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatal("the program does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// finish waits for the end and for all output, and returns the exit code.
func (p *program) finish() int {
	p.t.Helper()
	code := p.end()
	select {
	case <-p.read:
	case <-time.After(patience):
		p.t.Fatal("another process holds the output")
	}
	return code
}

// run runs the program to its end.
func run(t testing.TB, dir string, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := begin(t, dir, env, args...)
	code = p.finish()
	return code, p.out.String(), p.err.String()
}

// fetch gets a page.
func fetch(t testing.TB, client *http.Client, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(bufio.NewReader(resp.Body))
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// overUnix is a client of a Unix socket.
func overUnix(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
}
