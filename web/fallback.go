package web

import "net/http"

// FallbackRoute is the Route of the [Match] of a request that goes to [Options.Fallback], for logs and
// metrics, where the router has no route for it that says so.
const FallbackRoute = "(fallback)"

var fallbackMatch = &Match{Route: FallbackRoute}

// withFallback puts the middleware around both the view and the fallback. The layers in front that are
// for both see a request before it is decided whose it is, so that what they learn of it counts: a
// proxy may tell another host.
func (s *site) withFallback(view Handler) Handler {
	shared, own := s.Middleware, []Middleware(nil)
	var further []Middleware // those for both that stand behind one that is not
	for i, l := range s.Middleware {
		switch {
		case own == nil && !l.Fallback:
			shared, own = s.Middleware[:i], s.Middleware[i:]
		case l.Fallback && own != nil:
			further = append(further, l)
		}
	}
	claimed := Wrap(checked(view), own...)
	left := Wrap(FromHTTP(s.Fallback), further...)
	return around(func(r *Request) (Response, error) {
		if r.Method == http.MethodConnect || s.Claims == nil || s.Claims(r) { // no proxy stands here
			return claimed(r)
		}
		if m := r.Match(); m == nil || m.View == "" {
			r.SetMatch(fallbackMatch)
		}
		return left(r)
	}, shared)
}
