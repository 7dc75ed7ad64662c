// Package middleware holds the layers that stand around the views of a site, one file each: request
// IDs, access log, trusted proxies, allowed hosts, security headers, content security policy,
// compression, conditional requests, time and rate limits, CORS, and the decorators of single views.
//
//	handler := web.ToHTTP(router.Serve, &web.Options{
//		Middleware: middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}}),
//	})
//
// A layer is a [web.Middleware]: a constructor of its name makes it, nil options are safe defaults.
// [Default] is the stack that most sites want, in the right order; [Checks] reports a stack of one's
// own that is out of order or leaves a site open.
//
// A decorator is a func(web.Handler) web.Handler, for one view or, as the Wrap of a Middleware, for
// many:
//
//	urls.Path("cart/", middleware.RequirePOST(middleware.NeverCache(cart)))
//
// The Wrap of every Middleware is a decorator too: middleware.Compress(nil).Wrap(view) is Django's
// gzip_page, middleware.ConditionalGet().Wrap(view) its conditional_page.
//
// A layer leaves a header alone that the view has set. A header that is set to no value at all is
// not sent, and not added by any layer either: this is how [XFrameOptionsExempt] works.
//
// There is no layer that recovers from panics: package web turns a panic into an error page at every
// layer, so that the layers outside of it see a response. Redirects to a path with a slash at its
// end are the router's.
package middleware
