package autobahn

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
)

// deflateSizes are the messages of groups 12 and 13: length, and the frames they are cut into.
var deflateSizes = []struct{ length, fragment int }{
	{16, 0}, {64, 0}, {256, 0}, {1024, 0}, {4096, 0}, {8192, 0}, {16384, 0}, {32768, 0}, {65536, 0}, {131072, 0},
	{8192, 256}, {16384, 256}, {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
}

// deflateOffers are those of group 13: whether the server is asked for no context takeover, and for
// how big a window.
var deflateOffers = []string{
	"permessage-deflate; client_no_context_takeover; client_max_window_bits",
	"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover",
	"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=9",
	"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=15",
	"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=9",
	"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=15",
	"permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate",
}

func compression() []Case {
	var all []Case
	for i, op := range []byte{opBinary, opBinary, opBinary, opText, opText} {
		all = append(all, deflateGroup(fmt.Sprintf("12.%d", i+1), deflateOffers[0], op, i)...)
	}
	for i, offer := range deflateOffers {
		all = append(all, deflateGroup(fmt.Sprintf("13.%d", i+1), offer, opText, 3)...)
	}
	return all
}

func deflateGroup(id, offer string, op byte, kind int) []Case {
	var group []Case
	for _, size := range deflateSizes {
		group = append(group, Case{Title: fmt.Sprintf("%d bytes in frames of %d with %s", size.length, size.fragment, offer), offer: offer,
			run: func(p *peer) error { return exchange(p, op, corpus(kind), size.length, size.fragment) }})
	}
	return numbered(id, group...)
}

// exchange sends compressed messages and expects them back, one after the other.
func exchange(p *peer, op byte, data []byte, length, fragment int) error {
	for i := range p.messages() {
		start := i * length % (len(data) - length + 1)
		message := data[start : start+length]
		packed, err := p.deflate.compress(message)
		if err != nil {
			return err
		}
		size := fragment
		if size == 0 {
			size = max(1, len(packed))
		}
		frames := cut(op, packed, size)
		frames[0].rsv = 4
		p.send(frames...)
		if err := p.expect(op, message); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return p.closeNormally()
}

// corpus returns 256 KiB of a kind of data: a play, a picture, a packed file, JSON or HTML.
func corpus(kind int) []byte {
	const size = 256 << 10
	r := rand.New(rand.NewPCG(12, uint64(kind)))
	words := strings.Fields("Habe nun ach Philosophie Juristerei und Medizin und leider auch Theologie durchaus studiert mit heissem Bemuehn")
	var b bytes.Buffer
	for b.Len() < size {
		word := words[r.IntN(len(words))]
		switch kind {
		case 0:
			b.WriteString(word + " ")
		case 1: // neighbours look alike
			b.WriteByte(byte(128 + r.IntN(16) + b.Len()/4096%64))
		case 2:
			b.WriteByte(byte(r.Uint32()))
		case 3:
			fmt.Fprintf(&b, `{"id":%d,"name":"%s","tags":["%s"],"active":%v},`, r.IntN(1e6), word, words[r.IntN(len(words))], r.IntN(2) == 0)
		case 4:
			fmt.Fprintf(&b, `<tr class="row"><td>%d</td><td><a href="/%s/">%s</a></td></tr>`+"\n", r.IntN(1e4), word, word)
		}
	}
	return b.Bytes()[:size]
}

// A deflater is the client's side of permessage-deflate (RFC 7692).
type deflater struct {
	window     int  // of our compressor, in bits
	takeover   bool // the server keeps its context
	compressed bool // the message that is being read
	history    []byte
}

func newDeflater(offer, agreed string) (*deflater, error) {
	name, params, _ := strings.Cut(agreed, ";")
	if offer == "" || strings.TrimSpace(name) != "permessage-deflate" {
		return nil, fmt.Errorf("extension %q was not offered", agreed)
	}
	d := &deflater{window: 15, takeover: !strings.Contains(params, "server_no_context_takeover")}
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if key != "client_max_window_bits" {
			continue
		}
		bits, err := strconv.Atoi(value)
		if err != nil || bits < 8 || bits > 15 || !strings.Contains(offer, key) {
			return nil, fmt.Errorf("parameter %q", param)
		}
		d.window = bits
	}
	if !strings.Contains(offer, ",") && strings.Contains(offer, "server_max_window_bits=9") && !strings.Contains(agreed, "server_max_window_bits=9") {
		return nil, fmt.Errorf("the answer %q leaves out the window of the offer", agreed)
	}
	return d, nil
}

// compress uses no context, which every server has to understand.
func (d *deflater) compress(message []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriterWindow(&b, 1<<d.window)
	if err != nil {
		return nil, err
	}
	_, _ = w.Write(message)
	err = w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff}), err
}

func (d *deflater) decompress(packed []byte) ([]byte, error) {
	r := flate.NewReaderDict(io.MultiReader(bytes.NewReader(packed), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")), d.history)
	message, err := io.ReadAll(r)
	if d.takeover {
		d.history = append(d.history, message...)
		d.history = d.history[max(0, len(d.history)-32<<10):]
	}
	return message, err
}
