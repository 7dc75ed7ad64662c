package web

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// debugTable is a titled list of names and values.
type debugTable struct {
	Title string
	Rows  []debugRow
	Empty string // said where there are no rows
	More  int    // rows that are not listed
	Open  bool
}

type debugRow struct{ Name, Value string }

// maxRows bounds each table of the page.
const maxRows = 200

func (t *debugTable) add(name, value string) {
	if len(t.Rows) == maxRows {
		t.More++
		return
	}
	t.Rows = append(t.Rows, debugRow{shownText(name), value})
}

// shownPath is the path of the request, secrets that the route captured left out, as the token of
// a password reset.
func shownPath(r *Request) string {
	path := r.Path()
	if m := r.Match(); m != nil {
		for _, v := range m.Values {
			if hiddenName(v.Name) && v.Raw != "" {
				path = strings.ReplaceAll(path, v.Raw, hiddenMark)
			}
		}
	}
	return shownText(path)
}

// addRequest notes what is known of the request and the site.
func (d *debugData) addRequest(r *Request) {
	d.Tables = []debugTable{
		matchTable(r), queryTable(r), formTable(r), cookieTable(r), headerTable(r), connectionTable(r), settingsTable(r.s.site),
	}
}

func matchTable(r *Request) debugTable {
	t := debugTable{Title: "Route", Empty: "No route was chosen.", Open: true}
	m := r.Match()
	if m == nil {
		return t
	}
	t.add("Route", shownText(m.Route))
	if m.Name != "" {
		t.add("Name", shownText(m.ViewName()))
	}
	if m.View != "" {
		t.add("View", shownText(m.View))
	}
	if m.Site != "" {
		t.add("Declared in", shownText(m.Site))
	}
	for _, v := range m.Values {
		t.add("Value "+v.Name, shownValue(v.Name, v.Raw))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Extra)) {
		text := hiddenMark
		if !hiddenName(name) {
			text = valueText(m.Extra[name])
		}
		t.add("Extra "+name, text)
	}
	return t
}

func queryTable(r *Request) debugTable {
	t := debugTable{Title: "Query", Empty: "No parameters.", Open: true}
	t.addValues(r.Query())
	return t
}

func (t *debugTable) addValues(v Values) {
	for name, values := range v.Lists() {
		for _, value := range values {
			t.add(name, shownValue(name, value))
		}
	}
}

// formTable shows the form if the view has parsed it: to read the body now could block.
func formTable(r *Request) debugTable {
	t := debugTable{Title: "Form", Empty: "The form is empty.", Open: true}
	in := r.s.input()
	switch {
	case in.formErr != nil:
		t.Empty = "The form could not be read: " + valueText(in.formErr)
	case in.form == nil:
		t.Empty = "No form was read."
	default:
		t.addValues(in.form.Values)
		for _, f := range in.form.AllFiles() {
			t.add(f.Field, shownText(fmt.Sprintf("file %q, %s, %s", f.Name, f.ContentType, byteSize(f.Size))))
		}
	}
	return t
}

// maxShownCookie is the length in bytes up to which cookies are shown. Sessions and tokens are
// longer, whatever their cookie is called.
const maxShownCookie = 20

func cookieTable(r *Request) debugTable {
	t := debugTable{Title: "Cookies", Empty: "No cookies."}
	cookies := r.Cookies()
	for _, name := range slices.Sorted(maps.Keys(cookies)) {
		value := hiddenMark
		if len(cookies[name]) <= maxShownCookie {
			value = shownValue(name, cookies[name])
		}
		t.add(name, value)
	}
	return t
}

func headerTable(r *Request) debugTable {
	t := debugTable{Title: "Headers", Empty: "No headers."}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			t.add(name, shownValue(name, value))
		}
	}
	return t
}

func connectionTable(r *Request) debugTable {
	t := debugTable{Title: "Connection"}
	t.add("Host", shownText(r.Host()))
	t.add("Scheme", r.Scheme())
	t.add("Protocol", shownText(r.s.raw.Proto))
	t.add("Client", addrText(r.RemoteAddr().IsValid(), r.RemoteAddr().String()))
	t.add("Peer", shownText(r.s.raw.RemoteAddr))
	if c := r.s.raw.TLS; c != nil {
		t.add("TLS", tls.VersionName(c.Version)+", "+tls.CipherSuiteName(c.CipherSuite))
		t.add("TLS server name", shownText(c.ServerName))
	} else {
		t.add("TLS", "no")
	}
	t.add("Mounted under", shownText(defaultString(r.ScriptName(), "/")))
	return t
}

func addrText(valid bool, s string) string {
	if !valid {
		return "unknown (a Unix socket or a pipe)"
	}
	return s
}

// settingsTable shows the options of the site. Keys of signers are not among them.
func settingsTable(s *site) debugTable {
	t := debugTable{Title: "Settings"}
	t.add("Debug", fmt.Sprint(s.Debug))
	names := make([]string, len(s.Middleware))
	for i, m := range s.Middleware {
		names[i] = m.Name
	}
	t.add("Middleware", shownText(defaultString(strings.Join(names, "\n"), "none")))
	hosts := s.DebugHosts
	if hosts == nil {
		hosts = localHosts
	}
	t.add("DebugHosts", shownText(strings.Join(hosts, ", ")))
	var prefixes []string
	for _, p := range s.InternalIPs {
		prefixes = append(prefixes, p.String())
	}
	t.add("InternalIPs", shownText(defaultString(strings.Join(prefixes, ", "), "loopback only")))
	t.add("Limits", fmt.Sprintf("body %s, upload %s, file in memory %s\nfields %s, files %s, cookies %s, headers %s, URL %s",
		sizeText(s.Limits.Body), sizeText(s.Limits.Upload), sizeText(s.Limits.FileMemory), countText(s.Limits.Fields), countText(s.Limits.Files),
		countText(s.Limits.Cookies), countText(s.Limits.Headers), sizeText(int64(s.Limits.URL))))
	t.add("PropagatePanics", fmt.Sprint(s.PropagatePanics))
	t.add("SecureCookies", fmt.Sprint(s.SecureCookies))
	t.add("Signed cookies", typeOrNone(s.Cookies))
	t.add("Templates", typeOrNone(s.Templates))
	t.add("ErrorPages", defaultString(strings.Trim(fmt.Sprint(slices.Sorted(maps.Keys(s.ErrorPages))), "[]"), "built in"))
	t.add("ScriptName", shownText(defaultString(s.ScriptName, "none")))
	return t
}

func typeOrNone(v any) string {
	if v == nil {
		return "none"
	}
	return typeName(v)
}

func sizeText(n int64) string {
	if n < 0 {
		return "unlimited"
	}
	return byteSize(n)
}

func countText(n int) string {
	if n < 0 {
		return "unlimited"
	}
	return itoa(n)
}
