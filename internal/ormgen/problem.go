package ormgen

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// Problem is a mistake in a model, or in a file that could not be read.
type Problem struct {
	File         string // absolute
	Line, Column int    // from 1
	Text         string
}

// Error is what Generate returns for models with mistakes. Nothing was written
// for the packages that have them.
type Error struct {
	Problems []Problem // sorted by place

	root string // that files are told relative to
}

// Error lists the problems, a line each: "file:line:column: text".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", short(e.root, p.File), p.Line, p.Column, p.Text)
	}
	return strings.Join(lines, "\n")
}

// problems collects what is wrong; each is told once.
type problems struct {
	root string // that messages are relative to
	fset *token.FileSet
	list []Problem
}

func (p *problems) at(pos token.Pos, format string, args ...any) {
	place := p.fset.Position(pos)
	p.add(Problem{place.Filename, place.Line, place.Column, fmt.Sprintf(format, args...)})
}

func (p *problems) add(problem Problem) {
	if !slices.Contains(p.list, problem) {
		p.list = append(p.list, problem)
	}
}

func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortFunc(p.list, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Text, b.Text))
	})
	return &Error{p.list, p.root}
}

// short writes a file's name for messages: relative to root, if it lies below.
func short(root, name string) string {
	if rel, err := filepath.Rel(root, name); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return name
}
