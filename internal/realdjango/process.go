package realdjango

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Process is a script of Django's Python that runs as long as the test and
// answers each line of its standard input with one line. It is for one
// goroutine at a time.
type Process struct {
	stdin  *os.File
	out    *bufio.Reader
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// maxAnswer bounds one line of an answer, in bytes.
const maxAnswer = 64 << 20

// Start starts script, which finds an importable, unconfigured Django as that
// of Run does, and has to flush what it writes when its input is at an end or
// it has answered all lines that are there. The process ends with the test.
// Without Django the test is skipped or fails as Missing says.
func Start(t testing.TB, script string) *Process {
	t.Helper()
	Version(t)
	p := &Process{cmd: exec.Command(Python, "-c", script)}
	p.cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1")
	p.cmd.Stderr = &p.stderr
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.cmd.Stdin = stdin, in
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	in.Close()
	if err != nil {
		stdin.Close()
		t.Fatalf("start Django script: %v", err)
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	t.Cleanup(func() {
		stdin.Close()
		if p.cmd.ProcessState == nil {
			p.cmd.Process.Kill()
			p.cmd.Wait()
		}
	})
	return p
}

// Ask sends lines, none of which holds a line feed, and returns as many
// answers, in their order. The lines are written while the answers are read, so
// any number of them may be sent at once.
func (p *Process) Ask(lines [][]byte) ([][]byte, error) {
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(p.stdin, 1<<16)
		for _, line := range lines {
			w.Write(line)
			w.WriteByte('\n')
		}
		written <- w.Flush()
	}()
	answers := make([][]byte, 0, len(lines))
	for range lines {
		answer, err := p.readLine()
		if err != nil {
			// The writer ends too: the process that it writes to does.
			p.cmd.Process.Kill()
			<-written
			p.cmd.Wait()
			return answers, fmt.Errorf("answer %d of a Django script: %w\n%s", len(answers)+1, err, p.stderr.Bytes())
		}
		answers = append(answers, answer)
	}
	if err := <-written; err != nil {
		return answers, fmt.Errorf("write to a Django script: %w", err)
	}
	return answers, nil
}

func (p *Process) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := p.out.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case err != bufio.ErrBufferFull:
			return nil, err
		case len(line) > maxAnswer:
			return nil, fmt.Errorf("a line of more than %d bytes", maxAnswer)
		}
	}
}
