package lint

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

// A guide quotes code that runs. In Markdown,
//
//	<!-- from: examples/recordshop/views.go#detail -->
//	```go
//	…
//	```
//
// the block equals the lines between a comment "doc:detail" and the next
// comment "doc:end" in that file; or, in a Go file without such a comment, the
// declaration of that name ("detail", "Album.Price"), without its comment. With
// no "#name" it equals the whole file. The path is relative to the module.
var (
	quoteMark = regexp.MustCompile(`^\s*<!--\s*from:\s*([^\s#]+)(?:#(\S+))?\s*-->\s*$`)
	codeFence = regexp.MustCompile("^(\\s*)(```+|~~~+)")
)

// quote is one quoting block of a Markdown file.
type quote struct {
	file, name string // what it quotes; name may be ""
	line       int    // of the mark, from 0
	open       int    // line of the opening fence, from 0
	close      int    // line of the closing fence, from 0
	indent     string
}

// Quotes reports the blocks of Markdown files that differ from the code that
// they quote (STYLE 25).
func Quotes(m *source.Module) ([]Problem, error) {
	problems, _, err := quotes(m)
	return problems, err
}

// UpdateQuotes rewrites those blocks, and returns the names of the files that
// it changed. A block whose source cannot be found stays as it is.
func UpdateQuotes(m *source.Module) ([]string, error) {
	_, fresh, err := quotes(m)
	if err != nil {
		return nil, err
	}
	names, err := m.Find(".md")
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, name := range names {
		text, ok := fresh[name]
		if !ok {
			continue
		}
		if err := os.WriteFile(filepath.Join(m.Dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return changed, fmt.Errorf("update quotes: %w", err)
		}
		changed = append(changed, name)
	}
	return changed, nil
}

// quotes compares all quotes; fresh holds the right text of each file that
// differs.
func quotes(m *source.Module) (problems []Problem, fresh map[string]string, err error) {
	names, err := m.Find(".md")
	if err != nil {
		return nil, nil, err
	}
	fresh = make(map[string]string)
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, nil, fmt.Errorf("check quotes: %w", err)
		}
		found, right := compareQuotes(m, name, string(text))
		problems = append(problems, found...)
		if right != string(text) {
			fresh[name] = right
		}
	}
	return problems, fresh, nil
}

// compareQuotes judges the quotes of one file and returns its right text.
func compareQuotes(m *source.Module, name, text string) (problems []Problem, right string) {
	lines := strings.Split(text, "\n")
	found, problems := findQuotes(name, lines)
	var out []string
	done := 0
	for _, q := range found {
		want, err := region(m, q.file, q.name)
		if err != nil {
			problems = append(problems, Problem{name, q.line + 1, "quote: " + err.Error()})
			continue
		}
		for i, line := range want {
			if line != "" {
				want[i] = q.indent + line
			}
		}
		got := lines[q.open+1 : q.close]
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			problems = append(problems, Problem{name, q.open + 1, fmt.Sprintf("the quote of %s differs from it: run go test ./internal/lint -update", q.origin())})
		}
		out = append(append(out, lines[done:q.open+1]...), want...)
		done = q.close
	}
	return problems, strings.Join(append(out, lines[done:]...), "\n")
}

// origin names what is quoted, as the mark does.
func (q quote) origin() string {
	if q.name == "" {
		return q.file
	}
	return q.file + "#" + q.name
}

// findQuotes finds the marks of a file and the fenced block after each. Marks
// inside of other blocks are text.
func findQuotes(name string, lines []string) (found []quote, problems []Problem) {
	for i := 0; i < len(lines); i++ {
		if mark := quoteMark.FindStringSubmatch(lines[i]); mark != nil {
			q := quote{file: path.Clean(mark[1]), name: mark[2], line: i, open: i + 1}
			if q.open >= len(lines) || !codeFence.MatchString(lines[q.open]) {
				problems = append(problems, Problem{name, i + 1, "no fenced block on the line after \"from:\""})
				continue
			}
			q.indent = codeFence.FindStringSubmatch(lines[q.open])[1]
			q.close = closing(lines, q.open)
			if q.close == len(lines) {
				return found, append(problems, Problem{name, q.open + 1, "the fenced block does not end"})
			}
			found = append(found, q)
			i = q.close
		} else if codeFence.MatchString(lines[i]) {
			i = closing(lines, i)
		}
	}
	return found, problems
}

// closing returns the line of the fence that closes the one on line open, or
// len(lines).
func closing(lines []string, open int) int {
	mark := codeFence.FindStringSubmatch(lines[open])[2]
	for i := open + 1; i < len(lines); i++ {
		if source.Closes(lines[i], mark) {
			return i
		}
	}
	return len(lines)
}

var errLeaves = errors.New("the path leads out of the module")

// trimBlank leaves out the blank lines at both ends: a region of Go has to begin with one, or its mark
// would be part of a comment.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// region returns the lines that a quote stands for, without the indentation
// that they share.
func region(m *source.Module, file, name string) ([]string, error) {
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return nil, fmt.Errorf("%s: %w", file, errLeaves)
	}
	text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(file)))
	if err != nil {
		return nil, fmt.Errorf("there is no %s", file)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if name == "" {
		return dedent(withoutMarks(lines)), nil
	}
	if found, ok, err := marked(lines, name); ok || err != nil {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return dedent(trimBlank(found)), nil
	}
	if strings.HasSuffix(file, ".go") {
		from, to, err := declaration(file, text, name)
		if err != nil {
			return nil, err
		}
		if from > 0 {
			return dedent(withoutMarks(lines[from-1 : to])), nil
		}
	}
	return nil, fmt.Errorf("%s has no region \"doc:%s\" and declares no %[2]s", file, name)
}
