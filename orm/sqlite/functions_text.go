package sqlite

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	sqlite3 "modernc.org/sqlite/lib"
)

// textFunctions are Django's functions of texts.
var textFunctions = []function{
	digest("MD5", md5.New), digest("SHA1", sha1.New), digest("SHA224", sha256.New224), digest("SHA256", sha256.New),
	digest("SHA384", sha512.New384), digest("SHA512", sha512.New),
	{name: "LPAD", args: 3, strict: true, call: func(x *call) error { return pad(x, true) }},
	{name: "RPAD", args: 3, strict: true, call: func(x *call) error { return pad(x, false) }},
	{name: "REPEAT", args: 2, strict: true, call: repeat},
	{name: "REVERSE", args: 1, strict: true, call: reverse},
	{name: "regexp", args: 2, strict: true, call: matches},
	{name: "UUIDV4", args: 0, volatile: true, call: func(x *call) error { return setUUID(x, uuid.NewRandom) }},
	{name: "UUIDV7", args: 0, volatile: true, call: func(x *call) error { return setUUID(x, uuid.NewV7) }},
}

var errText = errors.New("the argument is no text")

func digest(name string, sum func() hash.Hash) function {
	return function{name: name, args: 1, strict: true, call: func(x *call) error {
		text, ok := x.text(0)
		if !ok {
			return errText
		}
		h := sum()
		h.Write(text)
		return x.setText(hex.EncodeToString(h.Sum(nil)))
	}}
}

// pad fills a text up to a number of characters, and cuts longer ones.
func pad(x *call, left bool) error {
	text, ok1 := x.text(0)
	length, ok2 := x.integer(1)
	fill, ok3 := x.text(2)
	if !ok1 || !ok2 || !ok3 {
		return errors.New("the arguments are a text, a number of characters and a text")
	}
	if len(fill) == 0 {
		length = min(length, int64(len(text)))
	}
	if length > maxLength {
		return errTooLong
	}
	length = max(length, -maxLength)
	missing := int(length) - utf8.RuneCount(text)
	if missing <= 0 {
		return x.setText(firstRunes(string(text), int(length)))
	}
	filling := ""
	if n := utf8.RuneCount(fill); n > 0 {
		if int64(missing/n+1)*int64(len(fill)) > maxLength {
			return errTooLong
		}
		filling = firstRunes(strings.Repeat(string(fill), missing/n+1), missing)
	}
	if left {
		return x.setText(filling + string(text))
	}
	return x.setText(string(text) + filling)
}

// firstRunes returns the first n characters; -n leaves off the last n, as slices
// of Python do.
func firstRunes(s string, n int) string {
	if n < 0 {
		n = max(0, utf8.RuneCountInString(s)+n)
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

var errTooLong = fmt.Errorf("the text would be longer than the %d bytes that SQLite stores", maxLength)

func repeat(x *call) error {
	text, ok1 := x.text(0)
	n, ok2 := x.integer(1)
	switch {
	case !ok1 || !ok2:
		return errors.New("the arguments are a text and a number")
	case n <= 0 || len(text) == 0:
		return x.setText("")
	case n > maxLength/int64(len(text)):
		return errTooLong
	}
	return x.setText(strings.Repeat(string(text), int(n)))
}

func reverse(x *call) error {
	text, ok := x.text(0)
	if !ok {
		return errText
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		_, n := utf8.DecodeLastRune(text)
		out = append(out, text[len(text)-n:]...)
		text = text[:len(text)-n]
	}
	return x.setText(string(out))
}

func setUUID(x *call, make func() (uuid.UUID, error)) error {
	id, err := make()
	if err != nil {
		return err
	}
	return x.setText(hex.EncodeToString(id[:]))
}

// matches is X REGEXP Y, called as regexp(Y, X).
func matches(x *call) error {
	expr, ok := x.text(0)
	if !ok {
		return errText
	}
	c := connOf(x.conn)
	if c == nil {
		return errClosed
	}
	p := c.pattern(expr)
	if p.err != nil {
		return p.err
	}
	text := x.bytes(1)
	if x.kind(1) == sqlite3.SQLITE_FLOAT {
		text = []byte(formatReal(sqlite3.Xsqlite3_value_double(x.tls, x.value(1))))
	}
	return x.setBool(p.re.Match(text))
}
