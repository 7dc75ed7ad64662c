package devserver

import (
	_ "embed" // the page below
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/netip"
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
func (s *supervisor) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	d := pageData{Title: "The program can’t be served", Lead: capitalize(err.Error()) + ".", Script: s.viewers.script()}
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
		d.Lead = "It is started again when its source changes. It ended with " + exit.status() + "."
	}
	if !isLocal(r) {
		d.Problems, d.Output = nil, ""
		d.Lead = "The terminal that runserver was started in says why; so does this page to a browser on the same machine."
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

// isLocal tells whether the client is on this machine and asked for it by a name that only this
// machine has: source is for nobody else, nor for another site's page whose name has been made to lead
// here (DNS rebinding).
func isLocal(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	addr, err := netip.ParseAddr(host)
	if local := err == nil && addr.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost"); !local {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// writeText writes the page for those who don't read HTML.
func writeText(w io.Writer, d pageData) {
	fmt.Fprintf(w, "%s\n%s\n", d.Title, d.Lead)
	for _, p := range d.Problems {
		fmt.Fprintf(w, "\n%s: %s\n", p.Place(), p.Text)
		for _, l := range p.Excerpt {
			mark := " "
			if l.Here {
				mark = ">"
			}
			fmt.Fprintf(w, "%s %5d  %s%s%s\n", mark, l.Number, l.Before, l.Mark, l.After)
		}
	}
	if d.Output != "" {
		fmt.Fprintf(w, "\n%s\n", d.Output)
	}
}

func capitalize(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
