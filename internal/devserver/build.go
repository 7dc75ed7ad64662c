package devserver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A Problem is one message of the compiler, with its place.
type Problem struct {
	File         string // relative to the module's folder
	Line, Column int
	Text         string
	Excerpt      []SourceLine
}

// A SourceLine is a line of source around a problem.
type SourceLine struct {
	Number int
	Text   string
	Here   bool
}

// A BuildError is a build that failed.
type BuildError struct {
	Problems []Problem // in the compiler's order
	Output   string    // all that the go command said
}

// Error returns what the go command said.
func (e *BuildError) Error() string { return "build: " + e.Output }

// build compiles the program's package into the file out.
func build(ctx context.Context, dir, pkg, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", out, pkg)
	cmd.Dir = dir
	var buf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buf, &buf
	err := cmd.Run()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	text := strings.TrimSpace(buf.String())
	if text == "" {
		text = err.Error()
	}
	return &BuildError{Problems: parseProblems(dir, text), Output: text}
}

var problemLine = regexp.MustCompile(`^(?:vet: )?(\S[^:]*\.go):(\d+)(?::(\d+))?: (.*)$`)

// parseProblems finds the places in the compiler's output, a line each; indented lines go on with
// the one before.
func parseProblems(dir, output string) []Problem {
	var list []Problem
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		m := problemLine.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "\t") && len(list) > 0 {
				list[len(list)-1].Text += "\n" + strings.TrimSpace(line)
			}
			continue
		}
		p := Problem{File: filepath.Clean(m[1]), Text: m[4]}
		p.Line, _ = strconv.Atoi(m[2])
		p.Column, _ = strconv.Atoi(m[3])
		p.Excerpt = excerpt(dir, p.File, p.Line)
		list = append(list, p)
	}
	return list
}

// maxSource bounds the size of a file that an excerpt is taken from.
const maxSource = 4 << 20

// excerpt returns a few lines around a line of a file, nil if it can't be read.
func excerpt(dir, file string, line int) []SourceLine {
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() > maxSource {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	const around = 4
	var out []SourceLine
	for i, text := range strings.Split(string(b), "\n") {
		if n := i + 1; n >= line-around && n <= line+around {
			out = append(out, SourceLine{n, strings.ReplaceAll(strings.TrimRight(text, "\r"), "\t", "    "), n == line})
		}
	}
	return out
}

// mainPackage finds the folder of the module that pkg, an import path, belongs to, seen from the
// working directory.
func mainPackage(ctx context.Context, pkg string) (moduleDir string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{with .Module}}{{.Dir}}{{end}}", pkg).Output()
	if err != nil {
		return "", fmt.Errorf("find the source of %s: %w", pkg, err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" {
		return "", fmt.Errorf("find the source of %s: it is in no module", pkg)
	}
	return dir, nil
}
