// Package startpage makes the page that a project without routes shows at / while debugging: that
// it works, how it is set up, and what to do next.
//
//	page := startpage.Page(startpage.Info{Project: "shop", Debug: true, Routes: "routes.go"})
package startpage

import (
	"bytes"
	_ "embed" // the page below
	"html/template"
	"sync"
)

// Info is what the page tells. Empty texts and lists are left out.
type Info struct {
	// Project is the project's name, Version the version of Nuages, GoVersion that of Go.
	Project, Version, GoVersion string
	// Debug says that debugging is on, which is why the page is shown at all.
	Debug bool
	// Rows are what is configured: secret key, allowed hosts, middleware, apps, address.
	Rows []Row
	// Next are the commands to go on with, three of them at best.
	Next []Step
	// Routes is the file where routes are declared: "routes.go".
	Routes string
	// Nonce is the one of the response's Content-Security-Policy, for the page's style. Default
	// none. The page holds no other style, no script, and nothing from elsewhere.
	Nonce string
}

// A Row is a thing that is configured, or is not yet.
type Row struct {
	Name, Value string
	Hint        string // what to do about it, "" for nothing
	OK          bool
}

// A Step is a command and what it does.
type Step struct{ Command, What string }

//go:embed page.html
var source string

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("start").Parse(source))
})

// Page returns the page as HTML. Everything in info is escaped.
func Page(info Info) []byte {
	var buf bytes.Buffer
	if err := page().Execute(&buf, info); err != nil {
		panic("startpage: " + err.Error()) // the template and its data are ours: tests run it
	}
	return buf.Bytes()
}
