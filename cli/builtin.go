package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// builtinGroup is the heading of the commands that every program has.
const builtinGroup = "Help"

// builtins are the commands that every program has.
func (a *App) builtins() []*Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return []*Command{
		{
			Name: "help", Short: "explain a command, or list them all", Group: builtinGroup,
			Args: Args{{Name: "command", Help: "the command, or a group and its command", Optional: true, Variadic: true}},
			Run:  a.help,
		},
		{
			Name: "version", Short: "print the version", Group: builtinGroup,
			Run: a.version,
		},
		{
			Name: "completion", Short: "print a script that completes commands in a shell", Group: builtinGroup,
			Long: "Print a script that makes the shell complete the commands and flags of this program.",
			Args: Args{{Name: "shell", Help: "one of " + strings.Join(shells, ", "), Choices: shells}},
			Example: "source <(" + a.opts.Name + " completion bash)\n" +
				a.opts.Name + " completion fish | source",
			Run: a.completion,
		},
	}
}

// isBuiltin reports whether the command is one of builtins that no other
// overrides.
func (a *App) isBuiltin(command *Command) bool {
	return command.Group == builtinGroup && !slices.Contains(a.opts.Commands, command)
}

func (a *App) help(_ context.Context, call *Call) error {
	n := a.root
	for _, name := range call.Args {
		child := n.child(name)
		if child == nil {
			group := &cobra.Command{}
			for _, child := range n.children {
				group.AddCommand(&cobra.Command{Use: child.command.Name, Run: func(*cobra.Command, []string) {}})
			}
			return unknownCommand(group, n, name)
		}
		n = child
	}
	a.writeHelp(call, n)
	return nil
}

func (a *App) version(_ context.Context, call *Call) error {
	call.Printf("%s %s\n", a.opts.Name, a.opts.Version)
	return nil
}

func (a *App) completion(_ context.Context, call *Call) error {
	r := &run{app: a, call: call, staged: map[*Flag]*staged{}}
	root := r.cobra(a.root)
	var err error
	switch call.Arg("shell") {
	case "bash":
		err = root.GenBashCompletionV2(call.Stdout, true)
	case "zsh":
		err = root.GenZshCompletion(call.Stdout)
	case "fish":
		err = root.GenFishCompletion(call.Stdout, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(call.Stdout)
	}
	if err != nil {
		return fmt.Errorf("write completion: %w", err)
	}
	return nil
}

// completeArgs offers texts for the next argument.
func (n *node) completeArgs(c *cobra.Command, given []string, typed string) ([]string, cobra.ShellCompDirective) {
	args := n.command.Args
	if len(args) == 0 || len(given) >= len(args) && !args[len(args)-1].Variadic {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	arg := args[min(len(given), len(args)-1)]
	switch {
	case arg.Complete != nil:
		return arg.Complete(c.Context(), typed), cobra.ShellCompDirectiveNoFileComp
	case len(arg.Choices) > 0:
		return arg.Choices, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// completions registers what completes the values of flags, for the command
// and all below it.
func (r *run) completions(c *cobra.Command, n *node) error {
	sets := map[*pflag.FlagSet]*Flags{c.Flags(): n.flags}
	if n == r.app.root {
		sets[c.PersistentFlags()] = &Flags{list: append(standardFlags(&Call{}).list, r.app.global.list...)}
	}
	for _, flags := range sets {
		for _, flag := range flags.list {
			if flag.Complete == nil && len(flag.choices) == 0 {
				continue
			}
			complete := func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
				if flag.Complete != nil {
					return flag.Complete(c.Context(), typed), cobra.ShellCompDirectiveNoFileComp
				}
				return flag.choices, cobra.ShellCompDirectiveNoFileComp
			}
			if err := c.RegisterFlagCompletionFunc(flag.name, complete); err != nil {
				return fmt.Errorf("complete --%s: %w", flag.name, err)
			}
		}
	}
	for _, sub := range c.Commands() {
		if child := n.child(sub.Name()); child != nil {
			if err := r.completions(sub, child); err != nil {
				return err
			}
		}
	}
	return nil
}
