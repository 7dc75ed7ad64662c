package middleware

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/web"
)

// Precondition tells how a request is to be answered whose resource has this ETag ("" for none, with
// its quotes) and was last modified then (zero for unknown): 200 to go on, 304 or 412 (RFC 9110,
// section 13.2.2; Django's get_conditional_response). Last-Modified counts in whole seconds.
func Precondition(r *web.Request, etag string, modified time.Time) int {
	ifMatch := ParseETags(joined(r, "If-Match"))
	ifNoneMatch := ParseETags(joined(r, "If-None-Match"))
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if len(ifMatch) > 0 {
		if !matchesStrongly(etag, ifMatch) {
			return http.StatusPreconditionFailed
		}
	} else if since := sinceHeader(r, "If-Unmodified-Since"); since != 0 {
		if last := unixOf(modified); last == 0 || last > since {
			return http.StatusPreconditionFailed
		}
	}
	if len(ifNoneMatch) > 0 {
		switch {
		case !matchesWeakly(etag, ifNoneMatch):
		case read:
			return http.StatusNotModified
		default:
			return http.StatusPreconditionFailed
		}
	} else if since := sinceHeader(r, "If-Modified-Since"); since != 0 && read {
		if last := unixOf(modified); last != 0 && last <= since {
			return http.StatusNotModified
		}
	}
	return http.StatusOK
}

func joined(r *web.Request, name string) string {
	if lines := r.Header[name]; len(lines) > 0 {
		return strings.Join(lines, ",")
	}
	return ""
}

// sinceHeader returns a date of the request in seconds, 0 where there is none.
func sinceHeader(r *web.Request, name string) int64 {
	lines := r.Header[name]
	if len(lines) == 0 {
		return 0
	}
	t, err := ParseHTTPDate(lines[0])
	if err != nil {
		return 0
	}
	return t.Unix()
}

func unixOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// matchesStrongly is the comparison of If-Match: a weak tag only matches *.
func matchesStrongly(etag string, list []string) bool {
	switch {
	case etag == "":
		return false
	case list[0] == "*":
		return true
	}
	return !strings.HasPrefix(etag, "W/") && slices.Contains(list, etag)
}

// matchesWeakly is the comparison of If-None-Match.
func matchesWeakly(etag string, list []string) bool {
	switch {
	case etag == "":
		return false
	case list[0] == "*":
		return true
	}
	etag = strings.TrimPrefix(etag, "W/")
	return slices.ContainsFunc(list, func(s string) bool { return strings.TrimPrefix(s, "W/") == etag })
}

// ConditionalGet answers GET and HEAD with 304 when the client has the body already (Django's
// ConditionalGetMiddleware). A response of status 200 in memory gets an ETag, 128 bits of the
// SHA-256 of its body, unless it has one, is empty or is not to be stored. Bodies that are streamed
// are left alone: files answer conditions themselves, [Condition] answers for others before they
// are begun. It belongs inside of [Compress], as the tag is that of the plain body.
func ConditionalGet() web.Middleware {
	return web.Middleware{
		Name: "middleware.ConditionalGet", After: []string{"middleware.Security", "middleware.Compress"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				resp, err := next(r)
				if err != nil || r.Method != http.MethodGet && r.Method != http.MethodHead {
					return resp, err
				}
				return conditionalGet(r, resp)
			}
		},
	}
}

func conditionalGet(r *web.Request, resp web.Response) (web.Response, error) {
	if resp.Streaming() || resp.StatusCode() < 200 || resp.StatusCode() > 299 {
		return resp, nil
	}
	h := resp.Header()
	if h["Etag"] == nil && resp.StatusCode() == http.StatusOK && !hasDirective(h, "no-store") {
		body, err := resp.Content(r)
		if err != nil {
			return web.Response{}, err
		}
		if len(body) > 0 {
			h["Etag"] = []string{contentETag(body)}
		}
	}
	var modified time.Time
	if last := h["Last-Modified"]; len(last) > 0 {
		modified, _ = ParseHTTPDate(last[0]) // a date that can't be read is none
	}
	etag := ""
	if tags := h["Etag"]; len(tags) > 0 {
		etag = tags[0]
	}
	if etag == "" && modified.IsZero() {
		return resp, nil
	}
	switch Precondition(r, etag, modified) {
	case http.StatusNotModified:
		return notModified(&resp), nil
	case http.StatusPreconditionFailed:
		return web.Response{}, preconditionFailed()
	}
	return resp, nil
}

func preconditionFailed() error {
	return web.NewError(http.StatusPreconditionFailed, "This has changed since you last saw it, or is not there any more.", nil)
}

// notModified makes the 304 for a response: with the headers that RFC 9110, section 15.4.5, asks
// for, and the cookies.
func notModified(old *web.Response) web.Response {
	resp := web.NotModified()
	h := resp.Header()
	for _, name := range []string{"Cache-Control", "Content-Location", "Date", "Etag", "Expires", "Last-Modified", "Vary"} {
		if v, ok := old.Header()[name]; ok {
			h[name] = v
		}
	}
	for _, c := range old.Cookies() {
		resp.SetCookie(c)
	}
	return resp
}

// A Validator tells what a resource is at the moment: its ETag, with or without quotes, "" for none,
// and when it was last modified, zero for unknown. It should be much cheaper than the view.
type Validator func(*web.Request) (etag string, modified time.Time, err error)

// Condition asks a Validator before the view runs, and answers 304 to a client that has the resource
// already and 412 to one that would change what it has not seen (Django's condition, etag and
// last_modified). GET and HEAD get ETag and Last-Modified, unless the view has set them.
//
//	urls.Path("albums/<int:id>/", middleware.Condition(albumVersion)(album))
func Condition(validate Validator) func(web.Handler) web.Handler {
	return func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			etag, modified, err := validate(r)
			if err != nil {
				return web.Response{}, fmt.Errorf("validate condition: %w", err)
			}
			if etag != "" {
				etag = QuoteETag(etag)
			}
			var resp web.Response
			switch Precondition(r, etag, modified) {
			case http.StatusPreconditionFailed:
				return web.Response{}, preconditionFailed()
			case http.StatusNotModified:
				resp = web.NotModified()
			default:
				if resp, err = next(r); err != nil {
					return resp, err
				}
			}
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				setValidators(resp.Header(), etag, modified)
			}
			return resp, nil
		}
	}
}

func setValidators(h http.Header, etag string, modified time.Time) {
	if etag != "" {
		setDefault(h, "Etag", []string{etag})
	}
	if !modified.IsZero() {
		setDefault(h, "Last-Modified", []string{FormatHTTPDate(modified)})
	}
}
