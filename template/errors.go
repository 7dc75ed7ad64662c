package template

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A SyntaxError is a template that can't be compiled (Django's TemplateSyntaxError). Errors of the
// same kind that show only while rendering (an extends whose variable names no template) are of this
// type, too.
type SyntaxError struct {
	Message string
	Err     error // what went wrong below, if something did
}

// Error returns the message.
func (e *SyntaxError) Error() string { return e.Message }

// Unwrap returns Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// maxQuoted is how many bytes of a text a message quotes.
const maxQuoted = 300

func syntaxErrorf(format string, args ...any) error {
	for i, arg := range args {
		if s, ok := arg.(string); ok && len(s) > maxQuoted {
			args[i] = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
		}
	}
	err := fmt.Errorf(format, args...)
	return &SyntaxError{Message: err.Error(), Err: errors.Unwrap(err)}
}

// A NotFoundError is a template that no loader has (Django's TemplateDoesNotExist).
type NotFoundError struct {
	Name  string
	Tried []Tried
}

// Tried is a place where a template was looked for.
type Tried struct{ Origin, Status string }

// Error names the template and where it was looked for.
func (e *NotFoundError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "template %q does not exist", e.Name)
	for i, t := range e.Tried {
		b.WriteString(map[bool]string{true: "; tried ", false: ", "}[i == 0])
		fmt.Fprintf(&b, "%s (%s)", t.Origin, t.Status)
	}
	return b.String()
}

// A VariableError is a variable that is missing where one is needed, as in a filter's argument
// (Django's VariableDoesNotExist).
type VariableError struct{ Name string }

// Error names the variable.
func (e *VariableError) Error() string { return fmt.Sprintf("variable %q does not exist", e.Name) }

// isMissing tells whether err is a variable that is missing where one is needed.
func isMissing(err error) bool {
	if err == nil {
		return false
	}
	var missing *VariableError // on the heap, as errors.As has it
	return errors.As(err, &missing)
}

// An Error tells where in the templates something went wrong. Line and Column count from 1, Column in
// code points; Frames are the templates that led there, the innermost first.
type Error struct {
	Err    error
	Frames []Frame
}

// A Frame is a place in a template.
type Frame struct {
	Template     string // its name
	Origin       string // where it was loaded from
	Line, Column int
	Excerpt      string // the line
	Length       int    // of what is meant, in code points
}

// Error returns the place, the message, and the line with a caret below it.
func (e *Error) Error() string {
	var b strings.Builder
	f := e.Frames[0]
	fmt.Fprintf(&b, "%s:%d:%d: %v", f.Template, f.Line, f.Column, e.Err)
	for _, f := range e.Frames[1:] {
		fmt.Fprintf(&b, "; from %s:%d:%d", f.Template, f.Line, f.Column)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Detail returns the message with the excerpt of each place and a caret below what is meant, for
// terminals.
func (e *Error) Detail() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", e.Err)
	for _, f := range e.Frames {
		name := f.Template
		if f.Origin != "" {
			name = f.Origin
		}
		number := fmt.Sprint(f.Line)
		fmt.Fprintf(&b, "\n  %s:%d:%d\n", name, f.Line, f.Column)
		line, column := cutLine(f.Excerpt, f.Column)
		fmt.Fprintf(&b, "  %s | %s\n", number, line)
		fmt.Fprintf(&b, "  %s   %s\n", strings.Repeat(" ", len(number)),
			caretIndent(line, column)+strings.Repeat("^", max(1, min(f.Length, utf8.RuneCountInString(line)-column+1))))
	}
	return b.String()
}

// excerptWidth is how many code points of a line are shown.
const excerptWidth = 120

// cutLine cuts a long line to the part around the column.
func cutLine(line string, column int) (string, int) {
	runes := []rune(strings.ToValidUTF8(line, "�"))
	start := 0
	if column > excerptWidth/2 {
		start = min(column-excerptWidth/2, max(0, len(runes)-excerptWidth))
	}
	end := min(len(runes), start+excerptWidth)
	return string(runes[start:end]), column - start
}

// caretIndent returns blanks as wide as the line before the column, tabs kept.
func caretIndent(line string, column int) string {
	var b strings.Builder
	for _, r := range line {
		if column--; column <= 0 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// place returns the frame of a piece of a template's source.
func (s *source) place(start, end int) Frame {
	lineStart := strings.LastIndexByte(s.text[:start], '\n') + 1
	lineEnd := len(s.text)
	if i := strings.IndexByte(s.text[start:], '\n'); i >= 0 {
		lineEnd = start + i
	}
	return Frame{
		Template: s.name, Origin: s.origin,
		Line:    1 + strings.Count(s.text[:start], "\n"),
		Column:  1 + utf8.RuneCountInString(s.text[lineStart:start]),
		Excerpt: strings.TrimSuffix(s.text[lineStart:lineEnd], "\r"),
		Length:  utf8.RuneCountInString(s.text[start:min(end, lineEnd)]),
	}
}

// source is a template's text and where it is from.
type source struct{ name, origin, text string }

// at adds a place to an error: the first place, or one more where the error is on its way out of an
// included or extended template.
func (s *source) at(err error, start, end int) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Err: err, Frames: []Frame{s.place(start, end)}}
	}
	if last := e.Frames[len(e.Frames)-1]; last.Template != s.name || last.Origin != s.origin {
		e.Frames = append(e.Frames, s.place(start, end))
	}
	return e
}
