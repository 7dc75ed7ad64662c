package devserver

import (
	_ "embed" // the page below
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

type pageData struct {
	Title    string
	Lead     string
	Problems []Problem
	Output   string
	Script   string
}

// errorPage shows why there is no program to answer.
func errorPage(w http.ResponseWriter, r *http.Request, err error) {
	d := pageData{Title: "The program can’t be served", Lead: err.Error(), Script: scriptPath}
	var build *BuildError
	var exit *ExitError
	switch {
	case errors.As(err, &build):
		d.Title, d.Problems = "The program does not compile", build.Problems
		d.Lead = "The page comes back by itself when the source has been corrected."
		if len(build.Problems) == 0 {
			d.Output = build.Output
		}
	case errors.As(err, &exit):
		d.Title, d.Output = "The program has ended", strings.TrimSpace(exit.Output)
		d.Lead = "It is started again when its source changes. " + capitalize(exit.Error()) + "."
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if !isNavigation(r) && !strings.Contains(r.Header.Get("Accept"), "text/html") {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusInternalServerError)
		writeText(w, d)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	_ = pageTemplate.Execute(w, d) // fails only when the client has gone
}

func writeText(w io.Writer, d pageData) {
	fmt.Fprintf(w, "%s\n\n", d.Title)
	for _, p := range d.Problems {
		fmt.Fprintf(w, "%s:%d:%d: %s\n", p.File, p.Line, p.Column, p.Text)
	}
	if len(d.Problems) == 0 {
		fmt.Fprintf(w, "%s\n%s\n", d.Lead, d.Output)
	}
}

func capitalize(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
