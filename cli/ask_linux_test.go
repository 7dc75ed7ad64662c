package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// openTerminal makes a pseudo-terminal: keys is what the person at it has.
func openTerminal(t *testing.T) (keys, terminal *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		realdjango.Missing(t, "pseudo-terminals: "+err.Error())
	}
	t.Cleanup(func() { keys.Close() })
	var number, unlock int32
	for request, argument := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keys.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 {
			realdjango.Missing(t, "pseudo-terminals: "+errno.Error())
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		realdjango.Missing(t, "pseudo-terminals: "+err.Error())
	}
	t.Cleanup(func() { terminal.Close() })
	return keys, terminal
}

// typist types on the keys as soon as a question is there.
type typist struct {
	keys  *os.File
	lines []string
	seen  bytes.Buffer
}

func (p *typist) Write(text []byte) (int, error) {
	p.seen.Write(text)
	if strings.HasSuffix(string(text), "? ") {
		fmt.Fprint(p.keys, p.lines[0])
		p.lines = p.lines[1:]
	}
	return len(text), nil
}

func TestAskSecretDoesNotEcho(t *testing.T) {
	t.Parallel()
	keys, terminal := openTerminal(t)
	person := &typist{keys: keys, lines: []string{" hunter2 \n", " Ann \n"}}
	app := newApp(t, func(o *cli.Options) {
		o.Commands = []*cli.Command{{Name: "do", Run: func(ctx context.Context, call *cli.Call) error {
			password, err := call.AskSecret(ctx, "Password?")
			if err != nil {
				return err
			}
			name, err := call.Ask(ctx, "Name?")
			call.Printf("%q %q", password, name)
			return err
		}}}
	})
	var stdout bytes.Buffer
	code := app.Run(t.Context(), []string{"do"}, terminal, &stdout, person)
	if got, want := stdout.String(), `" hunter2 " "Ann"`; got != want || code != 0 {
		t.Errorf("got %d, %s, %s, want %s", code, got, person.seen.String(), want)
	}
	if got, want := person.seen.String(), "Password? \nName? "; got != want {
		t.Errorf("stderr: got %q, want %q", got, want)
	}
	// What the terminal showed: the name, which comes second, and no password.
	screen := make([]byte, 256)
	n, err := keys.Read(screen)
	if shown := string(screen[:n]); err != nil || strings.Contains(shown, "hunter2") || !strings.Contains(shown, "Ann") {
		t.Errorf("the terminal shows %q, %v", shown, err)
	}
}

func TestAskSecretNeedsSomebody(t *testing.T) {
	t.Parallel()
	out, code := do(t, false, nil, func(ctx context.Context, call *cli.Call) error {
		_, err := call.AskSecret(ctx, "Password?")
		return err
	})
	if code != cli.ExitFailure || !strings.Contains(out.Stderr, "nobody can answer") {
		t.Errorf("got %d, %q", code, out.Stderr)
	}
	pipe, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer other.Close()
	out, code = do(t, true, pipe, func(ctx context.Context, call *cli.Call) error {
		_, err := call.AskSecret(ctx, "Password?")
		return err
	})
	if code != cli.ExitFailure || !strings.Contains(out.Stderr, `ask "Password?": set up terminal`) {
		t.Errorf("a pipe: got %d, %q", code, out.Stderr)
	}
}
