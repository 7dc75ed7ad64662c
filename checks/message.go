package checks

import (
	"fmt"
	"strings"
)

// Level says how bad a finding is. The numbers are Django's, so that levels of
// one's own may stand between them.
type Level int

// The levels, from mild to grave. A command refuses to start from Error on.
const (
	Debug    Level = 10
	Info     Level = 20
	Warning  Level = 30
	Error    Level = 40
	Critical Level = 50
)

// Levels lists the named levels, from mild to grave.
func Levels() []Level { return []Level{Debug, Info, Warning, Error, Critical} }

// String returns the name in capitals, as Django's --fail-level takes it, or
// the number of a level that has no name.
func (l Level) String() string {
	switch l {
	case Debug:
		return "DEBUG"
	case Info:
		return "INFO"
	case Warning:
		return "WARNING"
	case Error:
		return "ERROR"
	case Critical:
		return "CRITICAL"
	}
	return fmt.Sprintf("LEVEL %d", int(l))
}

// ParseLevel reads a level's name, in capitals or not.
func ParseLevel(name string) (Level, error) {
	var names []string
	for _, level := range Levels() {
		if strings.EqualFold(name, level.String()) {
			return level, nil
		}
		names = append(names, level.String())
	}
	return 0, fmt.Errorf("parse level %q: want one of %s", name, strings.Join(names, ", "))
}

// MarshalText gives the name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a name, as ParseLevel does.
func (l *Level) UnmarshalText(text []byte) error {
	level, err := ParseLevel(string(text))
	if err != nil {
		return err
	}
	*l = level
	return nil
}

// Message is one finding: what is wrong, where, and how to mend it. It is a
// plain value; the steps WithHint, On and At return a changed copy.
type Message struct {
	Level  Level  `json:"level"`
	ID     string `json:"id,omitempty"`     // "urls.W001": app, first letter of the level, number; what silencing names
	Text   string `json:"text"`             // what is wrong, a sentence
	Hint   string `json:"hint,omitempty"`   // how to mend it
	Object string `json:"object,omitempty"` // what it is about: "shop.Order.total"
	File   string `json:"file,omitempty"`   // where that was declared
	Line   int    `json:"line,omitempty"`   // from 1; 0 when not known
}

// Debugf makes a message of level Debug. Without further arguments the format
// is still a format: a percent sign is written %%.
func Debugf(id, format string, args ...any) Message { return newMessage(Debug, id, format, args) }

// Infof makes a message of level Info.
func Infof(id, format string, args ...any) Message { return newMessage(Info, id, format, args) }

// Warningf makes a message of level Warning.
func Warningf(id, format string, args ...any) Message { return newMessage(Warning, id, format, args) }

// Errorf makes a message of level Error.
func Errorf(id, format string, args ...any) Message { return newMessage(Error, id, format, args) }

// Criticalf makes a message of level Critical.
func Criticalf(id, format string, args ...any) Message { return newMessage(Critical, id, format, args) }

func newMessage(level Level, id, format string, args []any) Message {
	return Message{Level: level, ID: id, Text: fmt.Sprintf(format, args...)}
}

// WithHint says how to mend the matter, in the manner of fmt.Sprintf.
func (m Message) WithHint(format string, args ...any) Message {
	m.Hint = fmt.Sprintf(format, args...)
	return m
}

// On names what the finding is about, such as "shop.Order.total".
func (m Message) On(object string) Message {
	m.Object = object
	return m
}

// At names the file and the line, from 1, that declare it.
func (m Message) At(file string, line int) Message {
	m.File, m.Line = file, line
	return m
}

// IsSerious reports whether the level is Error or worse.
func (m Message) IsSerious() bool { return m.Level >= Error }

// String gives the message as Django prints it, "object: (id) text" and the
// hint on a line of its own, with the place in front, as compilers do, when it
// is known.
func (m Message) String() string {
	var b strings.Builder
	if m.File != "" {
		b.WriteString(m.File)
		if m.Line > 0 {
			fmt.Fprintf(&b, ":%d", m.Line)
		}
		b.WriteString(": ")
	}
	switch {
	case m.Object != "":
		b.WriteString(m.Object + ": ")
	case m.File == "":
		b.WriteString("?: ")
	}
	if m.ID != "" {
		b.WriteString("(" + m.ID + ") ")
	}
	b.WriteString(m.Text)
	if m.Hint != "" {
		b.WriteString("\n\tHINT: " + m.Hint)
	}
	return b.String()
}
