package web

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	maxSourceFile = 1 << 20 // bytes of a file that an excerpt is taken from
	maxSourcePath = 4096    // bytes of a file's name
	maxSourceLine = 240     // bytes of a line that are shown
	maxExcerpts   = 60      // of one page
	excerptAround = 3       // lines before and after
)

// sourceLine is a line of source in an excerpt.
type sourceLine struct {
	Number int
	Text   string
	Here   bool
}

// sourceReader takes excerpts from Go files, for one page.
type sourceReader struct {
	left  int                 // excerpts that may still be taken
	files map[string][]string // lines by file; nil for what can't be read
	roots map[string]string   // module folders by folder
}

func newSourceReader() *sourceReader {
	return &sourceReader{left: maxExcerpts, files: map[string][]string{}, roots: map[string]string{}}
}

// excerpt returns the lines around a line of a file, nil when there is no such file or it is not
// Go source of a module.
func (s *sourceReader) excerpt(file string, line int) []sourceLine {
	if s.left <= 0 {
		return nil
	}
	lines, known := s.files[file]
	if !known {
		lines = s.read(file)
		s.files[file] = lines
	}
	if line < 1 || line > len(lines) {
		return nil
	}
	s.left--
	var out []sourceLine
	for n := max(1, line-excerptAround); n <= min(len(lines), line+excerptAround); n++ {
		text := strings.TrimRight(lines[n-1], "\r")
		if len(text) > maxSourceLine {
			text = text[:maxSourceLine] + "…"
		}
		out = append(out, sourceLine{Number: n, Text: strings.ToValidUTF8(text, "\uFFFD"), Here: n == line})
	}
	dedent(out)
	return out
}

// read returns the lines of a file. The names come from stacks, which a program may have made up:
// so only Go files of modules are opened, and only of a size that people write.
func (s *sourceReader) read(file string) []string {
	if !filepath.IsAbs(file) || filepath.Ext(file) != ".go" || s.root(filepath.Dir(file)) == "" {
		return nil
	}
	// Before opening: a pipe of that name would block.
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxSourceFile {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSourceFile))
	if err != nil {
		return nil
	}
	return strings.Split(string(b), "\n")
}

// root returns the folder of the module that a folder belongs to, "" if there is none. GOROOT/src
// is one; modules of the cache may lack a go.mod, but have their version in the path.
func (s *sourceReader) root(dir string) string {
	if root, known := s.roots[dir]; known {
		return root
	}
	if len(dir) > maxSourcePath {
		return ""
	}
	root := ""
	parent := filepath.Dir(dir)
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	switch {
	case err == nil, strings.Contains(filepath.Base(dir), "@v"):
		root = dir
	case parent != dir:
		root = s.root(parent)
	}
	s.roots[dir] = root
	return root
}

// short names a file as its module does: "orders/views.go", "net/http/server.go",
// "gws@v1.8.9/conn.go".
func (s *sourceReader) short(file string) string {
	if !filepath.IsAbs(file) {
		return file
	}
	root := s.root(filepath.Dir(file))
	rel, err := filepath.Rel(root, file)
	if root == "" || err != nil {
		return file
	}
	if base := filepath.Base(root); strings.Contains(base, "@v") {
		rel = filepath.Join(base, rel)
	}
	return filepath.ToSlash(rel)
}

// dedent takes the tabs that all lines start with.
func dedent(lines []sourceLine) {
	for {
		for _, l := range lines {
			if l.Text != "" && l.Text[0] != '\t' {
				return
			}
		}
		changed := false
		for i, l := range lines {
			if l.Text != "" {
				lines[i].Text, changed = l.Text[1:], true
			}
		}
		if !changed {
			return
		}
	}
}
