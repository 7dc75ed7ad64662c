package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/cli"
)

// do runs a function as a command, with or without terminals around it.
func do(t *testing.T, terminal bool, stdin io.Reader, work func(ctx context.Context, call *cli.Call) error, args ...string) (out cli.Output, code int) {
	t.Helper()
	app := newApp(t, func(o *cli.Options) {
		o.IsTerminal = func(any) bool { return terminal }
		o.LookupEnv = func(string) (string, bool) { return "1", true } // NO_COLOR
		o.Commands = []*cli.Command{{Name: "do", Run: work}}
	})
	var stdout, stderr bytes.Buffer
	code = app.Run(t.Context(), append([]string{"do"}, args...), stdin, &stdout, &stderr)
	return cli.Output{Stdout: stdout.String(), Stderr: stderr.String()}, code
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, input string
		terminal    bool
		args        []string
		want        string // of stdout
		stderr      string
	}{
		{"yes", "Y\nrest", true, nil, "true rest", "Drop it? [y/N] "},
		{"no", "no\n", true, nil, "false ", "Drop it? [y/N] "},
		{"empty", "\n", true, nil, "false ", "Drop it? [y/N] "},
		{"again", "what\nyes", true, nil, "true ", "Drop it? [y/N] Please answer yes or no.\nDrop it? [y/N] "},
		{"end of input", "", true, nil, "", "Drop it? [y/N] error: ask \"Drop it? [y/N]\": EOF\n"},
		{"no input", "", false, []string{"--noinput"}, "true ", ""},
		{"no terminal", "y\n", false, nil, "", "error: cannot ask \"Drop it? [y/N]\": nobody can answer\n" +
			"hint: Run it in a terminal, or give the answer with a flag (--no-input says yes to every question).\n"},
		{"too long", strings.Repeat("y", 5000), true, nil, "", "Drop it? [y/N] error: ask \"Drop it? [y/N]\": the answer is longer than 4096 bytes\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, _ := do(t, test.terminal, strings.NewReader(test.input), func(ctx context.Context, call *cli.Call) error {
				yes, err := call.Confirm(ctx, "Drop it?")
				if err != nil {
					return err
				}
				rest, err := io.ReadAll(call.Stdin)
				call.Printf("%v %s", yes, rest)
				return err
			}, test.args...)
			if diff := cmp.Diff(cli.Output{Stdout: test.want, Stderr: test.stderr}, out); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	t.Parallel()
	in, answer := io.Pipe()
	defer answer.Close()
	do(t, true, in, func(ctx context.Context, call *cli.Call) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := call.Ask(ctx, "Name?"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		return nil
	})
}

func TestOutput(t *testing.T) {
	t.Parallel()
	out, code := do(t, false, nil, func(_ context.Context, call *cli.Call) error {
		call.Verbosef(2, "verbose\n")
		call.Verbosef(3, "very verbose\n")
		call.Warnf("only %d left", 3)
		call.Println(call.Success("a") + call.Warning("b") + call.Error("c") + call.Notice("d") + call.Heading("e"))
		return call.WriteJSON(map[string]any{"a": "<b>"})
	}, "-v", "2", "--force-color")
	want := cli.Output{
		Stdout: "verbose\n\x1b[32;1ma\x1b[0m\x1b[33;1mb\x1b[0m\x1b[31;1mc\x1b[0m\x1b[31md\x1b[0m\x1b[36;1me\x1b[0m\n{\n  \"a\": \"<b>\"\n}\n",
		Stderr: "\x1b[33;1mwarning:\x1b[0m only 3 left\n",
	}
	if diff := cmp.Diff(want, out); diff != "" || code != 0 {
		t.Errorf("exit %d: %s", code, diff)
	}
	out, code = do(t, false, nil, func(_ context.Context, call *cli.Call) error { return call.WriteJSON(func() {}) })
	if code != cli.ExitFailure || !strings.HasPrefix(out.Stderr, "error: write JSON: ") {
		t.Errorf("got %d, %q", code, out.Stderr)
	}
}

// brokenPipe fails every write.
type brokenPipe struct{ writes int }

func (b *brokenPipe) Write([]byte) (int, error) { b.writes++; return 0, io.ErrClosedPipe }

func TestFailedWriteFailsTheRun(t *testing.T) {
	t.Parallel()
	app := newApp(t, func(o *cli.Options) {
		o.Commands = []*cli.Command{{Name: "do", Run: func(_ context.Context, call *cli.Call) error {
			call.Println("a")
			call.Println("b")
			return nil
		}}}
	})
	pipe := &brokenPipe{}
	var stderr bytes.Buffer
	code := app.Run(t.Context(), []string{"do"}, nil, pipe, &stderr)
	if code != cli.ExitFailure || pipe.writes != 1 || !strings.Contains(stderr.String(), "write output: ") {
		t.Errorf("got %d after %d writes, %q", code, pipe.writes, stderr.String())
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	work := func(total int64) func(context.Context, *cli.Call) error {
		return func(_ context.Context, call *cli.Call) error {
			p := call.Progress("load", total)
			for range 4 {
				time.Sleep(60 * time.Millisecond) // of synctest's clock
				p.Add(1)
			}
			p.Done()
			p.Add(1)
			return nil
		}
	}
	for _, test := range []struct {
		name     string
		total    int64
		terminal bool
		args     []string
		want     string
	}{
		{"bar", 4, true, nil, "\r\x1b[Kload [..............................]   0%\r\x1b[Kload [###############...............]  50%" +
			"\r\x1b[Kload [##############################] 100%\r\x1b[K"},
		{"spinner", 0, true, nil, "\r\x1b[K/ load 0\r\x1b[K- load 2\r\x1b[K\\ load 4\r\x1b[K"},
		{"no terminal", 4, false, nil, ""},
		{"silent", 4, true, []string{"-v0"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				out, _ := do(t, test.terminal, nil, work(test.total), test.args...)
				if diff := cmp.Diff(test.want, out.Stderr); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
