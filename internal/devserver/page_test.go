package devserver

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

// Source and output are shown to this machine alone.
func TestErrorPageIsLocal(t *testing.T) {
	t.Parallel()
	s := &supervisor{}
	build := &BuildError{Problems: []Problem{{File: "secret.go", Line: 1, Text: "undefined: secret"}}}
	for _, test := range []struct {
		host, peer string
		shown      bool
	}{
		{"127.0.0.1:8000", "127.0.0.1:5000", true},
		{"localhost:8000", "127.0.0.1:5000", true},
		{"shop.localhost", "[::1]:5000", true},
		{"[::1]:8000", "[::1]:5000", true},
		{"evil.example:8000", "127.0.0.1:5000", false},
		{"127.0.0.1.evil.example", "127.0.0.1:5000", false},
		{"localhost:8000", "192.0.2.7:5000", false},
		{"", "127.0.0.1:5000", false},
	} {
		for _, err := range []error{build, &ExitError{Err: errors.New("exit status 1"), Output: "the secret"}} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host, r.RemoteAddr = test.host, test.peer
			w := httptest.NewRecorder()
			s.errorPage(w, r, err)
			if got := strings.Contains(w.Body.String(), "secret"); got != test.shown || w.Code != 500 {
				t.Errorf("host %q, peer %s: %d, shown: %v, want 500, %v", test.host, test.peer, w.Code, got, test.shown)
			}
		}
	}
}
