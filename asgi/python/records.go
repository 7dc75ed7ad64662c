package python

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
)

const (
	// maxLine is the length up to which a line of output is logged, in bytes.
	maxLine = 64 << 10
	// maxRecord is the length up to which lines become one record, in bytes.
	maxRecord = 256 << 10
)

// A splitter makes lines of what is written to it.
type splitter struct {
	emit func(string)
	line []byte
	over int // bytes of the line that were left out
}

func (s *splitter) write(p []byte) {
	for len(p) > 0 {
		part, rest, whole := bytes.Cut(p, []byte("\n"))
		n := min(len(part), maxLine-len(s.line))
		s.line = append(s.line, part[:n]...)
		s.over += len(part) - n
		if whole {
			s.end()
		}
		p = rest
	}
}

// flush ends a last line without an end.
func (s *splitter) flush() {
	if len(s.line) > 0 {
		s.end()
	}
}

func (s *splitter) end() {
	line := bytes.TrimRight(s.line, "\r")
	line = line[bytes.LastIndexByte(line, '\r')+1:] // a progress bar is what it showed last
	text := strings.ToValidUTF8(string(line), "\uFFFD")
	if s.over > 0 {
		text += fmt.Sprintf(" … (%d bytes more)", s.over)
	}
	s.line, s.over = s.line[:0], 0
	s.emit(text)
}

// A grouper makes records of lines: a traceback is one, with the line before it, and so is a warning with
// its line of source. What is printed to stdout stays lines.
type grouper struct {
	stderr bool
	emit   func(slog.Level, string)
	traced chan struct{} // gets a value after the places of threads

	in    groupState
	level slog.Level
	lines []string
	size  int
}

type groupState int

const (
	groupNone    groupState = iota
	groupLine               // a line that a traceback, or a line of source, may follow
	groupFrames             // the frames of a traceback
	groupRaised             // a traceback that is whole, unless another one follows for its cause
	groupChained            // the sentence that tells so
	groupThreads            // what faulthandler prints
)

func (g *grouper) pending() bool { return g.in != groupNone }

// line takes the next line.
func (g *grouper) line(text string) {
	if !g.stderr {
		if text != "" {
			g.emit(slog.LevelInfo, text)
		}
		return
	}
	if g.pending() && (!g.continues(text) || g.size > maxRecord) {
		g.flush()
	}
	if g.pending() {
		g.add(text)
		return
	}
	g.begin(text)
}

// begin takes the first line of a record.
func (g *grouper) begin(text string) {
	switch {
	case text == "":
		return
	case isTraceback(text):
		g.in, g.level = groupFrames, slog.LevelError
	case isThreads(text):
		g.in, g.level = groupThreads, slog.LevelError
	default:
		if g.level = levelOf(text); g.level < slog.LevelWarn {
			g.emit(g.level, text)
			return
		}
		g.in = groupLine
	}
	g.add(text)
}

func (g *grouper) add(text string) {
	g.lines = append(g.lines, text)
	g.size += len(text) + 1
}

// continues tells whether a line belongs to the record, and goes to the next state if it does.
func (g *grouper) continues(text string) bool {
	indented := strings.HasPrefix(text, " ")
	switch g.in {
	case groupLine:
		if isTraceback(text) {
			g.in, g.level = groupFrames, slog.LevelError
			return true
		}
		return indented && len(g.lines) == 1 && pythonWarning.MatchString(g.lines[0])
	case groupFrames:
		if !indented {
			if isExceptionGroup(g.lines[len(g.lines)-1]) {
				return false
			}
			g.in = groupRaised
		}
		return true
	case groupRaised:
		if isChain(text) {
			g.in = groupChained
		}
		return text == "" || g.in == groupChained
	case groupChained:
		if isTraceback(text) {
			g.in = groupFrames
		}
		return text == "" || g.in == groupFrames
	case groupThreads:
		return text == "" || indented || isThreads(text)
	}
	return false
}

// flush ends the record.
func (g *grouper) flush() {
	if !g.pending() {
		return
	}
	g.emit(g.level, strings.TrimRight(strings.Join(cutFrames(g.lines), "\n"), "\n"))
	if g.in == groupThreads {
		select {
		case g.traced <- struct{}{}:
		default:
		}
	}
	g.in, g.lines, g.size = groupNone, nil, 0
}

func isTraceback(line string) bool {
	return line == "Traceback (most recent call last):" || line == "  + Exception Group Traceback (most recent call last):"
}

// isExceptionGroup tells whether a line ends the traceback of an exception group.
func isExceptionGroup(line string) bool {
	return strings.HasSuffix(line, "+------------------------------------")
}

func isChain(line string) bool {
	return line == "During handling of the above exception, another exception occurred:" ||
		line == "The above exception was the direct cause of the following exception:"
}

// isThreads tells whether a line is one that faulthandler prints.
func isThreads(line string) bool {
	for _, start := range []string{"Fatal Python error: ", "Thread 0x", "Current thread 0x", "Python runtime state: ", "Extension modules: "} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}

// cutFrames leaves the worker's own frames out of a traceback, and a thread that has no others.
func cutFrames(lines []string) []string {
	kept := make([]string, 0, len(lines))
	own := false
	for i, line := range lines {
		if strings.HasPrefix(line, "  File ") {
			own = ownFrame.MatchString(line)
		} else if !strings.HasPrefix(line, "    ") {
			own = false
		}
		if own {
			continue
		}
		if n := len(kept); line == "" && n > 0 && i > 0 && kept[n-1] != lines[i-1] && strings.HasPrefix(kept[n-1], "Thread 0x") {
			kept = kept[:n-1]
			continue
		}
		kept = append(kept, line)
	}
	return kept
}

// ownFrame is a frame of the worker, or of Python between it and the application.
var ownFrame = regexp.MustCompile(`^  File "(nuages/|<string>"|<frozen importlib|.*/importlib/__init__\.py", line \d+ in import_module)`)

var (
	// pythonWarning is a line of Python's module warnings.
	pythonWarning = regexp.MustCompile(`^[^ ].*:\d+: \w*Warning: `)
	// serverLine is a line of Django's logger django.server, as runserver prints it.
	serverLine = regexp.MustCompile(`^\[\d+/\w+/\d+ \d+:\d+:\d+\] ".*" (\d)\d\d `)
)

var levels = map[string]slog.Level{
	"TRACE": slog.LevelDebug, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "NOTICE": slog.LevelInfo, "SUCCESS": slog.LevelInfo,
	"WARN": slog.LevelWarn, "WARNING": slog.LevelWarn, "ERROR": slog.LevelError, "CRITICAL": slog.LevelError, "FATAL": slog.LevelError,
}

// levelWords is among how many words after a date the name of a level may stand.
const levelWords = 8

// levelOf returns the level of a line of stderr: the one that it names, where the usual formats of Python's
// logging have it, or else Warn.
func levelOf(line string) slog.Level {
	if m := serverLine.FindStringSubmatch(line); m != nil {
		switch m[1] {
		case "5":
			return slog.LevelError
		case "4":
			return slog.LevelWarn
		}
		return slog.LevelInfo
	}
	first := strings.TrimLeftFunc(line, unicode.IsUpper)
	if level, ok := levels[line[:len(line)-len(first)]]; ok && (first == "" || strings.ContainsRune(": |]\t-", rune(first[0]))) {
		return level // INFO:     uvicorn, LEVEL:logger:message, LEVEL message
	}
	if line == "" || line[0] != '[' && (line[0] < '0' || line[0] > '9') {
		return slog.LevelWarn
	}
	// [LEVEL] message, [date] [pid] [LEVEL] message, date - logger - LEVEL - message
	words := strings.FieldsFunc(line[:min(len(line), 200)], func(r rune) bool { return strings.ContainsRune(" []|()/\t", r) })
	for _, word := range words[:min(len(words), levelWords)] {
		if level, ok := levels[strings.TrimRight(word, ":")]; ok {
			return level
		}
	}
	return slog.LevelWarn
}
