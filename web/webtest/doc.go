// Package webtest tests what is an http.Handler: a view, a site, a whole project. Its client speaks
// to the handler through the server code of net/http, in memory, and keeps cookies, fills in forms,
// follows links, and reads streams, server-sent events and WebSockets; its pages have Django's
// assertions.
//
//	func TestSignIn(t *testing.T) {
//		c := webtest.NewClient(t, site, nil)
//		page := c.Follow().Get("/sign-in/").
//			Form("Sign in").Set("User name", "ann").Set("Password", "secret").Submit("Sign in")
//		page.AssertContains("Hello, ann", nil)
//	}
//
// A view that panics or fails unexpectedly fails the test, with its error and stack. [NewServer]
// serves on a real socket, [NewRequest] and [Run] call a view by hand, [Raw] sends bytes that no
// client would send. All of it works inside a bubble of testing/synctest, but for [NewServer].
package webtest
