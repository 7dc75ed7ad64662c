package web

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// Limits bounds what a request may hold. A zero field takes its default; a negative one lifts the
// limit. What breaks a limit is answered with the status named, never with an empty form.
type Limits struct {
	// Body is the most bytes of a body that are read into memory: Request.Body, JSON, and the
	// fields of a form (files apart). Default 2.5 MiB, as Django's DATA_UPLOAD_MAX_MEMORY_SIZE. 413.
	Body int64
	// Upload is the most bytes of a multipart body, files included. Default 32 MiB. 413.
	Upload int64
	// FileMemory is the size in bytes up to which an uploaded file is held in memory instead of a
	// temporary file. Default 2.5 MiB, as Django's FILE_UPLOAD_MAX_MEMORY_SIZE.
	FileMemory int64
	// Fields is the most parameters of a query and the most fields of a form. Default 1,000, as
	// Django's DATA_UPLOAD_MAX_NUMBER_FIELDS. 400.
	Fields int
	// Files is the most files of a form. Default 100, as Django's DATA_UPLOAD_MAX_NUMBER_FILES. 400.
	Files int
	// Cookies is the most cookies of a request. Default 300; browsers stop at about 180. 431.
	Cookies int
	// URL is the most bytes of the request target. Default 8,192. 414.
	URL int
	// Headers is the most header fields. Default 100. 431.
	Headers int
}

const (
	defaultMemory  = 2_621_440 // 2.5 MiB
	defaultUpload  = 32 << 20
	defaultFields  = 1000
	defaultFiles   = 100
	defaultCookies = 300
	defaultURL     = 8192
	defaultHeaders = 100
)

func (l Limits) withDefaults() Limits {
	l.Body = orDefault(l.Body, defaultMemory)
	l.Upload = orDefault(l.Upload, defaultUpload)
	l.FileMemory = orDefault(l.FileMemory, defaultMemory)
	l.Fields = orDefault(l.Fields, defaultFields)
	l.Files = orDefault(l.Files, defaultFiles)
	l.Cookies = orDefault(l.Cookies, defaultCookies)
	l.URL = orDefault(l.URL, defaultURL)
	l.Headers = orDefault(l.Headers, defaultHeaders)
	return l
}

func orDefault[T int | int64](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// exceeds tells whether n is over a limit; a negative limit is none.
func exceeds[T int | int64](n, limit T) bool { return limit >= 0 && n > limit }

// check looks at everything of a request but its body, in time linear in its length.
func (r *Request) check() error {
	raw, l := r.s.raw, r.s.limits
	if raw.Method == http.MethodConnect {
		return BadRequest("This server is no proxy: it takes CONNECT for WebSockets only.")
	}
	if exceeds(len(raw.RequestURI), l.URL) {
		return NewError(http.StatusRequestURITooLong, "The address of this request is too long.", nil)
	}
	if err := checkFields(raw.Header, l.Headers); err != nil {
		return err
	}
	if !cleanText(raw.URL.Path) {
		return BadRequest("The path of this request holds a NUL byte or is not valid UTF-8.")
	}
	if !validHost(raw.Host) {
		return &Error{Status: http.StatusBadRequest, Message: "The Host header of this request is not valid.", Cause: &HostError{Host: raw.Host}}
	}
	if err := checkQuery(raw.URL.RawQuery, l.Fields); err != nil {
		return err
	}
	return checkCookies(raw.Header["Cookie"], l.Cookies)
}

// checkFields refuses too many header fields, and NUL bytes or invalid UTF-8 in those that are read
// by the framework. Others, as User-Agent, may hold what old clients put there.
func checkFields(h http.Header, limit int) error {
	n := 0
	for name, values := range h {
		n += len(values)
		for _, v := range values {
			if !cleanText(v) && readHere(name) {
				return BadRequest("The header " + name + " of this request holds a NUL byte or is not valid UTF-8.")
			}
		}
	}
	if exceeds(n, limit) {
		return NewError(http.StatusRequestHeaderFieldsTooLarge, "This request has too many headers.", nil)
	}
	return nil
}

func readHere(header string) bool {
	switch header {
	case "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Connection", "Content-Type",
		"Forwarded", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since",
		"Last-Event-Id", "Origin", "Range", "Upgrade":
		return true
	}
	return strings.HasPrefix(header, "Sec-") || strings.HasPrefix(header, "X-Forwarded-")
}

// checkQuery refuses too many parameters, NUL bytes and invalid UTF-8, also percent-encoded.
func checkQuery(query string, fields int) error {
	if query == "" {
		return nil
	}
	if exceeds(strings.Count(query, "&")+1, fields) {
		return BadRequest("The query of this request has too many parameters.")
	}
	if strings.IndexByte(query, '%') >= 0 {
		query = unescapeQuery(query)
	}
	if !cleanText(query) {
		return BadRequest("The query of this request holds a NUL byte or is not valid UTF-8.")
	}
	return nil
}

func checkCookies(lines []string, limit int) error {
	n := 0
	for _, line := range lines {
		n += strings.Count(line, ";") + 1
		if exceeds(n, limit) {
			return NewError(http.StatusRequestHeaderFieldsTooLarge, "This request has too many cookies.", nil)
		}
		if !cleanText(line) {
			return errDirtyCookie
		}
		if !strings.Contains(line, `\000`) {
			continue
		}
		for _, c := range parseCookies(nil, line) {
			if !cleanText(unquoteCookieValue(c.value)) {
				return errDirtyCookie
			}
		}
	}
	return nil
}

var errDirtyCookie = BadRequest("A cookie of this request holds a NUL byte or is not valid UTF-8.")

// cleanText tells whether s is valid UTF-8 without NUL.
func cleanText(s string) bool {
	return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s)
}
