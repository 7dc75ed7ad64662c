package cli

import (
	"encoding/json"
	"fmt"
	"io"
)

// Call is one run of a command: its arguments, its streams and the flags that
// every command has. It is for one goroutine, its Progress apart.
type Call struct {
	Name string   // the command's path without the program: "check"
	Args []string // the positional arguments

	Stdin  io.Reader
	Stdout io.Writer // what the command is asked for
	Stderr io.Writer // everything else: progress, questions, warnings

	// Verbosity is -v: 0 silent, 1 normal, 2 verbose, 3 very verbose.
	Verbosity int

	// Color says whether to write colours to Stdout: --no-color, --force-color,
	// the variable NO_COLOR, or whether Stdout is a terminal.
	Color bool

	NoInput    bool // --no-input: ask nothing
	SkipChecks bool // --skip-checks, or the command's own wish
	Traceback  bool // --traceback: show errors with their causes

	// Command is what runs.
	Command *Command

	errColor   bool
	stdinTTY   bool
	stderrTTY  bool
	noColor    bool
	forceColor bool
	err        error // of the first write that failed
}

// Arg returns the first text of the argument with this name, "" if the call
// has none.
func (c *Call) Arg(name string) string {
	if list := c.ArgList(name); len(list) > 0 {
		return list[0]
	}
	return ""
}

// ArgList returns all texts of the argument with this name: several if it is
// variadic.
func (c *Call) ArgList(name string) []string {
	for i, arg := range c.Command.Args {
		switch {
		case arg.Name != name || i >= len(c.Args):
		case arg.Variadic:
			return c.Args[i:]
		default:
			return c.Args[i : i+1]
		}
	}
	return nil
}

// Printf writes to Stdout. The first write that fails ends the writing, and
// makes the run fail.
func (c *Call) Printf(format string, args ...any) {
	if c.err == nil {
		_, c.err = fmt.Fprintf(c.Stdout, format, args...)
	}
}

// Println writes its arguments and a newline to Stdout, as Printf does.
func (c *Call) Println(args ...any) { c.Printf("%s", fmt.Sprintln(args...)) }

// Verbosef is Printf for runs whose Verbosity is at least level.
func (c *Call) Verbosef(level int, format string, args ...any) {
	if c.Verbosity >= level {
		c.Printf(format, args...)
	}
}

// Warnf writes a warning, as a line, to Stderr.
func (c *Call) Warnf(format string, args ...any) {
	fmt.Fprintf(c.Stderr, "%s %s\n", style(c.errColor).paint(yellow, "warning:"), fmt.Sprintf(format, args...))
}

// WriteJSON writes a value to Stdout as indented JSON and a newline.
func (c *Call) WriteJSON(v any) error {
	encoder := json.NewEncoder(c.Stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// Success colours a text for Stdout: bold green.
func (c *Call) Success(text string) string { return style(c.Color).paint(green, text) }

// Warning colours a text for Stdout: bold yellow.
func (c *Call) Warning(text string) string { return style(c.Color).paint(yellow, text) }

// Error colours a text for Stdout: bold red.
func (c *Call) Error(text string) string { return style(c.Color).paint(red, text) }

// Notice colours a text for Stdout: red.
func (c *Call) Notice(text string) string { return style(c.Color).paint(plainRed, text) }

// Heading colours a text for Stdout: bold cyan.
func (c *Call) Heading(text string) string { return style(c.Color).paint(cyan, text) }

// style says whether to colour.
type style bool

// The parameters of ANSI's SGR sequence; Django's dark palette.
const (
	red      = "31;1"
	green    = "32;1"
	yellow   = "33;1"
	cyan     = "36;1"
	plainRed = "31"
)

func (s style) paint(color, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
