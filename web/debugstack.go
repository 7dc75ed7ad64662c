package web

import (
	"net/url"
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// frameKind tells whose code a frame is, in words for the page.
type frameKind string

const (
	kindApp       frameKind = "app"
	kindFramework frameKind = "framework"
	kindStd       frameKind = "standard library"
	kindDep       frameKind = "dependency"
)

// stackFrame is one call of a stack.
type stackFrame struct {
	Func    string // with its package's path: "shop/orders.(*Cart).Add"
	File    string
	Line    int
	Started bool // the go statement that began the goroutine
}

// maxFrames bounds a stack; the runtime itself leaves out the middle of those over a hundred.
const maxFrames = 500

// parseStack reads the text of runtime/debug.Stack: for each frame a line with the function and
// its arguments, and a line with a tab, file and line number. What fits neither is skipped.
func parseStack(text string) []stackFrame {
	var frames []stackFrame
	var pending stackFrame
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if location, ok := strings.CutPrefix(line, "\t"); ok {
			pending.File, pending.Line = parseLocation(location)
			if pending.Func != "" && pending.File != "" {
				frames = append(frames, pending)
			}
			pending = stackFrame{}
			if len(frames) == maxFrames {
				break
			}
			continue
		}
		pending = parseCall(line)
	}
	return frames
}

// parseCall reads "main.(*T).M(0xc000012345, {0x1, 0x2})" or "created by main.f in goroutine 7".
func parseCall(line string) stackFrame {
	if strings.HasPrefix(line, "goroutine ") {
		return stackFrame{}
	}
	if name, ok := strings.CutPrefix(line, "created by "); ok {
		name, _, _ = strings.Cut(name, " in goroutine ")
		return stackFrame{Func: name, Started: true}
	}
	if i := strings.LastIndexByte(line, '('); i > 0 && strings.HasSuffix(line, ")") {
		line = line[:i]
	}
	return stackFrame{Func: line}
}

// parseLocation reads "/src/shop/views.go:42 +0x1d".
func parseLocation(s string) (file string, line int) {
	if i := strings.LastIndex(s, " +0x"); i >= 0 {
		s = s[:i]
	}
	return splitLocation(s)
}

// splitLocation reads "views.go:42"; the file is "" where there is no line number.
func splitLocation(s string) (file string, line int) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return "", 0
	}
	line, err := strconv.Atoi(s[i+1:])
	if err != nil || line <= 0 {
		return "", 0
	}
	return s[:i], line
}

// withoutPanicking drops the frames on top that are only there because of the panic: those that
// caught it, panic itself, and the runtime's way to it from a nil pointer or a wrong index.
func withoutPanicking(frames []stackFrame) []stackFrame {
	for i, f := range frames {
		if f.Func == "panic" {
			frames = frames[i+1:]
			break
		}
	}
	for len(frames) > 1 && onlyRuntime(frames[0].Func) {
		frames = frames[1:]
	}
	return frames
}

func onlyRuntime(function string) bool {
	p := packagePath(function)
	return p == "runtime" || p == "runtime/debug" || strings.HasPrefix(p, "internal/runtime/")
}

// packagePath returns the import path in a function's name, in which dots of the last element are
// escaped: "gopkg.in/yaml%2ev3.(*Decoder).Decode".
func packagePath(function string) string {
	function, _, _ = strings.Cut(function, "[")
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return function[:slash] + name
}

// frameOf returns the frame of a program counter as runtime.Callers gives it.
func frameOf(pc uintptr) stackFrame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return stackFrame{Func: f.Function, File: f.File, Line: f.Line}
}

const frameworkModule = "github.com/nuages-web/nuages"

// frameSorter knows whose modules the program is made of.
type frameSorter struct{ own, others []string }

func newFrameSorter(info *debug.BuildInfo) *frameSorter {
	s := &frameSorter{}
	if info == nil {
		return s
	}
	if info.Main.Path != "" {
		s.own = append(s.own, info.Main.Path)
	}
	for _, m := range info.Deps {
		// Modules without a version are folders beside the app: its workspace, or a replacement.
		if m.Version == "(devel)" || m.Replace != nil && m.Replace.Version == "" {
			s.own = append(s.own, m.Path)
		} else {
			s.others = append(s.others, m.Path)
		}
	}
	return s
}

// kind tells whose code a frame is. Tests count as the app that they are, and so do the examples.
func (s *frameSorter) kind(f stackFrame) frameKind {
	p := packagePath(f.Func)
	switch {
	case p == "main", strings.HasSuffix(f.File, "_test.go"), within(p, frameworkModule+"/examples"):
		return kindApp
	case within(p, frameworkModule):
		return kindFramework
	case within(p, s.own...):
		return kindApp
	case within(p, s.others...):
		return kindDep
	}
	// Only the standard library's paths start without a domain.
	if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
		return kindStd
	}
	return kindDep
}

func within(p string, modules ...string) bool {
	for _, m := range modules {
		if rest, ok := strings.CutPrefix(p, m); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// shortFunc leaves the folders out of a function's name: "orders.(*Cart).Add".
func shortFunc(function string) string {
	head, tail, generic := strings.Cut(function, "[")
	head = path.Base(head)
	if plain, err := url.PathUnescape(head); err == nil {
		head = plain
	}
	if generic {
		return head + "[" + tail
	}
	return head
}
