package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/goldentest"
)

// checkFlags are the variables of the check command below.
type checkFlags struct {
	json   bool
	tags   []string
	level  string
	limit  int
	rate   float64
	wait   time.Duration
	output string
}

func checkCommand() *cli.Command {
	opts := checkFlags{level: "ERROR", tags: []string{"urls"}, wait: time.Second}
	return &cli.Command{
		Name: "check", Short: "look the program over", Group: "Project",
		Long: "Run the system checks of the program and of its apps, and print what they find.\n\n" +
			"The program ends with 1 when a message reaches the level of --fail-level.",
		Example:   "shop check --deploy\nshop check -t urls catalog",
		Args:      cli.Args{{Name: "app", Help: "the apps to check; default all of them", Optional: true, Variadic: true}},
		CheckTags: []string{"urls"},
		Flags: func(f *cli.Flags) {
			f.Bool(&opts.json, "json", "print JSON")
			f.Strings(&opts.tags, "tag", "run only the checks that carry this tag, which is to say a word that stands for a group of them").Short = "t"
			f.Enum(&opts.level, "fail-level", []string{"WARNING", "ERROR"}, "fail from this level on").Placeholder = "LEVEL"
			f.Int(&opts.limit, "limit", "print so many").Aliases = []string{"max"}
			f.Float(&opts.rate, "rate", "messages a second")
			f.Duration(&opts.wait, "a-flag-with-a-very-long-name", "wait so long")
			f.String(&opts.output, "output", "write to a file").Hidden = true
		},
		Run: func(_ context.Context, call *cli.Call) error {
			call.Printf("%v %v %s %d %v %v %s apps=%v app=%q v=%d color=%v\n",
				opts.json, opts.tags, opts.level, opts.limit, opts.rate, opts.wait, opts.output, call.ArgList("app"), call.Arg("app"), call.Verbosity, call.Color)
			return nil
		},
	}
}

func newApp(t *testing.T, change func(*cli.Options)) *cli.App {
	t.Helper()
	opts := &cli.Options{
		Name: "shop", Version: "1.2", Short: "the record shop", Long: "Sells records.",
		LookupEnv: func(string) (string, bool) { return "", false },
		Commands: []*cli.Command{
			checkCommand(),
			{Name: "greet", Short: "say hello", Args: cli.Args{{Name: "name", Help: "whom to greet"}, {Name: "word", Help: "what to say", Optional: true}},
				Run: func(_ context.Context, call *cli.Call) error {
					call.Println(call.Arg("word"), call.Arg("name"))
					return nil
				}},
			{Name: "db", Short: "work on the database", Group: "Data", Commands: []*cli.Command{
				{Name: "shell", Short: "open a shell", Run: func(_ context.Context, call *cli.Call) error {
					call.Printf("%s\n", call.Name)
					return nil
				}},
			}},
			{Name: "secret", Hidden: true, Run: func(context.Context, *cli.Call) error { return nil }},
			{Name: "fail", Short: "return an error", Args: cli.Args{{Name: "how", Choices: []string{"plain", "code", "hint", "joined", "ctx"}}},
				Run: fail},
		},
	}
	if change != nil {
		change(opts)
	}
	app, err := cli.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func fail(ctx context.Context, call *cli.Call) error {
	plain := fmt.Errorf("load shop: %w", os.ErrNotExist)
	switch call.Arg("how") {
	case "code":
		return fmt.Errorf("outer: %w", &cli.Error{Code: 7, Err: plain})
	case "hint":
		return cli.Hint(cli.Errorf("no shop: %w", plain), "Make one.")
	case "joined":
		return errors.Join(plain, errors.New("two"))
	case "ctx":
		return ctx.Err()
	}
	return plain
}

func run(t *testing.T, app *cli.App, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = app.Run(t.Context(), args, nil, &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	app := newApp(t, func(o *cli.Options) {
		var file string
		o.Flags = func(f *cli.Flags) { f.String(&file, "settings", "read this file as well").Placeholder = "FILE" }
	})
	tests := []struct {
		file string
		args []string
	}{
		{"root", nil},
		{"check", []string{"check", "--help"}},
		{"greet", []string{"help", "greet"}},
		{"group", []string{"db"}},
		{"color", []string{"--force-color", "greet", "-h"}},
		{"unknown", []string{"chekc"}},
		{"unknown-in-group", []string{"db", "shel"}},
		{"unknown-help", []string{"help", "db", "zzz"}},
		{"unknown-flag", []string{"check", "--jsno"}},
		{"bad-value", []string{"check", "--limit", "x"}},
		{"bad-verbosity", []string{"check", "-v", "9"}},
		{"bad-choice", []string{"fail", "so"}},
		{"missing-argument", []string{"greet"}},
		{"too-many", []string{"greet", "a", "b", "c"}},
		{"traceback", []string{"fail", "hint", "--traceback"}},
		{"traceback-joined", []string{"--traceback", "fail", "joined"}},
		{"error-in-color", []string{"--force-color", "fail", "hint"}},
	}
	for _, test := range tests {
		// Not parallel: Run is for one command line at a time.
		t.Run(test.file, func(t *testing.T) {
			code, stdout, stderr := run(t, app, test.args...)
			got := fmt.Sprintf("$ shop %s\n%s--- stderr\n%s--- exit %d\n", strings.Join(test.args, " "), stdout, stderr, code)
			goldentest.Equal(t, test.file+".txt", got)
		})
	}
}

func TestFlagsAndArguments(t *testing.T) {
	// One App, one command after another: nothing may be left over.
	t.Parallel()
	app := newApp(t, nil)
	tests := []struct {
		args string
		want string
	}{
		{"check", `false [urls] ERROR 0 0 1s  apps=[] app="" v=1 color=false`},
		{"check --json -t a --tag=b --fail-level WARNING --max 3 --rate 2.5 --a-flag-with-a-very-long-name 5s --output x y z -v3",
			`true [a b] WARNING 3 2.5 5s x apps=[y z] app="y" v=3 color=false`},
		{"--verbosity 0 check --json=false --limit 2 -- --x", `false [urls] ERROR 2 0 1s  apps=[--x] app="--x" v=0 color=false`},
		{"check --force-color", `false [urls] ERROR 0 0 1s  apps=[] app="" v=1 color=true`},
		{"greet Ann Hello", "Hello Ann"},
		{"greet Ann", " Ann"},
		{"db shell", "db shell"},
		{"version", "shop 1.2"},
		{"--version", "shop 1.2"},
		{"secret", ""},
	}
	for _, test := range tests {
		code, stdout, stderr := run(t, app, strings.Fields(test.args)...)
		if strings.TrimSuffix(stdout, "\n") != test.want || code != 0 || stderr != "" {
			t.Errorf("%s: got %d, %q, %q, want %q", test.args, code, stdout, stderr, test.want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	app := newApp(t, nil)
	tests := []struct {
		args   string
		code   int
		stderr string
	}{
		{"fail plain", cli.ExitFailure, "error: load shop: file does not exist\n"},
		{"fail code", 7, "error: outer: load shop: file does not exist\n"},
		{"fail hint", cli.ExitFailure, "error: no shop: load shop: file does not exist\nhint: Make one.\n"},
		{"fail plain --no-color --force-color", cli.ExitUsage,
			"error: the flags --no-color and --force-color exclude each other\nhint: See shop fail --help.\n"},
		{"nothing", cli.ExitUsage, "error: unknown command \"nothing\" for shop\nhint: See shop --help.\n"},
	}
	for _, test := range tests {
		code, stdout, stderr := run(t, app, strings.Fields(test.args)...)
		if code != test.code || stderr != test.stderr || stdout != "" {
			t.Errorf("%s: got %d, %q, %q, want %d, %q", test.args, code, stdout, stderr, test.code, test.stderr)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	if code := app.Run(ctx, []string{"fail", "ctx"}, nil, io.Discard, &stderr); code != cli.ExitInterrupted || stderr.String() != "interrupted\n" {
		t.Errorf("got %d, %q, want %d", code, stderr.String(), cli.ExitInterrupted)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ok := func(context.Context, *cli.Call) error { return nil }
	var text string
	tests := []struct {
		name     string
		commands []*cli.Command
		want     string
	}{
		{"twice", []*cli.Command{{Name: "a", Run: ok}, {Name: "a", Run: ok}}, `"shop a" stands twice`},
		{"built-in", []*cli.Command{{Name: "help", Run: ok}}, `"shop help" stands twice`},
		{"bad name", []*cli.Command{{Name: "A b", Run: ok}}, "lower-case"},
		{"nothing to do", []*cli.Command{{Name: "a"}}, "either Run or Commands"},
		{"both", []*cli.Command{{Name: "a", Run: ok, Commands: []*cli.Command{{Name: "b", Run: ok}}}}, "either Run or Commands"},
		{"in a group", []*cli.Command{{Name: "a", Commands: []*cli.Command{{Name: "b"}}}}, `"shop a b": want either`},
		{"group with arguments", []*cli.Command{{Name: "a", Args: cli.Args{{Name: "x"}}, Commands: []*cli.Command{{Name: "b", Run: ok}}}}, "neither Flags nor Args"},
		{"required after optional", []*cli.Command{{Name: "a", Run: ok, Args: cli.Args{{Name: "x", Optional: true}, {Name: "y"}}}}, `"y" must not follow "x"`},
		{"after variadic", []*cli.Command{{Name: "a", Run: ok, Args: cli.Args{{Name: "x", Variadic: true}, {Name: "y", Optional: true}}}}, `"y" must not follow "x"`},
		{"standard flag", []*cli.Command{{Name: "a", Run: ok, Flags: func(f *cli.Flags) { f.String(&text, "x", "").Short = "v" }}}, "the flag -v stands twice"},
		{"program's flag", []*cli.Command{{Name: "a", Run: ok, Flags: func(f *cli.Flags) { f.String(&text, "settings", "") }}}, "the flag --settings stands twice"},
		{"flag twice", []*cli.Command{{Name: "a", Run: ok, Flags: func(f *cli.Flags) { f.String(&text, "x", ""); f.String(&text, "x", "") }}}, "the flag --x stands twice"},
		{"bad flag", []*cli.Command{{Name: "a", Run: ok, Flags: func(f *cli.Flags) { f.String(&text, "x y", "") }}}, "lower-case letters"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := cli.New(&cli.Options{Name: "shop", Commands: test.commands,
				Flags: func(f *cli.Flags) { f.String(&text, "settings", "") }})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if _, err := cli.New(nil); err == nil {
		t.Error("New(nil): want an error")
	}
	_, err := cli.New(&cli.Options{Name: "shop", Flags: func(f *cli.Flags) { f.String(&text, "traceback", "") }})
	if err == nil || !strings.Contains(err.Error(), "--traceback stands twice") {
		t.Errorf("got %v", err)
	}
}

func TestLaterCommandOverrides(t *testing.T) {
	t.Parallel()
	say := func(text string) func(context.Context, *cli.Call) error {
		return func(_ context.Context, call *cli.Call) error { call.Printf("%s", text); return nil }
	}
	app := newApp(t, func(o *cli.Options) {
		o.Commands = []*cli.Command{
			{Name: "run", Run: say("old")},
			{Name: "run", Run: say("new"), Overrides: true},
			{Name: "version", Run: say("mine"), Overrides: true},
		}
	})
	for name, want := range map[string]string{"run": "new", "version": "mine"} {
		if _, stdout, _ := run(t, app, name); stdout != want {
			t.Errorf("%s: got %q, want %q", name, stdout, want)
		}
	}
}

func TestRequiredAndProgramFlags(t *testing.T) {
	t.Parallel()
	var file, token string
	app := newApp(t, func(o *cli.Options) {
		o.Flags = func(f *cli.Flags) { f.String(&file, "settings", "") }
		o.Commands = []*cli.Command{{Name: "a", Flags: func(f *cli.Flags) { f.String(&token, "token", "").Required = true },
			Run: func(_ context.Context, call *cli.Call) error { call.Printf("%s %s", file, token); return nil }}}
	})
	if code, _, stderr := run(t, app, "a"); code != cli.ExitUsage || !strings.Contains(stderr, "the flag --token is missing") {
		t.Errorf("got %d, %q", code, stderr)
	}
	if _, stdout, _ := run(t, app, "--settings", "f", "a", "--token", "t"); stdout != "f t" {
		t.Errorf("got %q", stdout)
	}
	// Call leaves the program's flags as they are, Run does not.
	if out, err := app.Call(t.Context(), "a", "--token", "u"); out.Stdout != "f u" || err != nil {
		t.Errorf("got %q, %v", out, err)
	}
	if _, stdout, _ := run(t, app, "a", "--token", "t"); stdout != " t" {
		t.Errorf("got %q", stdout)
	}
}

func TestCallCommand(t *testing.T) {
	t.Parallel()
	app := newApp(t, nil)
	out, err := app.Call(t.Context(), "db shell")
	if out.Stdout != "db shell\n" || err != nil {
		t.Errorf("got %q, %v", out, err)
	}
	out, err = app.Call(t.Context(), "fail", "plain")
	if !errors.Is(err, os.ErrNotExist) || out != (cli.Output{}) {
		t.Errorf("got %q, %v, want the command's error, not printed", out, err)
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	var seen []string
	app := newApp(t, func(o *cli.Options) {
		o.Before = func(_ context.Context, call *cli.Call) error {
			seen = append(seen, fmt.Sprint(call.Name, call.SkipChecks, call.Command.CheckTags))
			if call.Name == "greet" {
				return errors.New("checks failed")
			}
			return nil
		}
		o.Commands = append(o.Commands, &cli.Command{Name: "bare", SkipChecks: true, Run: func(context.Context, *cli.Call) error { return nil }})
	})
	run(t, app, "check")
	run(t, app, "check", "--skip-checks")
	run(t, app, "bare")
	run(t, app, "version")
	run(t, app, "help")
	if code, stdout, _ := run(t, app, "greet", "Ann"); code != 1 || stdout != "" {
		t.Errorf("got %d, %q, want the command not to run", code, stdout)
	}
	want := []string{"check false [urls]", "check true [urls]", "bare true []", "greet false []"}
	for i := range want {
		want[i] = strings.Replace(want[i], " ", "", 1)
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestTwoRunsOfOneCommandCannotOverlap(t *testing.T) {
	t.Parallel()
	var n int
	started, finish := make(chan struct{}), make(chan struct{})
	app := newApp(t, func(o *cli.Options) {
		o.Commands = []*cli.Command{{
			Name: "wait", Flags: func(f *cli.Flags) { f.Int(&n, "n", "") },
			Run: func(context.Context, *cli.Call) error { close(started); <-finish; return nil },
		}}
	})
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := app.Call(t.Context(), "wait", "--n", "1"); err != nil {
			t.Error(err)
		}
	})
	<-started
	if _, err := app.Call(t.Context(), "wait", "--n", "2"); !errors.Is(err, cli.ErrBusy) || n != 1 {
		t.Errorf("got %v, n = %d, want ErrBusy and 1", err, n)
	}
	close(finish)
	group.Wait()
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	app := newApp(t, func(o *cli.Options) {
		o.Commands = append(o.Commands, &cli.Command{
			Name: "load",
			Args: cli.Args{{Name: "file", Variadic: true, Complete: func(_ context.Context, typed string) []string { return []string{typed + "x"} }}},
			Run:  func(context.Context, *cli.Call) error { return nil },
		})
	})
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{"che"}, []string{"check\tlook the program over"}},
		{[]string{"fail", ""}, []string{"plain", "code", "hint", "joined", "ctx"}},
		{[]string{"load", "a", "b"}, []string{"bx"}},
		{[]string{"check", "--fail-level", ""}, []string{"WARNING", "ERROR"}},
		{[]string{"check", "-v", ""}, []string{"0", "1", "2", "3"}},
	} {
		code, stdout, stderr := run(t, app, append([]string{"__complete"}, test.args...)...)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		if diff := cmp.Diff(test.want, lines[:len(lines)-1]); diff != "" || code != 0 {
			t.Errorf("%q: %s\n%s", test.args, diff, stderr)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		code, stdout, stderr := run(t, app, "completion", shell)
		if code != 0 || !strings.Contains(stdout, "__complete") || stderr != "" {
			t.Errorf("%s: got %d, %d bytes, %q", shell, code, len(stdout), stderr)
		}
	}
}

func TestColorDecision(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		env      map[string]string
		terminal bool
		args     string
		want     bool
	}{
		{"terminal", nil, true, "check", true},
		{"no terminal", nil, false, "check", false},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, true, "check", false},
		{"empty NO_COLOR", map[string]string{"NO_COLOR": ""}, true, "check", true},
		{"dumb", map[string]string{"TERM": "dumb"}, true, "check", false},
		{"no-color", nil, true, "check --no-color", false},
		{"force-color", map[string]string{"NO_COLOR": "1"}, false, "check --force-color", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			app := newApp(t, func(o *cli.Options) {
				o.IsTerminal = func(any) bool { return test.terminal }
				o.LookupEnv = func(name string) (string, bool) { v, ok := test.env[name]; return v, ok }
			})
			_, stdout, _ := run(t, app, strings.Fields(test.args)...)
			if want := fmt.Sprintf("color=%v\n", test.want); !strings.HasSuffix(stdout, want) {
				t.Errorf("got %q, want %q", stdout, want)
			}
		})
	}
}
