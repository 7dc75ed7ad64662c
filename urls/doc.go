// Package urls is Django's URL dispatcher: routes as values, resolved first match first, reversed by
// name.
//
//	func routes() []urls.Route {
//		return []urls.Route{
//			urls.Path("", home).Name("home"),
//			urls.Path("products/<slug:slug>/", product).Name("product"),
//			urls.Include("api/", api.Routes()...).Namespace("api"),
//			urls.Mount("static/", http.FileServerFS(files)),
//		}
//	}
//
//	router, err := urls.New(routes(), nil)
//	…
//	http.ListenAndServe("127.0.0.1:8000", web.ToHTTP(router.Handle, nil))
//
// Patterns are matched with the decoded path, without its first slash. Captures have the converters
// of Django: <str:x> (the default, <x>), <int:x>, <slug:x>, <uuid:x>, <path:x>, and those of
// Options.Converters. A view reads them with [Str], [Int], [Value] and the like, and makes addresses
// with [Reverse] and [Redirect].
//
// Regular expressions ([RePath], [ReInclude]) are those of package regexp: without lookaround and
// backreferences, but linear in time. As in Python \d, \w and \s know all of Unicode, and \Z means
// the end of the text.
package urls
