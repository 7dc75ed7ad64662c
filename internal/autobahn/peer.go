package autobahn

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Opcodes (RFC 6455, section 5.2).
const (
	opContinue = 0
	opText     = 1
	opBinary   = 2
	opClose    = 8
	opPing     = 9
	opPong     = 10
)

// patience is how long the server may take for one step.
const patience = 30 * time.Second

// A peer is a client that can send anything.
type peer struct {
	to        *Target
	conn      net.Conn
	in        *bufio.Reader
	out       bytes.Buffer // frames that were not sent yet
	chop      int          // sends so many bytes at a time; 0: all
	deflate   *deflater    // nil without the extension
	nonStrict string
}

func dial(ctx context.Context, to *Target, offer string) (*peer, error) {
	if to.Open != nil {
		conn, agreed, err := to.Open(ctx, offer)
		if err != nil {
			return nil, fmt.Errorf("handshake: %w", err)
		}
		p := &peer{to: to, conn: conn, in: bufio.NewReader(conn)}
		if agreed != "" {
			p.deflate, err = newDeflater(offer, agreed)
		}
		return p, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", to.Address)
	if err != nil {
		return nil, err
	}
	p := &peer{to: to, conn: conn, in: bufio.NewReader(conn)}
	if err := p.handshake(offer); err != nil {
		conn.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return p, nil
}

func (p *peer) handshake(offer string) error {
	path := p.to.Path
	if path == "" {
		path = "/"
	}
	extensions := ""
	if offer != "" {
		extensions = "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	_ = p.conn.SetDeadline(time.Now().Add(patience))
	_, err := fmt.Fprintf(p.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n", path, p.to.Address, extensions)
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("status %s", resp.Status)
	}
	if got := resp.Header.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { // RFC 6455, section 1.3
		return fmt.Errorf("Sec-WebSocket-Accept: %q", got)
	}
	if agreed := resp.Header.Get("Sec-WebSocket-Extensions"); agreed != "" {
		p.deflate, err = newDeflater(offer, agreed)
	}
	return err
}

// A frame is what goes over the wire, before it is masked.
type frame struct {
	op      byte
	more    bool // not the last of its message
	rsv     byte // 4: RSV1, 2: RSV2, 1: RSV3
	payload []byte
}

func text(s string) frame { return frame{op: opText, payload: []byte(s)} }

// masks is a mask again and again. It is no secret: the server is the only one that looks.
var masks = bytes.Repeat([]byte{0x5a, 0xc3, 0x96, 0x0f}, 1024)

// add queues frames.
func (p *peer) add(frames ...frame) {
	for _, f := range frames {
		first := f.op | f.rsv<<4
		if !f.more {
			first |= 0x80
		}
		var head []byte
		switch n := len(f.payload); {
		case n < 126:
			head = []byte{first, 0x80 | byte(n)}
		case n < 1<<16:
			head = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(n))
		default:
			head = binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(n))
		}
		p.out.Write(head)
		p.out.Write(masks[:4])
		start := p.out.Len()
		p.out.Write(f.payload)
		for masked := p.out.Bytes()[start:]; len(masked) > 0; {
			masked = masked[subtle.XORBytes(masked, masked, masks):]
		}
	}
}

// flush sends what is queued. That the server closes meanwhile is seen by who reads.
func (p *peer) flush() {
	b := p.out.Bytes()
	p.out.Reset()
	chop := p.chop
	if chop == 0 {
		chop = len(b)
	}
	_ = p.conn.SetDeadline(time.Now().Add(patience))
	for len(b) > 0 {
		n := min(chop, len(b))
		if _, err := p.conn.Write(b[:n]); err != nil {
			return
		}
		b = b[n:]
	}
}

func (p *peer) send(frames ...frame) {
	p.add(frames...)
	p.flush()
}

// An event is a message, a pong, a close or the end of the connection.
type event struct {
	op   byte // opContinue for the end
	data []byte
}

func (e event) String() string {
	switch e.op {
	case opContinue:
		return "the end of the connection"
	case opClose:
		if len(e.data) >= 2 {
			return fmt.Sprintf("a close with %d %q", binary.BigEndian.Uint16(e.data), e.data[2:])
		}
	}
	return fmt.Sprintf("opcode %d with %d bytes %.40q", e.op, len(e.data), e.data)
}

// next returns what the server sends next. Its error tells of a rule that the server broke.
func (p *peer) next() (event, error) {
	var message event
	for {
		f, compressed, err := p.readFrame(message.op != 0)
		if err != nil {
			return event{}, err
		}
		switch f.op {
		case opContinue, opText, opBinary:
			if f.op != opContinue {
				message.op = f.op
				if compressed {
					p.deflate.compressed = true
				}
			}
			message.data = append(message.data, f.payload...)
			if f.more {
				continue
			}
			if p.deflate != nil && p.deflate.compressed {
				p.deflate.compressed = false
				message.data, err = p.deflate.decompress(message.data)
			}
			return message, err
		case opPing:
			p.send(frame{op: opPong, payload: f.payload})
		case end:
			return event{}, nil
		default:
			return event{f.op, f.payload}, nil
		}
	}
}

// end is the opcode of no frame.
const end = 0xff

// readFrame reads a frame as strictly as a server has to read ours.
func (p *peer) readFrame(within bool) (f frame, compressed bool, err error) {
	_ = p.conn.SetDeadline(time.Now().Add(patience))
	var head [8]byte
	if _, err := io.ReadFull(p.in, head[:2]); err != nil {
		if timeout := (net.Error)(nil); errors.As(err, &timeout) && timeout.Timeout() {
			return f, false, errors.New("the server says nothing")
		}
		return frame{op: end}, false, nil
	}
	f = frame{op: head[0] & 15, more: head[0]&0x80 == 0, rsv: head[0] >> 4 & 7}
	n := uint64(head[1] & 0x7f)
	switch {
	case head[1]&0x80 != 0:
		return f, false, errors.New("the server masks")
	case n == 126:
		_, err = io.ReadFull(p.in, head[:2])
		n = uint64(binary.BigEndian.Uint16(head[:]))
	case n == 127:
		_, err = io.ReadFull(p.in, head[:8])
		n = binary.BigEndian.Uint64(head[:])
	}
	if err != nil || n > 1<<26 {
		return f, false, fmt.Errorf("frame of %d bytes: %w", n, err)
	}
	control := f.op >= 8
	compressed = f.rsv == 4 && p.deflate != nil && (f.op == opText || f.op == opBinary)
	switch {
	case f.rsv != 0 && !compressed:
		return f, false, fmt.Errorf("the server sets reserved bits %d", f.rsv)
	case control && (f.more || n > 125):
		return f, false, fmt.Errorf("control frame of %d bytes, fragmented: %v", n, f.more)
	case f.op > 2 && !control || f.op > opPong:
		return f, false, fmt.Errorf("opcode %d", f.op)
	case !control && (f.op == opContinue) != within:
		return f, false, fmt.Errorf("opcode %d in a message: %v", f.op, within)
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(p.in, f.payload); err != nil {
		return frame{op: end}, false, nil
	}
	return f, compressed, nil
}

// expect reads an event that has to be the one given.
func (p *peer) expect(op byte, data []byte) error {
	got, err := p.next()
	if err != nil {
		return err
	}
	if want := (event{op, data}); got.op != op || !bytes.Equal(got.data, data) {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	return nil
}

// closeNormally closes as a client does, and expects the server's answer with the same status.
func (p *peer) closeNormally() error {
	p.send(closing(1000, ""))
	return p.expectClose(1000)
}

func closing(code uint16, reason string) frame {
	return frame{op: opClose, payload: append(binary.BigEndian.AppendUint16(nil, code), reason...)}
}

// expectClose reads a close frame with one of the statuses, and then the end.
func (p *peer) expectClose(codes ...uint16) error {
	got, err := p.next()
	if err != nil {
		return err
	}
	return p.judgeClose(got, codes...)
}

func (p *peer) judgeClose(got event, codes ...uint16) error {
	if got.op != opClose {
		return fmt.Errorf("got %v, want a close with %v", got, codes)
	}
	code := uint16(1005)
	if len(got.data) >= 2 {
		code = binary.BigEndian.Uint16(got.data)
	}
	for _, want := range codes {
		if code == want {
			return p.expectEnd()
		}
	}
	return fmt.Errorf("got %v, want a close with %v", got, codes)
}

// expectEnd waits until the server, as it has to, closes the connection first.
func (p *peer) expectEnd() error {
	got, err := p.next()
	if err == nil && got.op != opContinue {
		err = fmt.Errorf("got %v after the close", got)
	}
	return err
}

// expectFailure expects that the server gives up a connection whose client broke a rule: with the
// status, or (not strict) without one. What it had echoed before, in the order of the list, it may
// leave out, which is not strict either.
func (p *peer) expectFailure(code uint16, before ...event) error {
	for {
		got, err := p.next()
		if err != nil {
			return err
		}
		switch {
		case len(before) > 0 && got.op == before[0].op && bytes.Equal(got.data, before[0].data):
			before = before[1:]
			continue
		case got.op == opContinue:
			p.nonStrict = Dropped
			return nil
		case len(before) > 0:
			p.nonStrict = EarlyFailure
		}
		return p.judgeClose(got, code)
	}
}
