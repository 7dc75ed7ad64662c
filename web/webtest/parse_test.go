package webtest

import (
	"bufio"
	"strings"
	"testing"
	"time"
)

func FuzzParseSetCookie(f *testing.F) {
	f.Add(`a="b\054c"; Path=/; Max-Age=5; Domain=.x; Secure; HttpOnly; SameSite=Lax`)
	f.Add("=;=;Max-Age=99999999999999999999; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, line string) {
		c, ok := parseSetCookie(line, time.Unix(1e9, 0))
		if ok && (c.Name == "" || strings.ContainsAny(c.Name, ";=") || strings.Contains(c.Raw, ";")) {
			t.Errorf("%q gave %+v", line, c)
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add("\ufeffid: 1\r\nevent: x\rdata: a\n\nretry: 5\n\n")
	f.Fuzz(func(t *testing.T, src string) {
		p := &eventParser{src: bufio.NewReader(strings.NewReader(src))}
		for range len(src) + 1 {
			e, err := p.next()
			if err != nil {
				return
			}
			if e.Name == "" || strings.ContainsAny(e.Name+e.ID, "\r\n") {
				t.Errorf("%q gave %+v", src, e)
			}
		}
		t.Errorf("%q never ends", src)
	})
}
