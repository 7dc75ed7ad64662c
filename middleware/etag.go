package middleware

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// ParseETags reads an If-Match or If-None-Match header: its entity tags with their quotes, weak ones
// with W/ in front, or "*" alone. What is not an entity tag is left out (Django's parse_etags).
func ParseETags(header string) []string {
	if strings.TrimSpace(header) == "*" {
		return []string{"*"}
	}
	var tags []string
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); isETag(part) {
			tags = append(tags, part)
		}
	}
	return tags
}

// isETag is Django's form: quotes around anything but quotes.
func isETag(s string) bool {
	s = strings.TrimPrefix(s, "W/")
	return len(s) >= 2 && s[0] == '"' && strings.IndexByte(s[1:], '"') == len(s)-2
}

// QuoteETag puts quotes around a tag that has none (Django's quote_etag).
func QuoteETag(tag string) string {
	if isETag(tag) {
		return tag
	}
	return `"` + tag + `"`
}

// contentETag is a strong tag of a body, the same in every process: its xxHash and its length. It tells
// versions of one resource apart; that somebody could make two bodies of one tag harms nobody else,
// and a cryptographic hash costs four times what sending the body does.
func contentETag(body []byte) string {
	var sum [12]byte
	binary.BigEndian.PutUint64(sum[:8], xxhash.Sum64(body))
	binary.BigEndian.PutUint32(sum[8:], uint32(len(body)))
	var b [18]byte
	b[0], b[17] = '"', '"'
	base64.RawURLEncoding.Encode(b[1:17], sum[:])
	return string(b[:])
}

// weaken makes a weak tag of a strong one: the bytes differ, the meaning does not (RFC 9110, section
// 8.8.1).
func weaken(tag string) string {
	if tag == "" || strings.HasPrefix(tag, "W/") {
		return tag
	}
	return "W/" + tag
}
