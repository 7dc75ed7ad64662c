package middleware

import (
	"errors"
	"strings"
)

// forwardedElement is what one proxy says in a Forwarded header.
type forwardedElement struct{ node, proto, host string }

var errForwarded = errors.New("malformed Forwarded header (RFC 7239, section 4)")

// maxForwarded bounds the elements of one line: nobody stands behind more proxies.
const maxForwarded = 50

// parseForwarded reads one line of a Forwarded header, strictly: what stands in quotes ends there,
// and nothing but a separator may follow.
func parseForwarded(line string) ([]forwardedElement, error) {
	var list []forwardedElement
	var e forwardedElement
	for rest := line; ; {
		var name, value string
		var err error
		rest = skipSpace(rest)
		if rest != "" && rest[0] != ',' && rest[0] != ';' {
			if name, value, rest, err = forwardedPair(rest); err != nil {
				return nil, err
			}
			if err = e.set(name, value); err != nil {
				return nil, err
			}
		}
		rest = skipSpace(rest)
		if rest == "" || rest[0] == ',' {
			if e != (forwardedElement{}) {
				list = append(list, e)
			}
			e = forwardedElement{}
		}
		switch {
		case rest == "":
			return list, nil
		case rest[0] != ',' && rest[0] != ';' || len(list) > maxForwarded:
			return nil, errForwarded
		}
		rest = rest[1:]
	}
}

// set takes over a pair; each name may stand once in an element.
func (e *forwardedElement) set(name, value string) error {
	var field *string
	switch {
	case strings.EqualFold(name, "for"):
		field = &e.node
	case strings.EqualFold(name, "proto"):
		field = &e.proto
	case strings.EqualFold(name, "host"):
		field = &e.host
	default:
		return nil
	}
	if *field != "" || value == "" {
		return errForwarded
	}
	*field = value
	return nil
}

func skipSpace(s string) string { return strings.TrimLeft(s, " \t") }

// forwardedPair reads token=token or token="quoted".
func forwardedPair(s string) (name, value, rest string, err error) {
	name, s = cutToken(s)
	if name == "" || s == "" || s[0] != '=' {
		return "", "", "", errForwarded
	}
	s = s[1:]
	if s == "" || s[0] != '"' {
		if value, rest = cutToken(s); value == "" {
			return "", "", "", errForwarded
		}
		return name, value, rest, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return name, b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", "", errForwarded // never closed
}

// cutToken splits a token (RFC 9110, section 5.6.2) off. The colon and brackets of an address without
// quotes are let through, as some proxies write it so.
func cutToken(s string) (token, rest string) {
	i := 0
	for i < len(s) && (isWord(s[i]) || strings.IndexByte("!#$%&'*+-.^`|~:[]", s[i]) >= 0) {
		i++
	}
	return s[:i], s[i:]
}
