// Package python hosts unmodified Python applications, ASGI or WSGI, behind Go's routes: Django,
// Channels, Starlette, FastAPI, Flask.
//
//	shop, err := python.New("mysite.asgi:application", &python.Options{Dir: "mysite", Workers: 2})
//	if err != nil {
//		return err
//	}
//	go shop.Run(ctx)
//	mux.HandleFunc("GET /records/{id}", record) // in Go
//	mux.Handle("/", shop)                       // all else as before
//
// The application runs in worker processes, which nothing but this process can reach. A [Host] is an
// http.Handler and an asgi.App; it needs a Unix system.
package python
