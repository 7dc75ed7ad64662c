package python

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// An encoder appends values in the marshal format of CPython (Python/marshal.c), of which every version
// from 3.4 on reads all that is written here.
type encoder struct{ b []byte }

func (e *encoder) u32(n int)   { e.b = binary.LittleEndian.AppendUint32(e.b, uint32(n)) }
func (e *encoder) dict()       { e.b = append(e.b, '{') }
func (e *encoder) end()        { e.b = append(e.b, '0') }
func (e *encoder) tuple(n int) { e.b = append(e.b, '('); e.u32(n) }
func (e *encoder) list(n int)  { e.b = append(e.b, '['); e.u32(n) }
func (e *encoder) none()       { e.b = append(e.b, 'N') }
func (e *encoder) int(n int)   { e.b = append(e.b, 'i'); e.u32(n) }

func (e *encoder) bool(v bool) {
	if v {
		e.b = append(e.b, 'T')
		return
	}
	e.b = append(e.b, 'F')
}

// bytes appends a bytes object.
func (e *encoder) bytes(s string) {
	e.b = append(e.b, 's')
	e.u32(len(s))
	e.b = append(e.b, s...)
}

// key appends a str of at most 255 ASCII characters that Python keeps once: the keys of dicts and what
// comes again and again.
func (e *encoder) key(s string) {
	e.b = append(e.b, 'Z', byte(len(s)))
	e.b = append(e.b, s...)
}

// str appends a str; what is not valid UTF-8 in s becomes U+FFFD, one for each byte, as Python's decoder
// with errors="replace" has it.
func (e *encoder) str(s string) {
	if isASCII(s) {
		e.ascii(s)
		return
	}
	e.b = append(e.b, 'u')
	start := len(e.b)
	e.u32(0)
	if utf8.ValidString(s) {
		e.b = append(e.b, s...)
	} else {
		for _, r := range s {
			e.b = utf8.AppendRune(e.b, r)
		}
	}
	binary.LittleEndian.PutUint32(e.b[start:], uint32(len(e.b)-start-4))
}

// latin1 appends a str of which each character stands for one byte of s, as WSGI has it (PEP 3333).
func (e *encoder) latin1(s string) {
	if isASCII(s) {
		e.ascii(s)
		return
	}
	e.b = append(e.b, 'u')
	start := len(e.b)
	e.u32(0)
	for i := range len(s) {
		e.b = utf8.AppendRune(e.b, rune(s[i]))
	}
	binary.LittleEndian.PutUint32(e.b[start:], uint32(len(e.b)-start-4))
}

func (e *encoder) ascii(s string) {
	if len(s) < 256 {
		e.b = append(e.b, 'z', byte(len(s)))
	} else {
		e.b = append(e.b, 'a')
		e.u32(len(s))
	}
	e.b = append(e.b, s...)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// errMarshal is what a decoder gives for a payload that no worker of ours writes.
var errMarshal = errors.New("a frame of the worker can't be read")

// A decoder reads the values that workers write. After an error all values are zero, and err tells.
// Slices point into the payload.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() {
	d.b = nil
	d.err = errMarshal
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.fail()
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

// kind reads the type of the next value, without the bit that says it may be referred to later.
func (d *decoder) kind() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	k := d.b[0]
	d.b = d.b[1:]
	return k &^ 0x80
}

func (d *decoder) u32() int {
	v := d.take(4)
	if v == nil {
		return 0
	}
	n := binary.LittleEndian.Uint32(v)
	if n > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int(n)
}

// int reads an int of 32 bits, or True and False as 1 and 0.
func (d *decoder) int() int {
	switch d.kind() {
	case 'T':
		return 1
	case 'i':
		if v := d.take(4); v != nil {
			return int(int32(binary.LittleEndian.Uint32(v)))
		}
		return 0
	case 'F':
		return 0
	}
	d.fail()
	return 0
}

// maxValues is how many values a tuple or list may have: more headers than any client takes.
const maxValues = 1 << 16

// seq reads the length of a tuple or list, whose values follow.
func (d *decoder) seq() int {
	switch d.kind() {
	case '(', '[':
		n := d.u32()
		if n > min(len(d.b), maxValues) { // each value takes a byte at least
			d.fail()
			return 0
		}
		return n
	case ')':
		if v := d.take(1); v != nil {
			return int(v[0])
		}
		return 0
	}
	d.fail()
	return 0
}

// want reads the length of a tuple, which must be n.
func (d *decoder) want(n int) {
	if d.seq() != n {
		d.fail()
	}
}

// data reads bytes or a str, or nil for None.
func (d *decoder) data() []byte {
	switch d.kind() {
	case 's', 'u', 'a', 'A', 't':
		return d.take(d.u32())
	case 'z', 'Z':
		if n := d.take(1); n != nil {
			return d.take(int(n[0]))
		}
		return nil
	case 'N':
		return nil
	}
	d.fail()
	return nil
}

// dict reads a dict of str to str, bytes, int or None; other values are an error.
func (d *decoder) dict() map[string]any {
	if d.kind() != '{' {
		d.fail()
	}
	values := map[string]any{}
	for d.err == nil {
		if len(d.b) > 0 && d.b[0] == '0' {
			d.b = d.b[1:]
			return values
		}
		key := string(d.data())
		if len(d.b) > 0 && (d.b[0]&^0x80 == 'i' || d.b[0] == 'T' || d.b[0] == 'F') {
			values[key] = d.int()
			continue
		}
		if v := d.data(); v != nil {
			values[key] = string(v)
		}
	}
	return values
}

// end returns the error of what was read, or one for what is left over.
func (d *decoder) end() error {
	if d.err == nil && len(d.b) > 0 {
		return fmt.Errorf("%w: %d bytes too many", errMarshal, len(d.b))
	}
	return d.err
}
