package autobahn

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// kosme is the Greek word that Markus Kuhn's UTF-8 decoder test begins with.
const kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"

// inPieces cuts a text into frames of n bytes.
func inPieces(s string, n int) []frame {
	var frames []frame
	for op := byte(opText); s != ""; op = opContinue {
		k := min(n, len(s))
		frames = append(frames, frame{op: op, more: k < len(s), payload: []byte(s[:k])})
		s = s[k:]
	}
	return frames
}

func utf8Fragments() []Case {
	const mixed = "Hello-µ@ßöäüàá-UTF-8!!"
	const surrogate = kosme + "\xed\xa0\x80edited"
	const beyond = kosme + "\xf4\x90\x80\x80edited" // 13th byte: over U+10FFFF
	empty := func(op byte, more bool, data string) frame {
		return frame{op: op, more: more, payload: []byte(data)}
	}
	all := numbered("6.1",
		echoed("empty text", together, event{opText, nil}, text("")),
		echoed("three empty fragments", together, event{opText, nil}, empty(opText, true, ""), empty(opContinue, true, ""), empty(opContinue, false, "")),
		echoed("a fragment between empty ones", together, event{opText, []byte("middle frame payload")},
			empty(opText, true, ""), empty(opContinue, true, "middle frame payload"), empty(opContinue, false, "")))
	all = append(all, numbered("6.2",
		echoed("valid text", together, event{opText, []byte(mixed)}, text(mixed)),
		echoed("valid text in two fragments", together, event{opText, []byte(mixed)},
			empty(opText, true, "Hello-µ@ßöä"), empty(opContinue, false, "üàá-UTF-8!!")),
		echoed("valid text in fragments of a byte", together, event{opText, []byte(mixed)}, inPieces(mixed, 1)...),
		echoed("valid text in fragments of a byte", together, event{opText, []byte(kosme)}, inPieces(kosme, 1)...))...)
	all = append(all, numbered("6.3",
		refused("invalid text", together, 1007, nil, text(surrogate)),
		refused("invalid text in fragments of a byte", together, 1007, nil, inPieces(surrogate, 1)...))...)
	return append(all, numbered("6.4",
		Case{Title: "fails at the fragment that is invalid", run: func(p *peer) error { return failFast(p, beyond, 11, 15) }},
		Case{Title: "fails at the fragment with the byte that is invalid", run: func(p *peer) error { return failFast(p, beyond, 12, 13) }},
		Case{Title: "fails within a frame", run: func(p *peer) error { return failWithin(p, beyond, 11, 15) }},
		Case{Title: "fails at a byte within a frame", run: func(p *peer) error { return failWithin(p, beyond, 12, 13) }})...)
}

// failFast sends s up to a, which is fine: a ping is answered; and then up to b, which is not.
func failFast(p *peer, s string, a, b int) error {
	p.send(frame{op: opText, more: true, payload: []byte(s[:a])}, frame{op: opPing})
	if err := p.expect(opPong, nil); err != nil {
		return err
	}
	p.send(frame{op: opContinue, more: true, payload: []byte(s[a:b])})
	return p.expectSoon(func() { p.send(frame{op: opContinue, payload: []byte(s[b:])}) })
}

// failWithin is failFast with pieces of one frame, in which no ping has room.
func failWithin(p *peer, s string, a, b int) error {
	p.add(text(s))
	raw := p.out.Bytes()
	head := len(raw) - len(s)
	write := func(b []byte) { _, _ = p.conn.Write(b) }
	write(raw[:head+a])
	write(raw[head+a : head+b])
	return p.expectSoon(func() { write(raw[head+b:]) })
}

// late is how long a server may take to find an error in a message that goes on.
const late = 3 * time.Second

// expectSoon expects a failure for invalid text, if need be after rest has sent the rest of it.
func (p *peer) expectSoon(rest func()) error {
	_ = p.conn.SetReadDeadline(time.Now().Add(late))
	if _, err := p.in.Peek(1); err == nil {
		return p.expectFailure(1007)
	}
	p.nonStrict = LateFailure
	rest()
	return p.expectFailure(1007)
}

// utf8Sequences are the groups 6.5 to 6.23: what Markus Kuhn's test holds, whose validity the suite
// lists by hand and we leave to unicode/utf8.
func utf8Sequences() []Case {
	var prefixes []string
	for i := range len(kosme) {
		prefixes = append(prefixes, kosme[:i+1])
	}
	incomplete := []string{"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
		"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"}
	groups := []struct {
		title string
		texts []string
	}{
		{"valid sequences", []string{"hello$world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld", "hello\xf0\xa4\xad\xa2world", kosme}},
		{"prefixes of a text", prefixes},
		{"first sequence of a length", []string{"\x00", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}},
		{"first sequence of length 5 and 6", []string{"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"}},
		{"last sequence of a length", []string{"\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}},
		{"last sequence of length 4, 5 and 6", []string{"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}},
		{"other boundaries", []string{"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80"}},
		{"unexpected continuation bytes", append(repeats("\x80\xbf\x80\xbf\x80\xbf"), byteRange(0x80, 0xbe, ""))},
		{"lonely start bytes", []string{byteRange(0xc0, 0xde, " "), byteRange(0xe0, 0xee, " "), byteRange(0xf0, 0xf6, " "), byteRange(0xf8, 0xfa, " "), byteRange(0xfc, 0xfc, " ")}},
		{"last continuation byte missing", incomplete},
		{"incomplete sequences one after the other", []string{strings.Join(incomplete, "")}},
		{"impossible bytes", []string{"\xfe", "\xff", "\xfe\xfe\xff\xff"}},
		{"overlong slashes", []string{"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"}},
		{"longest overlong sequences", []string{"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"}},
		{"overlong NULs", []string{"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"}},
		{"single surrogates", []string{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"}},
		{"paired surrogates", pairs([]string{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf"}, []string{"\xed\xb0\x80", "\xed\xbf\xbf"})},
		{"non-characters", nonCharacters()},
		{"specials", []string{"\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"}},
	}
	var all []Case
	for i, g := range groups {
		var group []Case
		for _, s := range g.texts {
			if utf8.ValidString(s) {
				group = append(group, echoed(g.title, together, event{opText, []byte(s)}, text(s)))
			} else {
				group = append(group, refused(g.title, together, 1007, nil, text(s)))
			}
		}
		all = append(all, numbered(fmt.Sprintf("6.%d", i+5), group...)...)
	}
	return all
}

// repeats returns the first byte of s, its second one, and all prefixes of two and more.
func repeats(s string) []string {
	list := []string{s[:1], s[1:2]}
	for n := 2; n <= len(s); n++ {
		list = append(list, s[:n])
	}
	return list
}

func byteRange(from, to int, after string) string {
	var b strings.Builder
	for c := from; c <= to; c++ {
		b.WriteByte(byte(c))
		b.WriteString(after)
	}
	return b.String()
}

func pairs(first, second []string) []string {
	var list []string
	for _, a := range first {
		for _, b := range second {
			list = append(list, a+b)
		}
	}
	return list
}

// nonCharacters returns the two at the end of each plane.
func nonCharacters() []string {
	var list []string
	for plane := range rune(17) {
		list = append(list, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	return list
}
