package middleware

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/web"
)

// CacheControl adds directives to the Cache-Control of a view's responses, as [SetCacheControl]
// (Django's cache_control):
//
//	middleware.CacheControl("private", "max-age=3600")(view)
func CacheControl(directives ...string) func(web.Handler) web.Handler {
	return onHeader(func(h http.Header) { SetCacheControl(h, directives...) })
}

// NeverCache marks the responses of a view as never to be stored (Django's never_cache).
func NeverCache(next web.Handler) web.Handler { return onHeader(SetNeverCache)(next) }

// NoTransform forbids proxies, and [Compress], to change the body of a view's responses.
func NoTransform(next web.Handler) web.Handler { return CacheControl("no-transform")(next) }

// VaryOn names the request headers that a view's responses depend on (Django's vary_on_headers).
func VaryOn(names ...string) func(web.Handler) web.Handler {
	return onHeader(func(h http.Header) { web.AddVary(h, names...) })
}

// VaryOnCookie tells caches that a view's responses depend on the cookies (Django's vary_on_cookie).
func VaryOnCookie(next web.Handler) web.Handler { return VaryOn("Cookie")(next) }

// onHeader changes the headers of the responses of a view.
func onHeader(change func(http.Header)) func(web.Handler) web.Handler {
	return func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			if err == nil {
				change(resp.Header())
			}
			return resp, err
		}
	}
}

// SetCacheControl adds directives to the Cache-Control header (Django's patch_cache_control):
// "no-store", "max-age=60". One that is there already is replaced, but of two max-age the shorter
// stays, public and private replace each other, and no-cache collects field names unless it stands
// for the whole response.
func SetCacheControl(h http.Header, directives ...string) {
	list := cacheDirectives(h)
	for _, d := range directives {
		list = addDirective(list, newDirective(d))
	}
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(d.name)
		if d.hasValue {
			b.WriteString("=" + d.value)
		}
	}
	h["Cache-Control"] = []string{b.String()}
}

type directive struct {
	name, value string
	hasValue    bool
}

func newDirective(s string) directive {
	name, value, ok := strings.Cut(strings.TrimSpace(s), "=")
	return directive{strings.ToLower(name), value, ok}
}

// cacheDirectives reads the header. As in Django a quoted list of field names ends at its comma.
func cacheDirectives(h http.Header) []directive {
	var list []directive
	for _, line := range h["Cache-Control"] {
		for part := range strings.SplitSeq(line, ",") {
			if d := newDirective(part); d.name != "" {
				list = mergeDirective(list, d)
			}
		}
	}
	return list
}

func addDirective(list []directive, d directive) []directive {
	switch d.name {
	case "max-age":
		if i := findDirective(list, d.name); i >= 0 {
			old, errOld := strconv.ParseInt(list[i].value, 10, 64)
			if now, err := strconv.ParseInt(d.value, 10, 64); err == nil && errOld == nil && old < now {
				return list
			}
		}
	case "private", "public":
		other := "public"
		if d.name == other {
			other = "private"
		}
		list = slices.DeleteFunc(list, func(x directive) bool { return x.name == other })
	}
	return mergeDirective(list, d)
}

// mergeDirective replaces a directive of the same name, or stands beside it for no-cache.
func mergeDirective(list []directive, d directive) []directive {
	if d.name == "no-cache" {
		for _, x := range list {
			if x.name == d.name && (!x.hasValue || x == d) {
				return list
			}
		}
		if d.hasValue {
			return append(list, d)
		}
		list = slices.DeleteFunc(list, func(x directive) bool { return x.name == d.name })
	}
	if i := findDirective(list, d.name); i >= 0 {
		list[i] = d
		return list
	}
	return append(list, d)
}

func findDirective(list []directive, name string) int {
	return slices.IndexFunc(list, func(d directive) bool { return d.name == name })
}

// hasDirective tells whether the Cache-Control header holds a directive, without making a list of it.
func hasDirective(h http.Header, name string) bool {
	for _, line := range h["Cache-Control"] {
		for part := range strings.SplitSeq(line, ",") {
			part, _, _ = strings.Cut(part, "=")
			if strings.EqualFold(strings.TrimSpace(part), name) {
				return true
			}
		}
	}
	return false
}

// MaxAge returns the max-age of the Cache-Control header in whole seconds, and whether it has one
// (Django's get_max_age).
func MaxAge(h http.Header) (time.Duration, bool) {
	list := cacheDirectives(h)
	i := findDirective(list, "max-age")
	if i < 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(list[i].value), 10, 64)
	if err != nil {
		return 0, false
	}
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(max(-most, min(n, most))) * time.Second, true
}

// SetMaxAge lets a response be stored for a time in whole seconds: Expires, unless it is set, and
// max-age (Django's patch_response_headers). A negative time counts as 0.
func SetMaxAge(h http.Header, age time.Duration) {
	age = max(0, age.Truncate(time.Second))
	setDefault(h, "Expires", []string{FormatHTTPDate(time.Now().Add(age))})
	SetCacheControl(h, "max-age="+strconv.FormatInt(int64(age/time.Second), 10))
}

// SetNeverCache marks a response as never to be stored (Django's add_never_cache_headers).
func SetNeverCache(h http.Header) {
	SetMaxAge(h, 0)
	SetCacheControl(h, "no-cache", "no-store", "must-revalidate", "private")
}

// VariesOn tells whether the Vary header names a request header (Django's has_vary_header).
func VariesOn(h http.Header, name string) bool {
	for _, line := range h["Vary"] {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), strings.TrimSpace(name)) {
				return true
			}
		}
	}
	return false
}
