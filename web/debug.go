package web

// debugPage shows an error to its developer.
func debugPage(r *Request, e *Error) Response { return defaultErrorPage(r, e) }
