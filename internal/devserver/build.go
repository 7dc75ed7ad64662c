package devserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/ormgen"
)

// A Problem is one message of the compiler, with its place.
type Problem struct {
	File         string // relative to the module's folder, or absolute
	Line, Column int    // from 1, the column in bytes; 0 if it isn't known
	Text         string
	Excerpt      []SourceLine
}

// Place is file:line:column.
func (p *Problem) Place() string {
	if p.Column == 0 {
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A SourceLine is a line of source around a problem, with its tabs expanded. Mark is the word that
// the problem is about.
type SourceLine struct {
	Number              int
	Before, Mark, After string
	Here                bool
}

// A BuildError is a build that failed.
type BuildError struct {
	Problems []Problem // in the compiler's order
	Output   string    // all that the go command said
}

// Error returns what the go command said.
func (e *BuildError) Error() string { return "build: " + e.Output }

// generate writes the code of the models, as nuages generate does, so that a model
// need only be saved to be used. Mistakes in models are shown as the compiler's are.
func (s *supervisor) generate(ctx context.Context) error {
	report, err := ormgen.Generate(ctx, &ormgen.Options{Dir: s.module})
	var mistakes *ormgen.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &mistakes):
		build := &BuildError{Output: err.Error()}
		for _, m := range mistakes.Problems {
			p := Problem{File: m.File, Line: m.Line, Column: m.Column, Text: m.Text}
			if rel, err := filepath.Rel(s.module, m.File); err == nil && filepath.IsLocal(rel) {
				p.File = rel
			}
			p.Excerpt = excerpt(s.module, p)
			build.Problems = append(build.Problems, p)
		}
		return build
	case err != nil:
		return &BuildError{Output: err.Error()}
	}
	for _, name := range report.Stale() {
		fmt.Fprintf(s.Stderr, "Generated %s.\n", name)
	}
	return nil
}

// build builds the program from its newest source.
func (s *supervisor) build(ctx context.Context) error {
	if err := s.generate(ctx); err != nil {
		return err
	}
	s.builds++
	out := filepath.Join(s.tmp, fmt.Sprintf("program-%d", s.builds))
	args := append([]string{"build", "-o", out}, s.flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, s.Package)...)
	cmd.Dir = s.module
	cmd.Env = append(os.Environ(), "GOTMPDIR="+s.tmp) // what a build leaves that is broken off goes with it
	var buf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buf, &buf
	cmd.WaitDelay = time.Second
	ownGroup(cmd)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text := strings.TrimSpace(buf.String())
		if text == "" {
			text = err.Error()
		}
		return &BuildError{Problems: parseProblems(s.module, text), Output: text}
	}
	if filepath.Dir(s.bin) == s.tmp {
		os.Remove(s.bin)
	}
	s.bin, s.stale = out, false
	return nil
}

// buildFlags are the flags of go build that change what a program does.
func buildFlags(info *debug.BuildInfo) []string {
	var flags []string
	for _, set := range info.Settings {
		switch set.Key {
		case "-race", "-tags":
			flags = append(flags, set.Key+"="+set.Value)
		}
	}
	return flags
}

var problemLine = regexp.MustCompile(`^(\S[^:]*\.go):(\d+)(?::(\d+))?: (.*)$`)

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
		p.Excerpt = excerpt(dir, p)
		list = append(list, p)
	}
	return list
}

// maxSource bounds the size in bytes of a file that an excerpt is taken from, and maxLine of a line.
const (
	maxSource = 4 << 20
	maxLine   = 500
)

// excerpt returns a few lines around a problem, nil if the file can't be read.
func excerpt(dir string, p Problem) []SourceLine {
	file := p.File
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	const around = 4
	var out []SourceLine
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for i := max(p.Line-around, 1); i <= min(p.Line+around, len(lines)); i++ {
		text := strings.TrimRight(lines[i-1], "\r")
		l := SourceLine{Number: i, Before: text, Here: i == p.Line}
		if l.Here && p.Column > 0 && p.Column <= len(text) {
			end := p.Column - 1 + len(word.FindString(text[p.Column-1:]))
			l.Before, l.Mark, l.After = text[:p.Column-1], text[p.Column-1:end], text[end:]
		}
		l.Before, l.After = tidySource(l.Before), tidySource(l.After)
		out = append(out, l)
	}
	return out
}

// word is what is marked: a name or number, else one character.
var word = regexp.MustCompile(`^(?:[\pL_][\pL\pN_]*|[0-9][\w.]*|(?s:.))`)

func tidySource(text string) string {
	if len(text) > maxLine {
		text = strings.ToValidUTF8(text[:maxLine], "") + "…"
	}
	return strings.ReplaceAll(text, "\t", "    ")
}

// moduleDir finds the folder of the module that pkg, an import path, belongs to, seen from the
// folder dir. The package need not compile.
func moduleDir(ctx context.Context, dir, pkg string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-f", "{{with .Module}}{{.Dir}}{{end}}", pkg)
	cmd.Dir = dir
	out, err := cmd.Output()
	dir = strings.TrimSpace(string(out))
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, &exit) && len(exit.Stderr) > 0:
		return "", fmt.Errorf("find the source of %s: %s", pkg, bytes.TrimSpace(exit.Stderr))
	case err != nil:
		return "", fmt.Errorf("find the source of %s: %w", pkg, err)
	case dir == "":
		return "", fmt.Errorf("find the source of %s: it is in no module that the working directory sees", pkg)
	}
	return dir, nil
}
