package web

import (
	"bytes"
	"io"
	"net/http"
)

// FromHTTP makes a view of an http.Handler. It writes to the connection itself when the response is
// sent, so flushing, hijacking and trailers work as ever; headers that middleware has set are there
// before it. Values of the route are found with (*http.Request).PathValue, and the [Request] with
// [FromContext].
func FromHTTP(h http.Handler) Handler {
	return func(*Request) (Response, error) {
		return Response{sender: handlerBody{h}}, nil
	}
}

type handlerBody struct{ h http.Handler }

// Send hands the connection's writer to the handler, which chooses the status itself.
func (b handlerBody) Send(w http.ResponseWriter, r *Request, status int) error {
	raw := r.HTTP()
	if m := r.s.match; m != nil {
		for _, v := range m.Values {
			raw.SetPathValue(v.Name, v.Raw)
		}
	}
	if in := r.s.in; in != nil && in.bodyState == bodyRead && in.bodyErr == nil { // by middleware: let the handler read it, too
		raw.Body = io.NopCloser(bytes.NewReader(in.body))
	} else {
		raw.Body = r.s.countBody()
	}
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	defer func() { // net/http does this for its own copy of the request only
		if raw.MultipartForm != nil {
			_ = raw.MultipartForm.RemoveAll()
		}
	}()
	b.h.ServeHTTP(w, raw)
	return nil
}

// FromHTTPMiddleware makes a Middleware of one written for net/http. What is inside of it is written
// through the writer that it passes on. To the layers outside of it the response is a streaming one,
// whose status and length they can't know before it is sent; an [Observer] sees both, the outer one
// first. The context that it passes on has to come from the request's, or the answer is a 500.
func FromHTTPMiddleware(name string, wrap func(http.Handler) http.Handler) Middleware {
	return Middleware{Name: name, Wrap: func(next Handler) Handler {
		inner := http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
			r, ok := FromContext(raw.Context())
			if !ok {
				http.Error(w, "The request's context was lost on its way through "+name+".", http.StatusInternalServerError)
				return
			}
			r = r.withHTTP(raw)
			r.s.within = true
			resp, err := next(r)
			if err != nil {
				resp = r.s.site.errorResponse(r, err)
			}
			r.s.site.send(w, r, resp)
		})
		return FromHTTP(wrap(inner))
	}}
}
