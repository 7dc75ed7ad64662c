package wsconn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

const (
	maxWindow = 15 // bits
	// compressFrom is from which length on messages are compressed, in bytes: shorter ones hardly get
	// shorter.
	compressFrom = 128
)

// negotiate chooses the first offer of permessage-deflate that can be agreed to (RFC 7692, section
// 7.1), and returns the answer and the bits of the compressor's window. Neither side keeps a context
// between messages: an idle connection needs no window, and what is sent to many is compressed once.
func negotiate(headers []string) (answer string, window int) {
	for _, line := range headers {
		for offer := range strings.SplitSeq(line, ",") {
			name, params, some := strings.Cut(offer, ";")
			if strings.TrimSpace(name) != "permessage-deflate" {
				continue
			}
			window, asked, ok := maxWindow, false, true
			if some {
				window, asked, ok = parseOffer(params)
			}
			if ok {
				answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
				if asked {
					answer += "; server_max_window_bits=" + strconv.Itoa(window)
				}
				return answer, window
			}
		}
	}
	return "", 0
}

// parseOffer reads the parameters of an offer; those that are unknown, invalid or repeated decline it.
func parseOffer(params string) (window int, asked, ok bool) {
	window = maxWindow
	var seen []string
	for param := range strings.SplitSeq(params, ";") {
		name, value, given := strings.Cut(param, "=")
		name = strings.TrimSpace(name)
		if slices.Contains(seen, name) {
			return 0, false, false
		}
		seen = append(seen, name)
		switch name {
		case "server_no_context_takeover", "client_no_context_takeover":
			ok = !given
		case "client_max_window_bits":
			_, ok = windowBits(value)
			ok = ok || !given
		case "server_max_window_bits":
			window, ok = windowBits(value)
			asked = true
		default:
			ok = false
		}
		if !ok {
			return 0, false, false
		}
	}
	return window, asked, true
}

// windowBits reads 8 to 15, without a leading zero, perhaps quoted.
func windowBits(value string) (int, bool) {
	value = strings.TrimSpace(value)
	if s, err := strconv.Unquote(value); err == nil {
		value = s
	}
	n, err := strconv.Atoi(value)
	return n, err == nil && n >= 8 && n <= maxWindow && value == strconv.Itoa(n)
}

// deflateTail is what a sync flush ends with, which is not sent (RFC 7692, section 7.2.1).
const deflateTail = "\x00\x00\xff\xff"

var deflaters [maxWindow + 1]sync.Pool // by the bits of their windows

// deflate compresses a message.
func deflate(data []byte, window int) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(data)/2 + 16)
	w, _ := deflaters[window].Get().(*flate.Writer)
	if w == nil {
		var err error
		if w, err = newDeflater(window); err != nil {
			return nil, fmt.Errorf("compress message: %w", err)
		}
	}
	defer deflaters[window].Put(w)
	w.Reset(&out)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte(deflateTail)), nil
}

func newDeflater(window int) (*flate.Writer, error) {
	if window == maxWindow {
		return flate.NewWriter(io.Discard, flate.BestSpeed)
	}
	return flate.NewWriterWindow(io.Discard, 1<<window)
}

var errTooLong = errors.New("the message is too long")

var inflaters sync.Pool

// inflate decompresses a message of at most limit bytes; a negative limit is none. data is changed
// behind its end.
func inflate(data []byte, limit int64) ([]byte, error) {
	// The block that follows what was left out is the last one, so that the reader finds an end.
	src := bytes.NewReader(append(data, deflateTail+"\x01\x00\x00\xff\xff"...))
	r, _ := inflaters.Get().(io.ReadCloser)
	if r == nil {
		r = flate.NewReader(src)
	} else if err := r.(flate.Resetter).Reset(src, nil); err != nil {
		return nil, fmt.Errorf("decompress message: %w", err)
	}
	defer inflaters.Put(r)
	out := make([]byte, 0, min(4*len(data)+64, firstPiece))
	for {
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		switch {
		case limit >= 0 && int64(len(out)) > limit:
			return nil, errTooLong
		case err == io.EOF:
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("decompress message: %w", err)
		}
		if len(out) == cap(out) {
			out = slices.Grow(out, len(out))
		}
	}
}
