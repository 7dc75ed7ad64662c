package commands

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An entry is what a line of the access log tells.
type entry struct {
	r       *http.Request
	client  string // address, or "-"
	start   time.Time
	took    time.Duration
	status  int
	bytes   int64
	headers http.Header // of the response
}

// An atom appends one part of a line.
type atom func(b []byte, e *entry) []byte

// The forms of lines that have a name.
var lineForms = map[string]string{
	"common":   `%(h)s - %(u)s %(t)s "%(r)s" %(s)s %(B)s`,
	"combined": `%(h)s - %(u)s %(t)s "%(r)s" %(s)s %(B)s "%(f)s" "%(a)s"`,
}

// parseLineForm reads a form of Gunicorn's access_log_format: %(NAME)s, where NAME is a letter, {header}i,
// {header}o or {variable}e; %% is %.
func parseLineForm(text string) ([]atom, error) {
	if form, ok := lineForms[text]; ok {
		text = form
	}
	var atoms []atom
	for text != "" {
		i := strings.IndexByte(text, '%')
		if i != 0 {
			if i < 0 {
				i = len(text)
			}
			atoms = append(atoms, literal(text[:i]))
			text = text[i:]
			continue
		}
		if strings.HasPrefix(text, "%%") {
			atoms, text = append(atoms, literal("%")), text[2:]
			continue
		}
		end := strings.Index(text, ")s")
		if !strings.HasPrefix(text, "%(") || end < 0 {
			return nil, usagef("--access-logformat: %q is not %%(NAME)s; a form is common, combined, or made up as '%%(h)s \"%%(r)s\" %%(s)s'", text)
		}
		a, err := parseAtom(text[2:end])
		if err != nil {
			return nil, err
		}
		atoms, text = append(atoms, a), text[end+2:]
	}
	return atoms, nil
}

func literal(text string) atom {
	return func(b []byte, _ *entry) []byte { return append(b, text...) }
}

func parseAtom(name string) (atom, error) {
	if n := len(name); n > 3 && name[0] == '{' && name[n-2] == '}' {
		key := name[1 : n-2]
		switch name[n-1] {
		case 'i':
			return func(b []byte, e *entry) []byte { return appendEscaped(b, e.r.Header.Get(key)) }, nil
		case 'o':
			return func(b []byte, e *entry) []byte { return appendEscaped(b, e.headers.Get(key)) }, nil
		case 'e':
			value := os.Getenv(key)
			return func(b []byte, _ *entry) []byte { return appendEscaped(b, value) }, nil
		}
	}
	if len(name) == 1 {
		if a := letters[name[0]]; a != nil {
			return a, nil
		}
	}
	return nil, usagef("--access-logformat: there is no %%(%s)s; the names are h l u t r m U q H s B b f a T D M L p, {header}i, {header}o, {variable}e", name)
}

// letters are the atoms of one letter, as Gunicorn's documentation has them.
var letters = map[byte]atom{
	'h': func(b []byte, e *entry) []byte { return append(b, e.client...) },
	'l': literal("-"),
	'u': func(b []byte, e *entry) []byte {
		user, _, _ := e.r.BasicAuth()
		return appendEscaped(b, user)
	},
	't': func(b []byte, e *entry) []byte { return e.start.AppendFormat(b, "[02/Jan/2006:15:04:05 -0700]") },
	'r': func(b []byte, e *entry) []byte {
		return appendEscaped(b, e.r.Method+" "+target(e.r)+" "+e.r.Proto)
	},
	'm': func(b []byte, e *entry) []byte { return appendEscaped(b, e.r.Method) },
	'U': func(b []byte, e *entry) []byte { return appendEscaped(b, e.r.URL.Path) },
	'q': func(b []byte, e *entry) []byte {
		if e.r.URL.RawQuery == "" {
			return b
		}
		return appendEscaped(b, e.r.URL.RawQuery)
	},
	'H': func(b []byte, e *entry) []byte { return append(b, e.r.Proto...) },
	's': func(b []byte, e *entry) []byte { return strconv.AppendInt(b, int64(e.status), 10) },
	'B': func(b []byte, e *entry) []byte { return strconv.AppendInt(b, e.bytes, 10) },
	'b': func(b []byte, e *entry) []byte {
		if e.bytes == 0 {
			return append(b, '-')
		}
		return strconv.AppendInt(b, e.bytes, 10)
	},
	'f': func(b []byte, e *entry) []byte { return appendEscaped(b, e.r.Header.Get("Referer")) },
	'a': func(b []byte, e *entry) []byte { return appendEscaped(b, e.r.Header.Get("User-Agent")) },
	'T': func(b []byte, e *entry) []byte { return strconv.AppendInt(b, int64(e.took/time.Second), 10) },
	'D': func(b []byte, e *entry) []byte { return strconv.AppendInt(b, e.took.Microseconds(), 10) },
	'M': func(b []byte, e *entry) []byte { return strconv.AppendInt(b, e.took.Milliseconds(), 10) },
	'L': func(b []byte, e *entry) []byte { return fmt.Appendf(b, "%.6f", e.took.Seconds()) },
	'p': literal("<" + strconv.Itoa(os.Getpid()) + ">"),
}

func target(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// appendEscaped appends a text from a client so that it can forge neither a line nor a field: control
// characters, quotes and backslashes are escaped. An empty one is "-".
func appendEscaped(b []byte, text string) []byte {
	if text == "" {
		return append(b, '-')
	}
	start := len(b)
	b = strconv.AppendQuote(b, text)
	copy(b[start:], b[start+1:])
	return b[:len(b)-2]
}

// An accessLog writes a line for each request, in one Write.
type accessLog struct {
	atoms  []atom
	client func(*http.Request) string
	mu     sync.Mutex
	out    io.Writer
}

func (l *accessLog) write(e *entry) {
	e.client = l.client(e.r)
	b := make([]byte, 0, 192)
	for _, a := range l.atoms {
		b = a(b, e)
	}
	b = append(b, '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(b) // nobody is left to tell
}
