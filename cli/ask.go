package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Confirm asks a question on Stderr and reports whether the answer is yes. With
// --no-input it is yes without asking; when Stdin is no terminal it is an error,
// since nobody could answer.
func (c *Call) Confirm(ctx context.Context, question string) (bool, error) {
	if c.NoInput {
		return true, nil
	}
	for {
		answer, err := c.Ask(ctx, question+" [y/N]")
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return true, nil
		case "", "n", "no":
			return false, nil
		}
		fmt.Fprintln(c.Stderr, "Please answer yes or no.")
	}
}

// Ask asks for a line on Stderr and returns it without the spaces around it.
// With --no-input, or when Stdin is no terminal, it is an error.
func (c *Call) Ask(ctx context.Context, question string) (string, error) {
	if err := c.mayAsk(question); err != nil {
		return "", err
	}
	line, err := c.ask(ctx, question)
	return strings.TrimSpace(line), err
}

// AskSecret is Ask for passwords: the terminal does not show what is typed, and
// spaces count.
func (c *Call) AskSecret(ctx context.Context, question string) (string, error) {
	if err := c.mayAsk(question); err != nil {
		return "", err
	}
	if terminal, ok := c.Stdin.(*os.File); ok {
		restore, err := hideEcho(terminal)
		if err != nil {
			return "", fmt.Errorf("ask %q: %w", question, err)
		}
		defer func() {
			restore()
			fmt.Fprintln(c.Stderr) // for the newline that was not shown
		}()
	}
	return c.ask(ctx, question)
}

// mayAsk reports why nobody can answer a question.
func (c *Call) mayAsk(question string) error {
	if !c.NoInput && c.stdinTTY {
		return nil
	}
	return Hint(Errorf("cannot ask %q: nobody can answer", question),
		"Run it in a terminal, or give the answer with a flag (--no-input says yes to every question).")
}

// ask reads a line, without its end.
func (c *Call) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(c.Stderr, question+" ")
	type answer struct {
		line string
		err  error
	}
	// A read of a terminal cannot be called off, so the goroutine outlives an
	// interrupted question; the program is about to end then.
	answers := make(chan answer, 1)
	go func() {
		line, err := readLine(c.Stdin)
		answers <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.Stderr)
		return "", fmt.Errorf("ask %q: %w", question, context.Cause(ctx))
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("ask %q: %w", question, a.err)
		}
		return strings.TrimSuffix(a.line, "\r"), nil
	}
}

// readLine reads up to a newline and no further, so that what follows is left
// for the next question.
func readLine(r io.Reader) (string, error) {
	const limit = 4096
	var line []byte
	buffer := make([]byte, 1)
	for len(line) < limit {
		n, err := r.Read(buffer)
		if n == 1 && buffer[0] == '\n' {
			return string(line), nil
		}
		line = append(line, buffer[:n]...)
		if err != nil {
			if errors.Is(err, io.EOF) && len(line) > 0 {
				return string(line), nil
			}
			return "", err
		}
	}
	return "", fmt.Errorf("the answer is longer than %d bytes", limit)
}
