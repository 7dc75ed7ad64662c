package web

import (
	"bytes"
	_ "embed" // the page below
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/settings"
)

// pagePolicy is that of our own pages for errors. It lets their style in, and from this host the script with which the
// development server reloads pages; everything that the page shows is escaped besides.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// debugPage shows an error to its developer, as the client likes best: HTML, JSON (problem details
// with the members causes and stack) or text. It is the caller's task to know that the client is
// the developer. Values are of any type there, with methods that may fail themselves; then the
// built-in page has to do.
func debugPage(r *Request, e *Error) (resp Response) {
	defer func() {
		if recover() != nil {
			resp = defaultErrorPage(r, e)
		}
	}()
	d := newDebugData(r, e)
	switch r.PreferredType("text/html", "application/json", "application/problem+json", "text/plain") {
	case "application/json", "application/problem+json":
		resp = Bytes("application/problem+json", d.json())
	case "text/html":
		d.addRequest(r)
		var buf bytes.Buffer
		if err := debugTemplate().Execute(&buf, d); err != nil {
			return defaultErrorPage(r, e)
		}
		resp = Bytes(typeHTML, buf.Bytes())
		resp.Header().Set("Content-Security-Policy", pagePolicy)
	default:
		resp = Text(d.text())
	}
	resp.Status = e.Status
	resp.Header().Set("Cache-Control", "no-store")
	AddVary(resp.Header(), "Accept")
	return resp
}

//go:embed debugpage.html
var debugPageSource string

var debugTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("debug").Parse(debugPageSource))
})

// debugData is what the debug page shows. Its texts are redacted and cut, but not escaped.
type debugData struct {
	Status       int
	Title        string // of the status
	Method, Path string
	Exception    debugCause
	Panicked     bool
	Causes       []debugCause // below the exception
	HasTried     bool
	Tried        []string
	TriedMore    int // routes that are not listed
	Stacks       []debugStack
	Tables       []debugTable
	GoVersion    string
	App          string // module and version
	Framework    string // version
	Time         string
}

// debugCause is one error of a chain.
type debugCause struct {
	Depth int    `json:"-"` // of errors.Join and the like: how far to indent
	Type  string `json:"type"`
	Text  string `json:"text"`
	// Detail is what the error shows beside its text: of a template the line with a mark below.
	Detail string `json:"detail,omitempty"`
}

func newDebugData(r *Request, e *Error) *debugData {
	err := r.Err()
	if err == nil {
		err = e
	}
	info, _ := debug.ReadBuildInfo()
	d := &debugData{
		Status: e.Status, Title: http.StatusText(e.Status), Method: shownText(r.Method), Path: shownPath(r),
		GoVersion: runtime.Version(), Time: time.Now().Format("2006-01-02 15:04:05 -0700"),
	}
	d.App, d.Framework = versions(info)
	d.addCauses(err)
	d.addTried(err)
	d.addStacks(r, err, newFrameSorter(info))
	return d
}

// versions tells the versions of the program and of the framework, as far as the build knows them.
func versions(info *debug.BuildInfo) (app, framework string) {
	if info == nil {
		return "", ""
	}
	app = strings.TrimSpace(info.Main.Path + " " + info.Main.Version)
	for _, m := range info.Deps {
		if m.Path == frameworkModule {
			framework = m.Version
		}
	}
	return app, framework
}

const (
	maxCauses = 50
	maxTried  = 500
)

// addCauses notes the exception and what it wraps, joined errors one after the other.
func (d *debugData) addCauses(err error) {
	var walk func(err error, depth int)
	walk = func(err error, depth int) {
		if err == nil || len(d.Causes) == maxCauses {
			return
		}
		d.Causes = append(d.Causes, causeOf(err, depth))
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			if cause := u.Unwrap(); !isPanic(err) || !sameCause(cause, d.Causes[len(d.Causes)-1]) {
				walk(cause, depth)
			} else {
				walk(errors.Unwrap(cause), depth)
			}
		case interface{ Unwrap() []error }:
			for _, cause := range u.Unwrap() {
				walk(cause, depth+1)
			}
		}
	}
	walk(err, 0)
	d.Panicked = isPanic(err)
	d.Exception, d.Causes = d.Causes[0], d.Causes[1:]
}

// sameCause tells whether a panic is shown as the error that it was made with, which then needs no
// second mention.
func sameCause(err error, shown debugCause) bool {
	return err != nil && typeName(err) == shown.Type
}

func isPanic(err error) bool {
	switch err.(type) {
	case *PanicError, *async.PanicError:
		return true
	}
	return false
}

// causeOf describes one error. A panic is described by its value, and an Error by its message: the
// status is shown anyway, and so are the causes.
func causeOf(err error, depth int) debugCause {
	c := debugCause{Depth: depth, Type: typeName(err)}
	switch err := err.(type) {
	case *PanicError:
		if inner, ok := err.Value.(*async.PanicError); ok {
			return causeOf(inner, depth)
		}
		c.Type, c.Text = typeName(err.Value), valueText(err.Value)
	case *async.PanicError:
		c.Type, c.Text = typeName(err.Value), valueText(err.Value)
	case *Error:
		c.Text = shownText(err.Message)
		if err.Message == "" {
			c.Text = statusMessage(err.Status)
		}
	default:
		c.Text = valueText(err)
		if d, ok := err.(interface{ Detail() string }); ok {
			c.Detail = shownText(d.Detail())
		}
	}
	return c
}

func typeName(v any) string { return shownText(fmt.Sprintf("%T", v)) }

// valueText describes any value. Its methods are the program's own and may panic.
func valueText(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = "(its text can't be shown: the method that makes it panics)"
		}
	}()
	if err, ok := v.(error); ok {
		return shownText(err.Error())
	}
	return shownText(fmt.Sprint(settings.Redact("", v)))
}

// addTried lists the routes that a 404 of a router tells about.
func (d *debugData) addTried(err error) {
	var router interface{ Tried() []string }
	if d.Status != http.StatusNotFound || !errors.As(err, &router) {
		return
	}
	tried := router.Tried()
	d.HasTried = true
	if len(tried) > maxTried {
		d.TriedMore = len(tried) - maxTried
		tried = tried[:maxTried]
	}
	for _, route := range tried {
		d.Tried = append(d.Tried, shownText(route))
	}
}

// json makes problem details (RFC 9457) with more members than those for users.
func (d *debugData) json() []byte {
	type frame struct {
		Function string    `json:"function"`
		File     string    `json:"file"`
		Line     int       `json:"line"`
		Kind     frameKind `json:"kind"`
	}
	stack := []frame{}
	for _, s := range d.Stacks {
		for _, g := range s.Groups {
			for _, f := range g.Frames {
				stack = append(stack, frame{f.Func, f.File, f.Line, f.Kind})
			}
		}
	}
	b, _ := json.Marshal(struct { // strings and numbers: this can't fail
		Type      string       `json:"type"`
		Title     string       `json:"title"`
		Status    int          `json:"status"`
		Detail    string       `json:"detail"`
		Exception string       `json:"exception"`
		Causes    []debugCause `json:"causes"`
		Stack     []frame      `json:"stack"`
		Tried     []string     `json:"tried,omitempty"`
	}{"about:blank", d.Title, d.Status, d.Exception.Text, d.Exception.Type, append([]debugCause{}, d.Causes...), stack, d.Tried})
	return b
}

// text is the page for a terminal.
func (d *debugData) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n%s %s\n\n%s\n  %s\n", d.Status, d.Title, d.Method, d.Path, d.Exception.Text, d.Exception.Type)
	if len(d.Causes) > 0 {
		b.WriteString("\nCauses\n")
	}
	for _, c := range d.Causes {
		fmt.Fprintf(&b, "  %s%s\n  %s  %s\n", strings.Repeat("  ", c.Depth), c.Text, strings.Repeat("  ", c.Depth), c.Type)
		if c.Detail != "" {
			fmt.Fprintf(&b, "\n%s\n", c.Detail)
		}
	}
	if d.HasTried {
		b.WriteString("\nNuages tried these routes, in this order\n")
		for i, route := range d.Tried {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, route)
		}
		if d.TriedMore > 0 {
			fmt.Fprintf(&b, "  and %d more\n", d.TriedMore)
		}
	}
	for _, s := range d.Stacks {
		fmt.Fprintf(&b, "\n%s\n", s.Title)
		for _, g := range s.Groups {
			for _, f := range g.Frames {
				fmt.Fprintf(&b, "  %s:%d  %s (%s)\n", f.File, f.Line, f.Func, f.Kind)
			}
		}
	}
	b.WriteString("\nYou see this because Debug is on; with Debug off, visitors get the page of the status.\n")
	return strings.Map(func(c rune) rune { // what comes from outside must not steer the terminal
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return unicode.ReplacementChar
		}
		return c
	}, b.String())
}
