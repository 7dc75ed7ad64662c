package web

import (
	"net/http"
	"strings"
)

// TemplateKey answers for what Django's templates ask a request for by names that no method has:
// {{ request.GET.page }}, POST, COOKIES, META, headers and resolver_match. The form is that of
// [Request.Form]; one that can't be read is empty.
func (r *Request) TemplateKey(name string) (any, bool) {
	switch name {
	case "GET":
		return r.Query(), true
	case "POST":
		if form, err := r.Form(); err == nil {
			return form.Values, true
		}
		return Values{}, true
	case "COOKIES":
		return r.Cookies(), true
	case "META":
		return requestMeta{r}, true
	case "headers":
		return requestHeaders{r}, true
	case "content_type":
		mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		return strings.TrimSpace(mediaType), true
	case "resolver_match":
		if m := r.Match(); m != nil {
			return m, true
		}
		return nil, true
	}
	return nil, false
}

// requestMeta is Django's request.META, as far as it comes from the request.
type requestMeta struct{ r *Request }

func (m requestMeta) TemplateKey(name string) (any, bool) {
	r := m.r
	switch name {
	case "REQUEST_METHOD":
		return r.Method, true
	case "PATH_INFO":
		return r.PathInfo(), true
	case "SCRIPT_NAME":
		return r.ScriptName(), true
	case "QUERY_STRING":
		return r.URL.RawQuery, true
	case "REMOTE_ADDR":
		return r.RemoteAddr().String(), true
	case "SERVER_NAME":
		return r.Hostname(), true
	case "CONTENT_TYPE", "CONTENT_LENGTH":
		return requestHeaders{r}.TemplateKey(name)
	}
	header, ok := strings.CutPrefix(name, "HTTP_")
	if !ok {
		return nil, false
	}
	return requestHeaders{r}.TemplateKey(header)
}

// requestHeaders are the headers by their names with underscores, in any case: a template has no
// hyphens in names.
type requestHeaders struct{ r *Request }

func (h requestHeaders) TemplateKey(name string) (any, bool) {
	values, ok := h.r.Header[http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))]
	return strings.Join(values, ","), ok
}

// TemplateKey answers for Django's names of a match: url_name, view_name, namespace, kwargs, route.
func (m *Match) TemplateKey(name string) (any, bool) {
	switch name {
	case "url_name":
		return m.Name, true
	case "view_name":
		return m.ViewName(), true
	case "namespace":
		return strings.Join(m.Namespaces, ":"), true
	case "app_name":
		return strings.Join(m.AppNames, ":"), true
	case "kwargs":
		kwargs := make(map[string]any, len(m.Values)+len(m.Extra))
		for _, v := range m.Values {
			if v.Name == "" {
				continue
			}
			kwargs[v.Name] = v.Raw
			if v.Value != nil {
				kwargs[v.Name] = v.Value
			}
		}
		for name, v := range m.Extra {
			kwargs[name] = v
		}
		return kwargs, true
	}
	return nil, false
}
