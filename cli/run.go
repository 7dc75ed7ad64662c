package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// run is one command line being carried out. Each has a tree of cobra commands
// of its own, so that nothing is left over from the one before.
type run struct {
	app  *App
	call *Call
	keep bool // the program's own flags stay as they are unless given: App.Call

	staged map[*Flag]*staged
}

// stage is the value of a flag in this run.
func (r *run) stage(flag *Flag) pflag.Value {
	value := &staged{flag: flag}
	r.staged[flag] = value
	return value
}

// apply puts the variables of flags to what the command line says.
func (r *run) apply(path string, flags *Flags, reset bool) error {
	for _, flag := range flags.list {
		if reset {
			flag.value.reset()
		}
		value := r.staged[flag]
		if flag.Required && len(value.texts) == 0 {
			return usageError(path, "the flag --%s is missing", flag.name)
		}
		if err := value.apply(path); err != nil {
			return err
		}
	}
	return nil
}

// standardFlags are those that every command has.
func standardFlags(call *Call) *Flags {
	f := &Flags{}
	verbosity := "1"
	call.Verbosity = 1
	level := f.Enum(&verbosity, "verbosity", []string{"0", "1", "2", "3"}, "how much to tell")
	level.Short, level.Placeholder = "v", "N"
	value := level.value.(*typed[string])
	parse := value.set
	value.set = func(target *string, text string, changed bool) error {
		if err := parse(target, text, changed); err != nil {
			return err
		}
		call.Verbosity, _ = strconv.Atoi(text)
		return nil
	}
	f.Bool(&call.noColor, "no-color", "write no colours")
	f.Bool(&call.forceColor, "force-color", "write colours, whatever the output is")
	f.Bool(&call.NoInput, "no-input", "ask nothing, and take yes for the answer").Aliases = []string{"noinput"}
	f.Bool(&call.SkipChecks, "skip-checks", "run no system checks before the command")
	f.Bool(&call.Traceback, "traceback", "show errors with all their causes")
	return f
}

// cobra builds the tree.
func (r *run) cobra(n *node) *cobra.Command {
	root := r.command(n)
	standardFlags(r.call).bind(root.PersistentFlags(), func(flag *Flag) pflag.Value { return flag.value })
	r.app.global.bind(root.PersistentFlags(), r.stage)
	var version bool
	root.Flags().BoolVar(&version, "version", false, "")
	group := root.RunE
	root.RunE = func(c *cobra.Command, args []string) error {
		if version {
			return r.app.version(c.Context(), r.call)
		}
		return group(c, args)
	}
	root.SetIn(r.call.Stdin)
	root.SetOut(r.call.Stdout)
	root.SetErr(r.call.Stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	for _, sub := range root.Commands() {
		if sub.Name() == "help" {
			root.SetHelpCommand(sub) // else cobra adds one of its own
		}
	}
	return root
}

// command builds one command and all below it.
func (r *run) command(n *node) *cobra.Command {
	c := &cobra.Command{
		Use:                   n.command.Name,
		Short:                 n.command.Short,
		Hidden:                n.command.Hidden,
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
		DisableSuggestions:    true,
		Args:                  cobra.ArbitraryArgs,
	}
	c.SetHelpFunc(func(*cobra.Command, []string) { r.app.writeHelp(r.call, n) })
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(n.path, "%s", flagProblem(err)) })
	for _, child := range n.children {
		c.AddCommand(r.command(child))
	}
	if n.command.Run == nil {
		c.RunE = func(c *cobra.Command, args []string) error { return r.group(c, n, args) }
		return c
	}
	n.flags.bind(c.Flags(), r.stage)
	c.ValidArgsFunction = n.completeArgs
	c.RunE = func(c *cobra.Command, args []string) error { return r.run(c.Context(), n, args) }
	return c
}

// flagProblem shortens pflag's text, which ends in our own "want …".
func flagProblem(err error) string {
	text := err.Error()
	if before, want, ok := strings.Cut(text, " flag: want "); ok {
		return before + ": want " + want
	}
	return text
}

// group answers for a group without a command, or with one that is not there.
func (r *run) group(c *cobra.Command, n *node, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return unknownCommand(c, n, args[0])
}

// unknownCommand names commands that look like the one asked for.
func unknownCommand(c *cobra.Command, n *node, name string) error {
	c.SuggestionsMinimumDistance = 2
	hint := "See " + n.path + " --help."
	if near := c.SuggestionsFor(name); len(near) > 0 {
		hint = "Did you mean " + strings.Join(near, " or ") + "?"
	}
	return &Error{Code: ExitUsage, Hint: hint, Err: fmt.Errorf("unknown command %q for %s", name, n.path)}
}

// run carries out a command whose flags are parsed.
func (r *run) run(ctx context.Context, n *node, args []string) error {
	if r.call.noColor && r.call.forceColor {
		return usageError(n.path, "the flags --no-color and --force-color exclude each other")
	}
	if err := n.checkArgs(args); err != nil {
		return err
	}
	if len(n.flags.list) > 0 {
		select {
		case n.busy <- struct{}{}:
			defer func() { <-n.busy }()
		default:
			return fmt.Errorf("run %s: %w", n.path, ErrBusy)
		}
	}
	if err := r.apply(n.path, r.app.global, !r.keep); err != nil {
		return err
	}
	if err := r.apply(n.path, n.flags, true); err != nil {
		return err
	}
	r.prepare(n, args)
	if r.app.opts.Before != nil && !r.app.isBuiltin(n.command) {
		if err := r.app.opts.Before(ctx, r.call); err != nil {
			return err
		}
	}
	err := n.command.Run(ctx, r.call)
	if r.call.err != nil {
		err = errors.Join(err, fmt.Errorf("write output: %w", r.call.err))
	}
	return err
}

// prepare fills in what a command gets to know of its call.
func (r *run) prepare(n *node, args []string) {
	_, r.call.Name, _ = strings.Cut(n.path, " ")
	r.call.Args, r.call.Command = args, n.command
	r.call.SkipChecks = r.call.SkipChecks || n.command.SkipChecks
	r.call.Color = r.app.color(r.call, r.call.Stdout)
	r.call.errColor = r.app.color(r.call, r.call.Stderr)
	r.call.stdinTTY = r.app.opts.IsTerminal(r.call.Stdin)
	r.call.stderrTTY = r.app.opts.IsTerminal(r.call.Stderr)
}
