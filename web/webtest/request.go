package webtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// A Request is what [Client.Do] sends.
type Request struct {
	// Method is the HTTP method. Default GET.
	Method string
	// Path is the path below the client's host, or a URL of any host. It may have a query; what may
	// not stand in a URL, as spaces and umlauts, is escaped.
	Path string
	// Query is added to the query of the path.
	Query url.Values
	// Header is sent beside the client's own; a name here replaces the client's.
	Header http.Header
	// Body is sent as it is read. A redirect that keeps it, as 307, needs an io.Seeker.
	Body io.Reader
	// Host, RemoteAddr and Secure replace those of the client's [Options], if they aren't zero.
	Host, RemoteAddr string
	Secure           bool
	// HTTP2 speaks HTTP/2, also where the client does not.
	HTTP2 bool
	// Context ends the request when it ends: the client leaves. Default: none.
	Context context.Context
}

// A File is one file of a multipart form.
type File struct {
	Field, Name string
	// ContentType is the declared media type. Default "application/octet-stream".
	ContentType string
	Data        []byte
}

// FormRequest makes a request with a URL-encoded form; for GET and HEAD the form is the query.
func FormRequest(method, path string, form Form) Request {
	if method == http.MethodGet || method == http.MethodHead {
		return Request{Method: method, Path: path, Query: form}
	}
	return bodyRequest(method, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// MultipartRequest makes a request with a form and files, as multipart/form-data.
func MultipartRequest(method, path string, form Form, files ...File) Request {
	var entries []entry
	for _, name := range sortedKeys(form) {
		for _, value := range form[name] {
			entries = append(entries, entry{name: name, value: value})
		}
	}
	for _, f := range files {
		entries = append(entries, entry{name: f.Field, file: &f})
	}
	contentType, body := encodeMultipart(entries)
	return bodyRequest(method, path, contentType, body)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// entry is one entry of a form's data set.
type entry struct {
	name, value string
	file        *File
}

var quoteName = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")

// encodeMultipart is the HTML standard's encoding of multipart/form-data.
func encodeMultipart(entries []entry) (contentType string, body []byte) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, e := range entries {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + quoteName.Replace(e.name) + `"`
		data := []byte(e.value)
		if e.file != nil {
			disposition += `; filename="` + quoteName.Replace(e.file.Name) + `"`
			h.Set("Content-Type", "application/octet-stream")
			if e.file.ContentType != "" {
				h.Set("Content-Type", e.file.ContentType)
			}
			data = e.file.Data
		}
		h.Set("Content-Disposition", disposition)
		part, _ := w.CreatePart(h) // a bytes.Buffer takes everything
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return w.FormDataContentType(), buf.Bytes()
}

func emptyURL() *url.URL { return &url.URL{Path: "/"} }

// target returns the URL that a request asks for.
func (r *Request) target(o *Options) (*url.URL, error) {
	u, err := url.Parse(web.IRIToURI(strings.ReplaceAll(r.Path, " ", "%20")))
	if err != nil {
		return nil, fmt.Errorf("the path is not a valid URL (send it with Raw to test that): %w", err)
	}
	if u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("a client can't ask for %s URLs", u.Scheme)
	}
	if u.Scheme == "" {
		u.Scheme = "http"
		if r.Secure || o.Secure {
			u.Scheme = "https"
		}
	}
	if r.Host != "" {
		u.Host = r.Host
	} else if u.Host == "" {
		u.Host = o.Host
	}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path, u.RawPath = "/"+u.Path, ""
	}
	if len(r.Query) > 0 {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += r.Query.Encode()
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// build makes the request for net/http. Its URL is always http: TLS is make-believe.
func (r *Request) build(ctx context.Context, c *Client, u *url.URL) (*http.Request, error) {
	method := strings.ToUpper(r.Method)
	if method == "" {
		method = http.MethodGet
	}
	plain := *u
	plain.Scheme = "http"
	raw, err := http.NewRequestWithContext(ctx, method, plain.String(), r.Body)
	if err != nil {
		return nil, err
	}
	raw.Header = http.Header{"User-Agent": {""}} // net/http names itself otherwise
	for _, h := range []http.Header{c.opts.Header, r.Header} {
		for k, v := range h {
			raw.Header[http.CanonicalHeaderKey(k)] = slices.Clone(v)
		}
	}
	if host := raw.Header.Get("Host"); host != "" {
		raw.Host = host
		raw.Header.Del("Host")
	}
	if cookies := c.jar.header(raw.Host, cookiePath(u), u.Scheme == "https"); cookies != "" && raw.Header["Cookie"] == nil {
		raw.Header["Cookie"] = []string{cookies}
	}
	return raw, nil
}

func cookiePath(u *url.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

// remoteAddr returns the client's address with a port.
func (r *Request) remoteAddr(o *Options) string {
	addr := r.RemoteAddr
	if addr == "" {
		addr = o.RemoteAddr
	}
	return withPort(addr)
}
