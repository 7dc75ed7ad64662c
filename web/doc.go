// Package web is the request, the response and everything between a socket and a view.
//
// A view is a function that takes a [Request] and returns a [Response] or an error; it never
// writes to a connection. [ToHTTP] makes an http.Handler of a view and its middleware, [FromHTTP]
// makes a view of any http.Handler.
//
//	func hello(r *web.Request) (web.Response, error) {
//		name := r.Query().Get("name")
//		if name == "" {
//			return web.Response{}, web.BadRequest("Say who you are: /?name=…")
//		}
//		return web.Text("Hello, " + name + "!"), nil
//	}
//
//	http.ListenAndServe("127.0.0.1:8000", web.ToHTTP(hello, nil))
//
// Errors become pages in one place: 404, 403, 400, 413 and 500 answers in HTML, JSON (RFC 9457
// problem details) or text, as the client accepts. Limits, Host and encoding checks are on without
// being asked for.
package web
