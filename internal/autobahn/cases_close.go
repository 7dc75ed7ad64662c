package autobahn

import (
	"bytes"
	"fmt"
	"strings"
)

// closed is a case that closes and may send more after it, which the server has to ignore.
func closed(title string, codes []uint16, frames ...frame) Case {
	return Case{Title: title, run: func(p *peer) error {
		p.send(frames...)
		return p.expectClose(codes...)
	}}
}

func closes() []Case {
	normal := closing(1000, "")
	raw := func(payload string) frame { return frame{op: opClose, payload: []byte(payload)} }
	all := numbered("7.1",
		echoed("a message, then the close", together, event{opText, []byte("Hello World!")}, text("Hello World!")),
		closed("two closes", []uint16{1000}, normal, normal),
		closed("a ping after the close", []uint16{1000}, normal, frame{op: opPing}),
		closed("a text after the close", []uint16{1000}, normal, text("Hello World!")),
		closed("the close within a message", []uint16{1000}, frame{op: opText, more: true, payload: []byte("fragment1")}, normal,
			frame{op: opContinue, payload: []byte("fragment2")}),
		Case{Title: "256 KiB, a text, a close and a ping", run: backToBack})
	all = append(all, numbered("7.3",
		closed("no status", []uint16{1000, 1005}, raw("")),
		refused("half a status", together, 1002, nil, raw("a")),
		closed("a status", []uint16{1000}, normal),
		closed("a status and a reason", []uint16{1000}, closing(1000, "Hello World!")),
		closed("the longest reason", []uint16{1000}, closing(1000, strings.Repeat("*", 123))),
		refused("a reason too long", together, 1002, nil, closing(1000, strings.Repeat("*", 124))))...)
	all = append(all, numbered("7.5", refused("an invalid reason", together, 1007, nil, closing(1000, kosme+"\xed\xa0\x80edited")))...)
	var valid, invalid []Case
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		valid = append(valid, closed(fmt.Sprintf("status %d", code), []uint16{1000, code}, closing(code, "")))
	}
	for _, code := range []uint16{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		invalid = append(invalid, refused(fmt.Sprintf("status %d", code), together, 1002, nil, closing(code, "")))
	}
	all = append(all, numbered("7.7", valid...)...)
	all = append(all, numbered("7.9", invalid...)...)
	return append(all, numbered("7.13",
		// The suite only tells what the server does with these; we want no more than an end.
		Case{Title: "status 5000", run: func(p *peer) error { p.send(closing(5000, "")); return p.anyEnd() }},
		Case{Title: "status 65535", run: func(p *peer) error { p.send(closing(65535, "")); return p.anyEnd() }})...)
}

func (p *peer) anyEnd() error {
	got, err := p.next()
	if err == nil && got.op == opClose {
		return p.expectEnd()
	}
	if err == nil && got.op != opContinue {
		err = fmt.Errorf("got %v, want an end", got)
	}
	return err
}

// backToBack: which of the messages are echoed before the close is the server's choice.
func backToBack(p *peer) error {
	big := bytes.Repeat([]byte("BAsd7&jh23"), 256<<10/10)
	p.send(frame{op: opText, payload: big}, text("Hello World!"), closing(1000, ""), frame{op: opPing})
	for {
		got, err := p.next()
		switch {
		case err != nil:
			return err
		case got.op == opClose:
			return p.judgeClose(got, 1000)
		case got.op == opContinue:
			return nil
		case got.op != opText:
			return fmt.Errorf("got %v", got)
		}
	}
}
