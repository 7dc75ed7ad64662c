package gosource

import (
	"fmt"
	"path"
	"reflect"
	"regexp"
	"strings"
)

// Type returns the source of a type: "postgres.Array[string]". Types of functions, of
// package main and those without a name that have methods or fields cannot be written.
func Type(t reflect.Type, imports Imports) (string, error) {
	if t == reflect.TypeFor[byte]() {
		return "byte", nil
	}
	if t.Name() != "" {
		return namedType(t, imports)
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return "any", nil
		}
		fallthrough
	default:
		return "", fmt.Errorf("the type %s: %w", t, ErrNoSource)
	}
	elem, err := Type(t.Elem(), imports)
	if err != nil {
		return "", err
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + elem, nil
	case reflect.Slice:
		return "[]" + elem, nil
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), elem), nil
	}
	key, err := Type(t.Key(), imports)
	return "map[" + key + "]" + elem, err
}

func namedType(t reflect.Type, imports Imports) (string, error) {
	if t.PkgPath() == "" {
		return t.Name(), nil
	}
	if t.PkgPath() == "main" || strings.Contains(t.PkgPath(), "command-line-arguments") {
		return "", fmt.Errorf("the type %s of package main, which nothing can import: %w", t, ErrNoSource)
	}
	if first := t.Name()[0]; first < 'A' || 'Z' < first {
		return "", fmt.Errorf("the type %s, which is not exported: %w", t, ErrNoSource)
	}
	imports[t.PkgPath()] = true
	pkg, _, _ := strings.Cut(t.String(), ".")
	name, args, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return pkg + "." + name, nil
	}
	return pkg + "." + name + "[" + typeArgs(args, imports), nil
}

// qualified is a name with the path of its package, as reflect writes arguments of
// types: "github.com/google/uuid.UUID".
var qualified = regexp.MustCompile(`((?:[\w.~-]+/)*[\w.~-]+)\.(\w+)`)

var version = regexp.MustCompile(`^v\d+$`)

// typeArgs shortens the names in a list of types and notes their packages, which are
// taken to be called as their path says.
func typeArgs(args string, imports Imports) string {
	return qualified.ReplaceAllStringFunc(args, func(s string) string {
		m := qualified.FindStringSubmatch(s)
		imports[m[1]] = true
		base := path.Base(m[1])
		if version.MatchString(base) {
			base = path.Base(path.Dir(m[1]))
		}
		return base + "." + m[2]
	})
}
