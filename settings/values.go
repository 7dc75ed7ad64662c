package settings

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value asks for one setting: its parsed text, else the default, of which there
// may be one or none. want says what the text should be.
func value[T any](e *Env, name, want string, parse func(string) (T, bool), defaults []T) T {
	var zero T
	if len(defaults) > 1 {
		e.fail(name, "", fmt.Sprintf("is asked for with %d defaults: want at most one", len(defaults)))
		return zero
	}
	text, ok := e.Lookup(name)
	if !ok {
		if len(defaults) == 1 {
			return defaults[0]
		}
		e.missing(name, want)
		return zero
	}
	parsed, ok := parse(text)
	if !ok {
		e.wrong(name, text, want)
		return zero
	}
	return parsed
}

// missing says where the name could be set.
func (e *Env) missing(name, want string) {
	full := e.prefix + name
	places := []string{"the environment", "the file that " + full + "_FILE names"}
	if len(e.fileNames) > 0 {
		places = append(places, strings.Join(e.fileNames, ", "))
	}
	e.fail(name, "", fmt.Sprintf("is not set: want %s, in %s", want, strings.Join(places, " or ")))
}

// wrong says what the value should have been, and what it is unless that may
// be a secret.
func (e *Env) wrong(name, text, want string) {
	source := e.asked[name]
	switch {
	case text == "":
		e.fail(name, source, "is empty: want "+want)
	case IsSensitive(name), strings.Contains(source, "_FILE="), want == wantSecret, want == wantURL:
		e.fail(name, source, "is not acceptable: want "+want)
	default:
		text = RedactText(text)
		if len(text) > 100 {
			text = text[:100] + "…"
		}
		e.fail(name, source, fmt.Sprintf("is %q: want %s", text, want))
	}
}

const (
	wantSecret = "a secret text"
	wantURL    = "a URL with a scheme"
)

// String returns the text of a setting. It may be empty.
//
// Of every method here: without a default the setting must be set; a value that
// is missing or that is not what the method reads gives the zero value, and an
// error for Err. An empty text is a value for String, List and Map only.
func (e *Env) String(name string, defaults ...string) string {
	return value(e, name, "a text", func(text string) (string, bool) { return text, true }, defaults)
}

// Secret returns a text that must not be printed, such as a key or a password.
func (e *Env) Secret(name string, defaults ...string) Secret {
	parse := func(text string) (string, bool) { return text, text != "" }
	return SecretOf(value(e, name, wantSecret, parse, defaults))
}

// Int returns a whole number in decimal.
func (e *Env) Int(name string, defaults ...int) int {
	return value(e, name, "a whole number", func(text string) (int, bool) {
		n, err := strconv.Atoi(text)
		return n, err == nil
	}, defaults)
}

// Float returns a finite number.
func (e *Env) Float(name string, defaults ...float64) float64 {
	return value(e, name, "a number", parseFloat, defaults)
}

// Bool returns true for "true", "on", "ok", "y", "yes" and "1", as
// django-environ does, and false for "false", "off", "n", "no" and "0", in
// capitals or not. Any other text is an error.
func (e *Env) Bool(name string, defaults ...bool) bool {
	return value(e, name, `a boolean ("true" or "false")`, parseBool, defaults)
}

// Duration returns a length of time in the form of time.ParseDuration, "1h30m",
// or in whole days, "14d". A number needs its unit.
func (e *Env) Duration(name string, defaults ...time.Duration) time.Duration {
	return value(e, name, `a duration such as "30s", "1h30m" or "14d"`, parseDuration, defaults)
}

// Bytes returns a size in bytes: a whole number, or a number that is not
// negative with one of the units B, kB, MB, GB, TB (thousands) and KiB, MiB,
// GiB, TiB (1024s): "2.5MiB".
func (e *Env) Bytes(name string, defaults ...int64) int64 {
	return value(e, name, `a size such as "512", "2.5MiB" or "10MB"`, parseBytes, defaults)
}

// List returns the texts between commas, without the spaces around them;
// empty ones do not count. The defaults are the items of the default list, so
// that a single "" stands for the empty one.
func (e *Env) List(name string, defaults ...string) []string {
	var lists [][]string
	if len(defaults) > 0 {
		lists = [][]string{slices.DeleteFunc(slices.Clone(defaults), func(item string) bool { return item == "" })}
	}
	return value(e, name, `a list such as "a,b"`, func(text string) ([]string, bool) { return splitList(text), true }, lists)
}

// Prefixes returns the networks between commas: "10.0.0.0/8,2001:db8::/32". An
// address without a length stands for itself alone. Without a default there
// are none.
func (e *Env) Prefixes(name string, defaults ...netip.Prefix) []netip.Prefix {
	return value(e, name, `networks such as "10.0.0.0/8,192.0.2.7"`, parsePrefixes, [][]netip.Prefix{slices.Clone(defaults)})
}

// Map returns the pairs between commas: "a=1,b=2". A key that stands twice is
// an error.
func (e *Env) Map(name string, defaults ...map[string]string) map[string]string {
	copies := make([]map[string]string, len(defaults))
	for i, m := range defaults {
		copies[i] = maps.Clone(m)
	}
	return value(e, name, `pairs such as "a=1,b=2"`, parseMap, copies)
}

// URL returns an absolute URL. A default that is not one is an error.
func (e *Env) URL(name string, defaults ...string) *url.URL {
	return value(e, name, wantURL, parseURL, parseDefaults(e, name, wantURL, parseURL, defaults))
}

// Path returns the name of a file or folder, cleaned, in the form of the
// operating system. It need not exist; a relative one stays relative.
func (e *Env) Path(name string, defaults ...string) string {
	parse := func(text string) (string, bool) {
		return filepath.Clean(filepath.FromSlash(text)), text != "" && !strings.Contains(text, "\x00")
	}
	return value(e, name, "a path", parse, defaults)
}

// Choice returns one of the choices.
func (e *Env) Choice(name string, choices []string, defaults ...string) string {
	want := "one of " + strings.Join(choices, ", ")
	parse := func(text string) (string, bool) { return text, slices.Contains(choices, text) }
	return value(e, name, want, parse, parseDefaults(e, name, want, parse, defaults))
}

// Addr returns an address to listen on or to connect to: host:port, where the
// host may be missing (":8000") and stands in brackets when it is an IPv6
// address, and the port is a number.
func (e *Env) Addr(name string, defaults ...string) string {
	const want = `an address such as "localhost:8000" or "[::1]:8000"`
	return value(e, name, want, parseAddr, parseDefaults(e, name, want, parseAddr, defaults))
}

// Location returns a time zone by its name in the time zone database, such as
// "Europe/Paris".
func (e *Env) Location(name string, defaults ...*time.Location) *time.Location {
	return value(e, name, `a time zone such as "Europe/Paris"`, func(text string) (*time.Location, bool) {
		location, err := time.LoadLocation(text)
		return location, err == nil && text != ""
	}, defaults)
}

// JSON decodes a setting into the variable that into points to, which keeps
// what it holds, as the default, when the setting is not set or is wrong. A
// field that the variable does not have is an error.
func (e *Env) JSON(name string, into any) {
	text, ok := e.Lookup(name)
	if !ok {
		return
	}
	if err := decodeJSON(text, into); err != nil {
		problem := "is not acceptable JSON"
		if !IsSensitive(name) && !strings.Contains(e.asked[name], "_FILE=") {
			problem += ": " + err.Error()
		}
		e.fail(name, e.asked[name], problem)
	}
}

// parseDefaults reads defaults that are given as text, so that a slip in the
// program is found as one in the environment is.
func parseDefaults[T any](e *Env, name, want string, parse func(string) (T, bool), texts []string) []T {
	var parsed []T
	for _, text := range texts {
		v, ok := parse(text)
		if !ok {
			e.fail(name, "", "has a default that is not acceptable: want "+want)
		}
		parsed = append(parsed, v)
	}
	return parsed
}
