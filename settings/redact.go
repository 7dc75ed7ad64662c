package settings

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// Cleansed stands for a value that Redact hides: cleansed_substitute of
// Django's SafeExceptionReporterFilter.
const Cleansed = "********************"

// Bounds of Redact, because values may be large or hold themselves: how deep it
// goes, and how many values it looks at.
const (
	maxDepth  = 16
	maxValues = 10_000
)

// IsSensitive reports whether a name tells that its value is a secret: whether
// it holds, in capitals or not, one of API, AUTH, TOKEN, KEY, SECRET, PASS,
// SIGNATURE and HTTP_COOKIE, as Django's hidden_settings has them, or is the
// header Cookie or Set-Cookie.
func IsSensitive(name string) bool {
	name = strings.ToUpper(name)
	for _, part := range []string{"API", "AUTH", "TOKEN", "KEY", "SECRET", "PASS", "SIGNATURE", "HTTP_COOKIE"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return name == "COOKIE" || name == "SET-COOKIE"
}

// Redact returns a value that is safe to show: Cleansed where IsSensitive says
// so of the name, as Django's cleanse_setting, else the value itself. In maps,
// slices and structs it does the same for every key and exported field; these
// come back as map[string]any and []any. A Secret, an error, and what has a
// String or MarshalText method come as their text, functions and channels as
// the name of their type. Passwords inside of texts are hidden as RedactText
// does. What lies deeper than 16 levels, or after 10,000 values, is "…".
func Redact(name string, value any) any {
	r := &redactor{left: maxValues}
	return r.redact(name, reflect.ValueOf(value), 0)
}

// redactor counts down the values that it may still look at.
type redactor struct{ left int }

func (r *redactor) redact(name string, v reflect.Value, depth int) any {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	r.left--
	switch {
	case IsSensitive(name):
		return Cleansed
	case !v.IsValid():
		return nil
	case depth > maxDepth, r.left < 0:
		return "…"
	}
	if known, ok := redactKnown(v); ok {
		return known
	}
	switch v.Kind() {
	case reflect.String:
		return RedactText(v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if hidden := v.Elem(); hidden.Kind() == reflect.Struct && exportedFields(hidden.Type()) == 0 {
			return v.Type().String()
		}
		return r.redact("", v.Elem(), depth+1)
	case reflect.Map:
		return r.redactMap(v, depth)
	case reflect.Slice, reflect.Array:
		return r.redactList(v, depth)
	case reflect.Struct:
		return r.redactStruct(v, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			return nil
		}
		return v.Type().String()
	}
	return v.Interface()
}

// redactKnown handles types that have a text of their own.
func redactKnown(v reflect.Value) (any, bool) {
	if !v.CanInterface() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, false
	}
	switch known := v.Interface().(type) {
	case Secret, *Secret:
		return mask, true
	case url.URL:
		return RedactText(known.String()), true
	case error:
		return RedactText(known.Error()), true
	case fmt.Stringer:
		return RedactText(known.String()), true
	case encoding.TextMarshaler:
		text, err := known.MarshalText()
		return RedactText(string(text)), err == nil
	}
	return nil, false
}

func (r *redactor) redactList(v reflect.Value, depth int) any {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return RedactText(string(v.Bytes()))
	}
	// The rest of a long list would be nothing but "…".
	items := make([]any, 0, min(v.Len(), r.left+1))
	for i := 0; i < v.Len() && r.left >= 0; i++ {
		items = append(items, r.redact("", v.Index(i), depth+1))
	}
	return items
}

func (r *redactor) redactMap(v reflect.Value, depth int) any {
	if v.IsNil() {
		return nil
	}
	out := make(map[string]any, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := fmt.Sprint(entries.Key().Interface())
		out[key] = r.redact(key, entries.Value(), depth+1)
	}
	return out
}

func (r *redactor) redactStruct(v reflect.Value, depth int) any {
	out := map[string]any{}
	for _, field := range reflect.VisibleFields(v.Type()) {
		if field.IsExported() && len(field.Index) == 1 {
			out[field.Name] = r.redact(field.Name, v.FieldByIndex(field.Index), depth+1)
		}
	}
	return out
}

func exportedFields(t reflect.Type) int {
	n := 0
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			n++
		}
	}
	return n
}

var (
	// Up to the last @ of the word: a password may hold any sign, unescaped too.
	urlPassword = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*):\S*@`)
	// user:password@tcp(host)/name, of Go's MySQL driver.
	mysqlPassword = regexp.MustCompile(`([^\s:/@]+):\S*@([a-z0-9]+\()`)
	// password=x in key-value strings and in the queries of URLs.
	pairPassword = regexp.MustCompile(`(?i)\b([a-z_-]*(?:password|passwd|pwd|secret|token|api_?key|access_?key)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s;&,]+)`)
)

// RedactText hides the passwords inside of a text: those of URLs
// (postgres://user:********@host), of connection strings ("host=db
// password=********") and of the MySQL driver's form (user:********@tcp(host)).
// Where it cannot tell, it hides rather too much than too little.
func RedactText(text string) string {
	if !strings.ContainsAny(text, "@=") {
		return text
	}
	text = urlPassword.ReplaceAllString(text, "${1}:"+mask+"@")
	text = mysqlPassword.ReplaceAllString(text, "${1}:"+mask+"@${2}")
	return pairPassword.ReplaceAllString(text, "${1}"+mask)
}
