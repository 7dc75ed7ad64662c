// The testsum command runs go test and sums it up:
//
//	go run ./scripts/testsum -race ./...
//
// It takes the arguments of go test. It prints a line for each package, the
// output of what fails, the lines that begin with "conformance", what was
// skipped and why, and last the numbers. It fails where go test fails.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go test: %w", err)
	}
	summary := newSummary(os.Stdout)
	readErr := summary.read(stream)
	err = errors.Join(readErr, cmd.Wait())
	summary.close()
	return err
}
