package checks

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Report is what a run of checks found.
type Report struct {
	Messages []Message // the gravest first
	Silenced []Message // those that Options.Silenced named, likewise
}

// Reaches reports whether a message that is not silenced is of the level or
// worse: the test of Django's --fail-level.
func (r *Report) Reaches(level Level) bool {
	for _, message := range r.Messages {
		if message.Level >= level {
			return true
		}
	}
	return false
}

// Err returns nil, or a *FailedError when a message reaches the level.
func (r *Report) Err(level Level) error {
	if !r.Reaches(level) {
		return nil
	}
	return &FailedError{Report: r}
}

// FailedError says that system checks found serious problems, and holds them.
type FailedError struct {
	Report *Report
}

// Error gives the summary and every message, on several lines.
func (e *FailedError) Error() string {
	var b strings.Builder
	e.Report.writeGroups(&b, &TextOptions{})
	return "system checks failed: " + e.Report.Summary() + "\n" + strings.TrimRight(b.String(), "\n")
}

// Summary is Django's closing line: "System check identified 2 issues (1
// silenced)."
func (r *Report) Summary() string {
	count := fmt.Sprintf("%d issues", len(r.Messages))
	switch len(r.Messages) {
	case 0:
		count = "no issues"
	case 1:
		count = "1 issue"
	}
	return fmt.Sprintf("System check identified %s (%d silenced).", count, len(r.Silenced))
}

// TextOptions say how WriteText writes. The zero value, like nil, is plain
// text with files as they were given.
type TextOptions struct {
	// Color writes ANSI colours: red from level Error on, yellow below, as
	// Django's dark palette has them. Default none.
	Color bool

	// Dir shortens the names of files below this folder. Default not.
	Dir string
}

// WriteText writes the report as Django's check command prints it: the messages
// grouped by level, the gravest first, and the summary.
func (r *Report) WriteText(w io.Writer, opts *TextOptions) error {
	if opts == nil {
		opts = &TextOptions{}
	}
	var b strings.Builder
	if len(r.Messages) > 0 {
		b.WriteString("System check identified some issues:\n\n")
		r.writeGroups(&b, opts)
	}
	b.WriteString(r.Summary() + "\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write check report: %w", err)
	}
	return nil
}

// writeGroups writes the messages under a heading for each level, each group
// followed by an empty line.
func (r *Report) writeGroups(b *strings.Builder, opts *TextOptions) {
	for i, message := range r.Messages {
		if i == 0 || heading(message.Level) != heading(r.Messages[i-1].Level) {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(heading(message.Level) + ":\n")
		}
		message.File = shorten(opts.Dir, message.File)
		text := message.String()
		if opts.Color {
			text = colorize(message.Level, text)
		}
		b.WriteString(text + "\n")
	}
	b.WriteByte('\n')
}

// heading is Django's: a level of one's own goes under the named one below it.
func heading(level Level) string {
	switch {
	case level >= Critical:
		return "CRITICALS"
	case level >= Error:
		return "ERRORS"
	case level >= Warning:
		return "WARNINGS"
	case level >= Info:
		return "INFOS"
	}
	return "DEBUGS"
}

// shorten gives the file relative to dir when it lies below it.
func shorten(dir, file string) string {
	if dir == "" || file == "" {
		return file
	}
	if short, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(short) {
		return short
	}
	return file
}

// colorize wraps text in bold red or bold yellow.
func colorize(level Level, text string) string {
	if level >= Error {
		return "\x1b[31;1m" + text + "\x1b[0m"
	}
	return "\x1b[33;1m" + text + "\x1b[0m"
}

// WriteJSON writes the report for programs: an object with "messages" and
// "silenced", both lists, never null. Levels are names.
func (r *Report) WriteJSON(w io.Writer) error {
	out := struct {
		Messages []Message `json:"messages"`
		Silenced []Message `json:"silenced"`
	}{append([]Message{}, r.Messages...), append([]Message{}, r.Silenced...)}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("write check report: %w", err)
	}
	return nil
}
