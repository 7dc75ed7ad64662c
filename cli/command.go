package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Command is one command, or a group of commands: it has either Run or
// Commands. It is read when an App is made and must not change after that.
type Command struct {
	Name    string // lower-case letters, digits, "-" and "_"
	Short   string // one line for lists of commands, without a full stop
	Long    string // paragraphs for the command's own help; default Short
	Example string // command lines for the help, one or more
	Group   string // the heading in the list of commands; default "Commands"
	Hidden  bool   // not listed, but there

	// Args are the arguments that follow the name. Default none.
	Args Args

	// Flags declares the command's own flags; it is called once, when the App
	// is made. The variables go back to the values they have then before every
	// run. Default none.
	Flags func(f *Flags)

	// Run does the work.
	Run func(ctx context.Context, call *Call) error

	// Commands are the commands of a group.
	Commands []*Command

	// Overrides lets the command take the place of an earlier one of the same
	// name, or of a built-in one. Without it that is an error.
	Overrides bool

	// SkipChecks is for commands that must work in a program with mistakes:
	// Options.Before is asked to run no system checks. Django's
	// requires_system_checks = [].
	SkipChecks bool

	// CheckTags asks Options.Before for the system checks with these tags
	// alone. Default all.
	CheckTags []string

	// NeedsMigrations asks Options.Before to warn about migrations that have
	// not been applied. Django's requires_migrations_checks.
	NeedsMigrations bool
}

// Args are the positional arguments of a command, in order: the required ones,
// then the optional ones; only the last may be variadic.
type Args []Arg

// Arg is one positional argument.
type Arg struct {
	Name     string // "app"
	Help     string // one line
	Optional bool
	Variadic bool // one or more; with Optional, any number

	// Choices are the only texts it may be. Default any.
	Choices []string

	// Complete returns what the shell may offer for the text typed so far.
	// Default Choices.
	Complete func(ctx context.Context, typed string) []string
}

// usage writes the argument as the usage line shows it.
func (a Arg) usage() string {
	text := strings.ToUpper(a.Name)
	if a.Variadic {
		text += "..."
	}
	if a.Optional {
		text = "[" + text + "]"
	}
	return text
}

// node is a command in its place: what an App keeps of it.
type node struct {
	command  *Command
	path     string // "shop check"
	flags    *Flags
	children []*node
	busy     chan struct{} // holds one token while a run uses the flags
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// newNode checks a command and all below it. reserved are the flags that hold
// for every command.
func newNode(parent string, command *Command, reserved *Flags) (*node, error) {
	n := &node{command: command, path: parent + " " + command.Name, flags: &Flags{}, busy: make(chan struct{}, 1)}
	var errs []error
	problem := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("command %q: "+format, append([]any{n.path}, args...)...))
	}
	if !nameForm.MatchString(command.Name) {
		problem("the name must be of lower-case letters, digits, \"-\" and \"_\"")
	}
	if (command.Run == nil) == (len(command.Commands) == 0) {
		problem("want either Run or Commands")
	}
	if len(command.Commands) > 0 && (command.Flags != nil || len(command.Args) > 0) {
		problem("a group has neither Flags nor Args")
	}
	for i, arg := range command.Args {
		if i > 0 && (command.Args[i-1].Variadic || command.Args[i-1].Optional && !arg.Optional) {
			problem("argument %q must not follow %q, which is variadic or optional", arg.Name, command.Args[i-1].Name)
		}
	}
	if command.Flags != nil {
		command.Flags(n.flags)
	}
	if err := n.flags.check(reserved); err != nil {
		problem("%w", err)
	}
	children, err := newNodes(n.path, command.Commands, reserved)
	n.children = children
	return n, errors.Join(append(errs, err)...)
}

// newNodes makes the nodes of a list in which later commands may override
// earlier ones, which they then replace in their place.
func newNodes(parent string, commands []*Command, reserved *Flags) ([]*node, error) {
	var nodes []*node
	var errs []error
	places := map[string]int{}
	for _, command := range commands {
		n, err := newNode(parent, command, reserved)
		if err != nil {
			errs = append(errs, err)
		}
		place, taken := places[command.Name]
		switch {
		case !taken:
			places[command.Name] = len(nodes)
			nodes = append(nodes, n)
		case command.Overrides:
			nodes[place] = n
		default:
			errs = append(errs, fmt.Errorf("command %q stands twice: set Overrides where the later one shall win", n.path))
		}
	}
	return nodes, errors.Join(errs...)
}

// checkArgs reports what is wrong with the arguments of a call.
func (n *node) checkArgs(given []string) error {
	args := n.command.Args
	if len(given) < len(args) && !args[len(given)].Optional {
		return usageError(n.path, "the argument %s is missing", args[len(given)].usage())
	}
	if len(given) > len(args) && (len(args) == 0 || !args[len(args)-1].Variadic) {
		return usageError(n.path, "unexpected argument %q", given[len(args)])
	}
	for i, text := range given {
		arg := args[min(i, len(args)-1)]
		if len(arg.Choices) > 0 && !slices.Contains(arg.Choices, text) {
			return usageError(n.path, "%s %q is not one of %s", arg.Name, text, strings.Join(arg.Choices, ", "))
		}
	}
	return nil
}

// child finds a command of a group.
func (n *node) child(name string) *node {
	for _, child := range n.children {
		if child.command.Name == name {
			return child
		}
	}
	return nil
}
