package autobahn

import (
	"bytes"
	"fmt"
)

// Ways of sending the frames of a case.
const (
	together  = -1 // in one piece
	frameWise = 0  // each in a piece of its own
	octetWise = 1  // byte by byte
)

// sendAs sends frames.
func (p *peer) sendAs(way int, frames ...frame) {
	switch way {
	case together:
		p.send(frames...)
	case frameWise:
		for _, f := range frames {
			p.send(f)
		}
	default:
		p.chop = way
		p.send(frames...)
		p.chop = 0
	}
}

// echoed is a case whose frames are legal and come back as one message, after answers to its pings.
func echoed(title string, way int, want event, frames ...frame) Case {
	return Case{Title: title, run: func(p *peer) error {
		p.sendAs(way, frames...)
		for _, f := range frames {
			if f.op == opPing {
				if err := p.expect(opPong, f.payload); err != nil {
					return err
				}
			}
		}
		if want.op != 0 {
			if err := p.expect(want.op, want.data); err != nil {
				return err
			}
		}
		return p.closeNormally()
	}}
}

// refused is a case whose frames break a rule.
func refused(title string, way int, code uint16, before []event, frames ...frame) Case {
	return Case{Title: title, run: func(p *peer) error {
		p.sendAs(way, frames...)
		return p.expectFailure(code, before...)
	}}
}

func framing() []Case {
	var all []Case
	for i, op := range []byte{opText, opBinary} {
		var group []Case
		for _, n := range []int{0, 125, 126, 127, 128, 65535, 65536} {
			data := bytes.Repeat([]byte{'*'}, n)
			group = append(group, echoed(fmt.Sprintf("opcode %d with %d bytes", op, n), together, event{op, data}, frame{op: op, payload: data}))
		}
		data := bytes.Repeat([]byte{'*'}, 65536)
		group = append(group, echoed(fmt.Sprintf("opcode %d in pieces of 997 bytes", op), 997, event{op, data}, frame{op: op, payload: data}))
		all = append(all, numbered(fmt.Sprintf("1.%d", i+1), group...)...)
	}
	return all
}

func pings() []Case {
	ping := func(data []byte) frame { return frame{op: opPing, payload: data} }
	pong := func(data string) frame { return frame{op: opPong, payload: []byte(data)} }
	var ten []frame
	for i := range 10 {
		ten = append(ten, ping(fmt.Appendf(nil, "payload-%d", i)))
	}
	full := bytes.Repeat([]byte{0xfe}, 125)
	return numbered("2",
		echoed("ping", together, event{}, ping(nil)),
		echoed("ping with text", together, event{}, ping([]byte("Hello, world!"))),
		echoed("ping with bytes", together, event{}, ping([]byte{0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff})),
		echoed("ping with 125 bytes", together, event{}, ping(full)),
		refused("ping with 126 bytes", together, 1002, nil, ping(append(full[:125:125], 0xfe))),
		echoed("ping with 125 bytes, byte by byte", octetWise, event{}, ping(full)),
		echoed("pong that nobody asked for", together, event{}, pong("")),
		echoed("pong with text", together, event{}, pong("unsolicited pong payload")),
		echoed("pong and ping", together, event{}, pong("unsolicited pong payload"), ping([]byte("ping payload"))),
		echoed("ten pings", together, event{}, ten...),
		echoed("ten pings, byte by byte", octetWise, event{}, ten...),
	)
}

func reserved() []Case {
	first := []event{{opText, []byte("Hello, world!")}}
	hello := text("Hello, world!")
	with := func(op, rsv byte, data string) frame { return frame{op: op, rsv: rsv, payload: []byte(data)} }
	ping := frame{op: opPing}
	return numbered("3",
		refused("RSV 1", together, 1002, nil, with(opText, 1, "Hello, world!")),
		refused("RSV 2 in the second message", together, 1002, first, hello, with(opText, 2, "Hello, world!"), ping),
		refused("RSV 3, frame by frame", frameWise, 1002, first, hello, with(opText, 3, "Hello, world!"), ping),
		refused("RSV 4, byte by byte", octetWise, 1002, first, hello, with(opText, 4, "Hello, world!"), ping),
		refused("RSV 5 of a binary message", together, 1002, nil, with(opBinary, 5, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff")),
		refused("RSV 6 of a ping", together, 1002, nil, with(opPing, 6, "Hello, world!")),
		refused("RSV 7 of a close", together, 1002, nil, with(opClose, 7, "\x03\xe8")),
	)
}

func opcodes() []Case {
	var all []Case
	first := []event{{opText, []byte("Hello, world!")}}
	for i, base := range []byte{3, 11} {
		op := func(n byte, data string) frame { return frame{op: base + n, payload: []byte(data)} }
		hello, ping := text("Hello, world!"), frame{op: opPing}
		all = append(all, numbered(fmt.Sprintf("4.%d", i+1),
			refused("reserved opcode", together, 1002, nil, op(0, "")),
			refused("reserved opcode with a payload", together, 1002, nil, op(1, "reserved opcode payload")),
			refused("reserved opcode after a message", together, 1002, first, hello, op(2, ""), ping),
			refused("the same with a payload, frame by frame", frameWise, 1002, first, hello, op(3, "reserved opcode payload"), ping),
			refused("the same, byte by byte", octetWise, 1002, first, hello, op(4, "reserved opcode payload"), ping),
		)...)
	}
	return all
}

func fragments() []Case {
	part := func(n int, op byte, more bool) frame {
		return frame{op: op, more: more, payload: fmt.Appendf(nil, "fragment%d", n)}
	}
	ping := frame{op: opPing, payload: []byte("ping payload")}
	both := event{opText, []byte("fragment1fragment2")}
	var all []Case
	all = append(all,
		refused("ping in two fragments", together, 1002, nil, part(1, opPing, true), part(2, opContinue, false)),
		refused("pong in two fragments", together, 1002, nil, part(1, opPong, true), part(2, opContinue, false)))
	for _, way := range []int{together, frameWise, octetWise} {
		all = append(all, echoed("text in two fragments", way, both, part(1, opText, true), part(2, opContinue, false)))
	}
	for _, way := range []int{together, frameWise, octetWise} {
		all = append(all, echoed("text in two fragments around a ping", way, both, part(1, opText, true), ping, part(2, opContinue, false)))
	}
	for _, more := range []bool{false, true} {
		for _, way := range []int{together, frameWise, octetWise} {
			all = append(all, refused(fmt.Sprintf("nothing to continue, more: %v", more), way, 1002, nil,
				frame{op: opContinue, more: more, payload: []byte("non-continuation payload")}, text("Hello, world!")))
		}
	}
	all = append(all, refused("nothing to continue after a message of two fragments", together, 1002, []event{both},
		part(1, opText, true), part(2, opContinue, false), part(3, opContinue, true), part(4, opText, false)))
	for _, more := range []bool{true, false} {
		round := []frame{part(1, opContinue, more), part(2, opText, true), part(3, opContinue, false)}
		all = append(all, refused("nothing to continue, twice", together, 1002, nil, append(round, round...)...))
	}
	all = append(all, refused("a second text within a text", together, 1002, nil, part(1, opText, true), part(2, opText, false)),
		Case{Title: "text in five fragments around two pings", run: func(p *peer) error { return fivefold(p, together) }},
		Case{Title: "the same, frame by frame", run: func(p *peer) error { return fivefold(p, frameWise) }})
	return numbered("5", all...)
}

// fivefold sends two fragments and waits for the pong, as the server has to answer within a message.
func fivefold(p *peer, way int) error {
	part := func(n int, op byte) frame {
		return frame{op: op, more: n < 5, payload: fmt.Appendf(nil, "fragment%d", n)}
	}
	ping := func(data string) frame { return frame{op: opPing, payload: []byte(data)} }
	p.sendAs(way, part(1, opText), part(2, opContinue), ping("pongme 1!"))
	if err := p.expect(opPong, []byte("pongme 1!")); err != nil {
		return err
	}
	p.sendAs(way, part(3, opContinue), part(4, opContinue), ping("pongme 2!"), part(5, opContinue))
	if err := p.expect(opPong, []byte("pongme 2!")); err != nil {
		return err
	}
	if err := p.expect(opText, []byte("fragment1fragment2fragment3fragment4fragment5")); err != nil {
		return err
	}
	return p.closeNormally()
}
