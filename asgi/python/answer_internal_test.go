package python

import (
	"testing"
)

// FuzzWSGIHead reads heads of responses as a worker might send them.
func FuzzWSGIHead(f *testing.F) {
	good := encoder{}
	good.tuple(3)
	good.int(200)
	good.list(2)
	good.tuple(2)
	good.str("Content-Type")
	good.latin1("text/\xe9")
	good.tuple(2)
	good.str("Connection")
	good.str("close")
	good.bytes("body")
	f.Add(good.b)
	f.Add([]byte("(\x03\x00\x00\x00i\xc8\x00\x00\x00[\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d := decoder{b: payload}
		d.want(3)
		d.int()
		headers := d.wsgiHeaders()
		d.data()
		if d.end() != nil {
			return
		}
		for _, h := range headers {
			if isHop(h.Name) {
				t.Errorf("%q of %q reaches the client", h.Name, payload)
			}
		}
	})
}
