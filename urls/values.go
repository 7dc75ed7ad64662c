package urls

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/nuages-web/nuages/web"
)

// Str returns the text that the route captured under a name. Like the other accessors it panics when
// the route has no such capture, or one of another kind: that is a mistake in the route table, which
// the first request of a test finds.
func Str(r *web.Request, name string) string { return captured(r, name).Raw }

// Slug returns the text of a <slug:…> capture; it is Str under the converter's name.
func Slug(r *web.Request, name string) string { return captured(r, name).Raw }

// PathOf returns the text of a <path:…> capture; it is Str under the converter's name.
func PathOf(r *web.Request, name string) string { return captured(r, name).Raw }

// Int returns the value of an <int:…> capture, or of a group of digits in a regular expression.
func Int(r *web.Request, name string) int { return convert[int](r, captured(r, name)) }

// Int64 is Int for int64.
func Int64(r *web.Request, name string) int64 { return convert[int64](r, captured(r, name)) }

// UUIDOf returns the value of a <uuid:…> capture.
func UUIDOf(r *web.Request, name string) UUID { return convert[UUID](r, captured(r, name)) }

// Value returns the value of a capture with a converter of one's own, or of a built-in one as
// string, int, int64 or [UUID].
func Value[T any](r *web.Request, name string) T { return convert[T](r, captured(r, name)) }

// Or is Value for a group of a regular expression that may be missing, or for a view with several
// routes that don't all capture the name: then it returns fallback.
func Or[T any](r *web.Request, name string, fallback T) T {
	v, ok := r.Match().Lookup(name)
	if !ok {
		return fallback
	}
	return convert[T](r, v)
}

// Extra returns a value that was given to the route, or to an include around it, by [Route.With]. It
// panics when there is none, or one of another type.
func Extra[T any](r *web.Request, name string) T {
	m := r.Match()
	if m == nil {
		panic(fmt.Sprintf("urls.Extra(r, %q): this request was not routed by package urls", name))
	}
	v, ok := m.Extra[name]
	if !ok {
		panic(fmt.Sprintf("urls.Extra(r, %q): the route %q at %s has no such value: add .With(%q, …) to it", name, m.Route, m.Site, name))
	}
	t, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("urls.Extra(r, %q): the route %q at %s has a %T there, not a %T", name, m.Route, m.Site, v, t))
	}
	return t
}

// Positional returns the texts of the groups without names, of a route by regular expression.
func Positional(r *web.Request) []string {
	var list []string
	if m := r.Match(); m != nil {
		for _, v := range m.Values {
			if v.Name == "" {
				list = append(list, v.Raw)
			}
		}
	}
	return list
}

func captured(r *web.Request, name string) web.PathValue {
	m := r.Match()
	if v, ok := m.Lookup(name); ok {
		return v
	}
	if m == nil {
		panic(fmt.Sprintf("urls: path value %q asked of a request that was not routed by package urls", name))
	}
	names := []string{"none"}
	if len(m.Values) > 0 {
		names = nil
		for _, v := range m.Values {
			names = append(names, strconv.Quote(v.Name))
		}
	}
	panic(fmt.Sprintf("urls: the route %q at %s has no value %q (it has %s): add <%s> to its pattern, or read it with urls.Or",
		m.Route, m.Site, name, strings.Join(names, ", "), name))
}

// convert makes a T of a path value.
func convert[T any](r *web.Request, v web.PathValue) T {
	var t T
	if v.Value != nil {
		if t, ok := v.Value.(T); ok {
			return t
		}
		panicKind(r, v, fmt.Sprintf("%T", t), fmt.Sprintf("a %T", v.Value))
	}
	var err error
	switch p := any(&t).(type) {
	case *string:
		*p = v.Raw
	case *int:
		*p, err = parseDigits[int](v.Raw, strconv.IntSize)
	case *int64:
		*p, err = parseDigits[int64](v.Raw, 64)
	case *UUID:
		*p, err = ParseUUID(v.Raw)
	default:
		panicKind(r, v, fmt.Sprintf("%T", t), "text")
	}
	if err != nil {
		panicKind(r, v, fmt.Sprintf("%T", t), "other text")
	}
	return t
}

func panicKind(r *web.Request, v web.PathValue, want, got string) {
	m := r.Match()
	panic(fmt.Sprintf("urls: the value %q of the route %q at %s is not a %s but %s: give the capture the right converter, or read it as what it is",
		v.Name, m.Route, m.Site, want, got))
}

// parseDigits reads decimal digits, those of all scripts as Python's int does: \d of a regular
// expression matches them.
func parseDigits[T int | int64](s string, bits int) (T, error) {
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		n, err = strconv.ParseInt(strings.Map(asciiDigit, s), 10, bits)
	}
	return T(n), err
}

func asciiDigit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}
