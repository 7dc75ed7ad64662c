package asgi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Header is one header field. Name is in lower case. Both strings hold the
// bytes of the wire, which need not be UTF-8.
type Header struct {
	Name  string
	Value string
}

// Headers is a list of header fields in their order; a name may occur more
// than once.
type Headers []Header

// Value returns the first value of the named field, "" when there is none. The
// name is compared without regard to case.
func (h Headers) Value(name string) string {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

func (h Headers) has(name string) bool {
	return slices.ContainsFunc(h, func(f Header) bool { return strings.EqualFold(f.Name, name) })
}

// Values returns all values of the named field in their order. The name is
// compared without regard to case.
func (h Headers) Values(name string) []string {
	var values []string
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			values = append(values, h[i].Value)
		}
	}
	return values
}

// HTTP returns the fields as a new http.Header, names in canonical form.
func (h Headers) HTTP() http.Header {
	header := make(http.Header, len(h))
	for _, field := range h {
		header.Add(field.Name, field.Value)
	}
	return header
}

// HeadersOf returns the fields of header sorted by name, names in lower case,
// the values of one name in their order.
func HeadersOf(header http.Header) Headers {
	return appendHeader(make(Headers, 0, len(header)), header)
}

func appendHeader(fields Headers, header http.Header) Headers {
	start := len(fields)
	for name, values := range header {
		lower, ok := usual[name]
		if !ok {
			lower = strings.ToLower(name)
		}
		for _, value := range values {
			fields = append(fields, Header{lower, value})
		}
	}
	// Stable: values of one name were appended together and stay in order.
	slices.SortStableFunc(fields[start:], func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// usual are the names of the fields that most requests have, which need not be made anew each time.
var usual = map[string]string{
	"Accept": "accept", "Accept-Encoding": "accept-encoding", "Accept-Language": "accept-language",
	"Authorization": "authorization", "Cache-Control": "cache-control", "Connection": "connection",
	"Content-Length": "content-length", "Content-Type": "content-type", "Cookie": "cookie", "Dnt": "dnt",
	"If-Modified-Since": "if-modified-since", "If-None-Match": "if-none-match", "Origin": "origin", "Pragma": "pragma",
	"Priority": "priority", "Range": "range", "Referer": "referer", "Sec-Fetch-Dest": "sec-fetch-dest",
	"Sec-Fetch-Mode": "sec-fetch-mode", "Sec-Fetch-Site": "sec-fetch-site", "Sec-Fetch-User": "sec-fetch-user",
	"Te": "te", "Upgrade-Insecure-Requests": "upgrade-insecure-requests", "User-Agent": "user-agent",
	"X-Csrftoken": "x-csrftoken", "X-Forwarded-For": "x-forwarded-for", "X-Forwarded-Host": "x-forwarded-host",
	"X-Forwarded-Proto": "x-forwarded-proto", "X-Real-Ip": "x-real-ip", "X-Requested-With": "x-requested-with",
}

// checkHeaders refuses what would let an application, or a user through it,
// write header lines of their own (RFC 9110, sections 5.1 and 5.5).
func checkHeaders(event string, fields Headers) error {
	for _, field := range fields {
		if !validToken(field.Name) {
			return protocolError(event, "invalid header name "+strconv.Quote(field.Name))
		}
		if !validFieldValue(field.Value) {
			return protocolError(event, "invalid value of header "+field.Name+": control character")
		}
	}
	return nil
}

func validToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

func validFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// contentLength returns the declared length of a body, -1 when none is.
func contentLength(event string, fields Headers) (int64, error) {
	length := int64(-1)
	for _, field := range fields {
		if !strings.EqualFold(field.Name, "content-length") {
			continue
		}
		n, err := strconv.ParseUint(field.Value, 10, 63)
		if err != nil || length >= 0 && length != int64(n) {
			return 0, protocolError(event, "invalid content-length "+strconv.Quote(field.Value))
		}
		length = int64(n)
	}
	return length, nil
}

// headerHasToken reports whether one of the comma-separated elements of a
// field is token, without regard to case and parameters.
func headerHasToken(values []string, token string) bool {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			part, _, _ = strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}
