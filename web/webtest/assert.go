package webtest

import (
	"net/http"
	"slices"
	"strings"
)

// AssertStatus fails the test unless the page has this status.
func (p *Page) AssertStatus(status int) {
	p.t.Helper()
	if p.Status != status {
		p.t.Errorf("%s, want %s\n%s", p, statusText(status), p.excerpt())
	}
}

// ContainsOptions configures [Page.AssertContains] and [Page.AssertNotContains].
type ContainsOptions struct {
	// Status is what the page's status has to be. Default 200; negative: any.
	Status int
	// Count is how many times the text has to be there. Default: once or more often.
	Count int
	// HTML compares as [AssertInHTML] does.
	HTML bool
}

func (p *Page) checkStatus(opts *ContainsOptions) ContainsOptions {
	p.t.Helper()
	var o ContainsOptions
	if opts != nil {
		o = *opts
	}
	if o.Status == 0 {
		o.Status = http.StatusOK
	}
	if o.Status > 0 {
		p.AssertStatus(o.Status)
	}
	return o
}

// AssertContains fails the test unless the page has status 200 and its body holds a text (Django's
// assertContains).
func (p *Page) AssertContains(text string, opts *ContainsOptions) {
	p.t.Helper()
	o := p.checkStatus(opts)
	if o.HTML {
		var count []int
		if o.Count > 0 {
			count = []int{o.Count}
		}
		AssertInHTML(p.t, text, p.Body, count...)
		return
	}
	switch found := strings.Count(p.Body, text); {
	case o.Count > 0 && found != o.Count:
		p.t.Errorf("%s: the body holds %q %d times, want %d\n%s", p, text, found, o.Count, p.excerpt())
	case found == 0:
		p.t.Errorf("%s: the body does not hold %q\n%s", p, text, p.excerpt())
	}
}

// AssertNotContains fails the test unless the page has status 200 and its body does not hold a text.
// The Count of the options is not used.
func (p *Page) AssertNotContains(text string, opts *ContainsOptions) {
	p.t.Helper()
	o := p.checkStatus(opts)
	if o.HTML {
		AssertNotInHTML(p.t, text, p.Body)
	} else if strings.Contains(p.Body, text) {
		p.t.Errorf("%s: the body holds %q\n%s", p, text, p.excerpt())
	}
}

// RedirectOptions configures [Page.AssertRedirects].
type RedirectOptions struct {
	// Status is that of the redirect, of the first one if redirects were followed. Default 302.
	Status int
	// TargetStatus is that of the page it leads to. Default 200.
	TargetStatus int
	// SkipTarget does not ask for the page it leads to.
	SkipTarget bool
}

// AssertRedirects fails the test unless the page is a redirect to a URL that answers with 200, or was
// reached over redirects. Both URLs are taken relative to the page; the order of query parameters
// does not count (Django's assertRedirects).
func (p *Page) AssertRedirects(to string, opts *RedirectOptions) {
	p.t.Helper()
	var o RedirectOptions
	if opts != nil {
		o = *opts
	}
	if o.Status == 0 {
		o.Status = http.StatusFound
	}
	if o.TargetStatus == 0 {
		o.TargetStatus = http.StatusOK
	}
	if len(p.History) > 0 {
		if first := p.History[0]; first.Status != o.Status {
			p.t.Errorf("%s answered %s, want %s", first.From, statusText(first.Status), statusText(o.Status))
		}
		p.assertLeads(p.History[len(p.History)-1].URL, to)
		p.AssertStatus(o.TargetStatus)
		return
	}
	location := p.Location()
	if p.Status != o.Status || location == "" {
		p.t.Errorf("%s, want %s to %s\n%s", p, statusText(o.Status), to, p.excerpt())
		return
	}
	p.assertLeads(location, to)
	if !o.SkipTarget && p.client != nil {
		direct := p.client.clone()
		direct.opts.FollowRedirects = false
		direct.Get(location).AssertStatus(o.TargetStatus)
	}
}

// assertLeads compares where a redirect led to with where it was to lead to.
func (p *Page) assertLeads(got, to string) {
	p.t.Helper()
	want, err := p.URL.Parse(to)
	if err != nil {
		p.t.Errorf("AssertRedirects: %v", err)
		return
	}
	AssertURLEqual(p.t, got, want.String())
}

// AssertHTMLEqual fails the test unless the body means the same HTML; see the function.
func (p *Page) AssertHTMLEqual(want string) {
	p.t.Helper()
	AssertHTMLEqual(p.t, p.Body, want)
}

// AssertInHTML fails the test unless a fragment of HTML is in the body; see the function.
func (p *Page) AssertInHTML(fragment string, count ...int) {
	p.t.Helper()
	AssertInHTML(p.t, fragment, p.Body, count...)
}

// AssertNotInHTML fails the test if a fragment of HTML is in the body.
func (p *Page) AssertNotInHTML(fragment string) {
	p.t.Helper()
	AssertNotInHTML(p.t, fragment, p.Body)
}

// AssertJSONEqual fails the test unless the body carries the same data as a JSON text.
func (p *Page) AssertJSONEqual(want string) {
	p.t.Helper()
	AssertJSONEqual(p.t, p.Body, want)
}

// AssertXMLEqual fails the test unless the body is the same XML; see the function.
func (p *Page) AssertXMLEqual(want string) {
	p.t.Helper()
	AssertXMLEqual(p.t, p.Body, want)
}

// AssertTemplateUsed fails the test unless a template took part in the page.
func (p *Page) AssertTemplateUsed(name string) {
	p.t.Helper()
	if !slices.Contains(p.Templates, name) {
		p.t.Errorf("%s: template %q was not rendered, only %q", p, name, p.Templates)
	}
}

// AssertTemplateNotUsed fails the test if a template took part in the page.
func (p *Page) AssertTemplateNotUsed(name string) {
	p.t.Helper()
	if slices.Contains(p.Templates, name) {
		p.t.Errorf("%s: template %q was rendered", p, name)
	}
}

// AssertHeader fails the test unless a header has exactly this value; several lines of it are joined
// by ", ". "" means that it is missing or empty.
func (p *Page) AssertHeader(name, value string) {
	p.t.Helper()
	if got := strings.Join(p.Header.Values(name), ", "); got != value {
		p.t.Errorf("%s: header %s is %q, want %q", p, http.CanonicalHeaderKey(name), got, value)
	}
}

// AssertCookie fails the test unless the response sets a cookie to a value.
func (p *Page) AssertCookie(name, value string) {
	p.t.Helper()
	c, ok := p.Cookie(name)
	switch {
	case !ok:
		p.t.Errorf("%s: sets no cookie %q, only %q", p, name, p.Header.Values("Set-Cookie"))
	case c.Value != value:
		p.t.Errorf("%s: sets the cookie %q to %q, want %q", p, name, c.Value, value)
	}
}

// AssertNoCookie fails the test if the response sets a cookie of a name, unless to delete it.
func (p *Page) AssertNoCookie(name string) {
	p.t.Helper()
	if c, ok := p.Cookie(name); ok && c.MaxAge >= 0 {
		p.t.Errorf("%s: sets the cookie %q to %q", p, name, c.Value)
	}
}
