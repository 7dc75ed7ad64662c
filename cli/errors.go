package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Exit codes of App.Run.
const (
	ExitOK          = 0
	ExitFailure     = 1   // the command returned an error
	ExitUsage       = 2   // the command line was wrong
	ExitInterrupted = 130 // the context ended, as after Ctrl-C
)

// Error is an error that says how the program shall end. Any other error ends
// it with ExitFailure.
type Error struct {
	Code int    // the exit code; 0 means ExitFailure
	Hint string // what to do about it; may be empty
	Err  error  // never nil
}

// Error gives the text of Err.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error for the user, as fmt.Errorf does (%w included); Django's
// CommandError.
func Errorf(format string, args ...any) error {
	return &Error{Code: ExitFailure, Err: fmt.Errorf(format, args...)}
}

// Hint adds to an error what to do about it. The exit code stays. Of a nil
// error it makes nil.
func Hint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &Error{Code: exitCode(err), Hint: hint, Err: err}
}

// usageError is about a wrong command line.
func usageError(path, format string, args ...any) error {
	return &Error{Code: ExitUsage, Hint: "See " + path + " --help.", Err: fmt.Errorf(format, args...)}
}

// exitCode is the code that goes with an error.
func exitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	var coded *Error
	if errors.As(err, &coded) && coded.Code != 0 {
		return coded.Code
	}
	return ExitFailure
}

// report prints an error for people and returns the exit code.
func report(ctx context.Context, w io.Writer, style style, err error, traceback bool) int {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "interrupted")
		return ExitInterrupted
	}
	fmt.Fprintf(w, "%s %s\n", style.paint(red, "error:"), strings.TrimRight(err.Error(), "\n"))
	for _, hint := range hints(err) {
		fmt.Fprintf(w, "%s %s\n", style.paint(yellow, "hint:"), hint)
	}
	if traceback {
		fmt.Fprintln(w, "\nThe error in full, each line with its cause below it:")
		writeChain(w, err, 1)
	}
	return exitCode(err)
}

// hints collects the hints of an error and its causes, the outermost first.
func hints(err error) []string {
	var all []string
	walk(err, 0, func(err error, _ int) {
		if e, ok := err.(*Error); ok && e.Hint != "" {
			all = append(all, e.Hint)
		}
	})
	return all
}

// writeChain prints the type and text of an error and of all its causes.
func writeChain(w io.Writer, err error, depth int) {
	walk(err, depth, func(err error, depth int) {
		indent := strings.Repeat("  ", depth)
		text := strings.ReplaceAll(err.Error(), "\n", "\n"+indent+"  ")
		fmt.Fprintf(w, "%s%T: %s\n", indent, err, text)
	})
}

// walk visits an error and then its causes.
func walk(err error, depth int, visit func(err error, depth int)) {
	visit(err, depth)
	switch wrapper := err.(type) {
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			walk(cause, depth+1, visit)
		}
	case interface{ Unwrap() []error }:
		for _, cause := range wrapper.Unwrap() {
			walk(cause, depth+1, visit)
		}
	}
}
