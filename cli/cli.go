// Package cli is the command line of a program: commands as values, with typed
// flags, help worth reading, completion for shells, and output that tests can
// read.
//
//	app, err := cli.New(&cli.Options{
//		Name: "shop",
//		Commands: []*cli.Command{{
//			Name:  "greet",
//			Short: "greet somebody",
//			Args:  cli.Args{{Name: "name"}},
//			Run: func(ctx context.Context, call *cli.Call) error {
//				call.Printf("Hello, %s!\n", call.Arg("name"))
//				return nil
//			},
//		}},
//	})
//	…
//	os.Exit(app.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
//
// Every program has the commands help, version and completion, and every
// command the flags -v, --no-color, --force-color, --no-input, --skip-checks,
// --traceback and --help. There is no registry and no state outside of an App.
package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Options describe a program. Name is needed; the rest has defaults.
type Options struct {
	Name    string // as the shell knows it: "shop"
	Version string // default that of the main module, as Go records it
	Short   string // one line above the help; default none
	Long    string // paragraphs below it; default none

	// Commands are the program's commands. A later one takes the place of an
	// earlier one of the same name only if it says Overrides.
	Commands []*Command

	// Flags declares flags that every command has, such as --settings. Run puts
	// their variables to the defaults, or to what is given; App.Call changes
	// only those that are given, and should give none while others read them.
	// Default none.
	Flags func(f *Flags)

	// Before runs before each command but the built-in ones: the place for
	// system checks (see Call.SkipChecks, Command.CheckTags and
	// Command.NeedsMigrations). Its error is the command's. Default nothing.
	Before func(ctx context.Context, call *Call) error

	// LookupEnv reads the environment, for NO_COLOR and TERM. Default
	// os.LookupEnv.
	LookupEnv func(name string) (string, bool)

	// IsTerminal says whether a stream is a terminal. Default: an *os.File that
	// is a character device.
	IsTerminal func(stream any) bool
}

// App is a program's command line. Call is safe for concurrent use, also while
// Run runs; Run is for one command line at a time, since it sets the variables
// of Options.Flags. Two runs of one command that has flags of its own share
// their variables, so that the second one gets ErrBusy.
type App struct {
	opts   Options
	root   *node
	global *Flags // Options.Flags
}

// ErrBusy says that a command runs already in the same App.
var ErrBusy = errors.New("the command is running already")

// New checks the commands and makes an App. Its error lists every mistake:
// names that stand twice, arguments in an impossible order, and the like.
func New(opts *Options) (*App, error) {
	if opts == nil || opts.Name == "" {
		return nil, errors.New("make command line: Options.Name is empty")
	}
	a := &App{opts: *opts, global: &Flags{}}
	if a.opts.Version == "" {
		a.opts.Version = mainVersion()
	}
	if a.opts.LookupEnv == nil {
		a.opts.LookupEnv = os.LookupEnv
	}
	if a.opts.IsTerminal == nil {
		a.opts.IsTerminal = isTerminal
	}
	if opts.Flags != nil {
		opts.Flags(a.global)
	}
	standard := standardFlags(&Call{})
	reserved := &Flags{list: append(standard.list, a.global.list...)}
	nodes, err := newNodes(opts.Name, append(a.builtins(), opts.Commands...), reserved)
	if flagErr := a.global.check(standard); flagErr != nil {
		err = errors.Join(flagErr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("make command line: %w", err)
	}
	program := &Command{Name: opts.Name, Short: opts.Short, Long: opts.Long}
	a.root = &node{command: program, path: opts.Name, flags: &Flags{}, children: nodes}
	return a, nil
}

// mainVersion is the version that Go recorded in the program.
func mainVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// isTerminal takes a character device for a terminal: /dev/null passes, but
// answers no question and shows no colour.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok || file == nil {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Run runs the command that args, without the program's name, ask for, and
// returns the exit code. It prints errors to stderr. A nil stdin is empty.
func (a *App) Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	call := a.newCall(stdin, stdout, stderr)
	if err := a.execute(ctx, args, &run{app: a, call: call}); err != nil {
		return report(ctx, stderr, style(a.color(call, stderr)), err, call.Traceback)
	}
	return ExitOK
}

// Output is what a command wrote.
type Output struct {
	Stdout string
	Stderr string
}

// Call runs a command from code, as Django's call_command does, with an empty
// Stdin, and returns what it wrote and its error, which it does not print. Of a
// command within a group, name is "group command".
func (a *App) Call(ctx context.Context, name string, args ...string) (Output, error) {
	var stdout, stderr bytes.Buffer
	call := a.newCall(nil, &stdout, &stderr)
	err := a.execute(ctx, append(strings.Fields(name), args...), &run{app: a, call: call, keep: true})
	return Output{Stdout: stdout.String(), Stderr: stderr.String()}, err
}

func (a *App) newCall(stdin io.Reader, stdout, stderr io.Writer) *Call {
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	return &Call{Stdin: stdin, Stdout: stdout, Stderr: stderr}
}

// execute runs a command line.
func (a *App) execute(ctx context.Context, args []string, r *run) error {
	r.staged = map[*Flag]*staged{}
	root := r.cobra(a.root)
	// Completion keeps its functions in a table of cobra's that is never
	// cleared, so they are only there when the shell asks.
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		if err := r.completions(root, a.root); err != nil {
			return err
		}
	}
	root.SetArgs(append([]string{}, args...)) // nil would mean os.Args
	return root.ExecuteContext(ctx)
}

// color decides on colours for a stream.
func (a *App) color(call *Call, stream io.Writer) bool {
	switch {
	case call.noColor:
		return false
	case call.forceColor:
		return true
	}
	if value, ok := a.opts.LookupEnv("NO_COLOR"); ok && value != "" {
		return false
	}
	term, _ := a.opts.LookupEnv("TERM")
	return term != "dumb" && a.opts.IsTerminal(stream)
}
