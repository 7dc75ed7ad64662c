package server

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"testing"
)

// FuzzHeadScan compares the scanner with net/http, which gets the same bytes in the same packets: it
// must not miss what net/http has seen, wherever packets and requests end.
func FuzzHeadScan(f *testing.F) {
	for _, text := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\nGET http://b/ HTTP/1.1\r\nhost: b\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n\nPOST / HTTP/1.1\ncontent-length:1\nTransfer-Encoding: chunked\n\n0\r\n\r\n",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
	} {
		for _, packet := range []byte{1, 7, 40, 255} {
			f.Add([]byte(text), []byte{packet})
		}
	}
	f.Fuzz(func(t *testing.T, text, packets []byte) {
		if len(packets) == 0 || len(text) > 1<<16 {
			return
		}
		p := scannedPackets{left: text, sizes: packets}
		in := bufio.NewReaderSize(&p, headBuffer)
		for {
			begin := len(text) - len(p.left) - in.Buffered()
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			checkScan(t, &p.scan, text[begin:len(text)-len(p.left)-in.Buffered()])
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			p.scan.answered = true
			if r.Method == http.MethodPost { // as net/http's server does
				skipEmptyLines(in)
			}
		}
	})
}

// checkScan expects of the scanner what the gate asks it. net/http refuses two Hosts before.
func checkScan(t *testing.T, scan *headScan, head []byte) {
	t.Helper()
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(head)))
	if _, err := lines.ReadLine(); err != nil {
		t.Fatalf("%q: %v", head, err)
	}
	fields, err := lines.ReadMIMEHeader()
	if err != nil {
		t.Fatalf("%q: %v", head, err)
	}
	if fields["Content-Length"] != nil && !scan.length {
		t.Errorf("Content-Length was not seen in %q", head)
	}
	if fields["Transfer-Encoding"] != nil && !scan.encoding {
		t.Errorf("Transfer-Encoding was not seen in %q", head)
	}
	for _, host := range fields["Host"] {
		if other := host + ".example"; scan.sameHost(other) {
			t.Errorf("%q was taken for the Host in %q", other, head)
		}
	}
}

func skipEmptyLines(in *bufio.Reader) {
	peek, _ := in.Peek(4)
	for _, c := range peek {
		if c != '\r' && c != '\n' {
			return
		}
		_, _ = in.Discard(1)
	}
}

// scannedPackets returns packets of the sizes in turn, and shows them the scanner as a conn does.
type scannedPackets struct {
	left, sizes []byte
	n           int
	scan        headScan
}

func (p *scannedPackets) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n := min(int(p.sizes[p.n%len(p.sizes)])+1, len(p.left), len(b))
	p.n++
	copy(b, p.left[:n])
	p.left = p.left[n:]
	if len(b) <= headBuffer {
		p.scan.scan(b[:n])
	}
	return n, nil
}
