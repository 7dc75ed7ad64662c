package pythonstory_test

import (
	"io"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestDjangoWSGI is the same project by its other door.
func TestDjangoWSGI(t *testing.T) {
	t.Parallel()
	s := django(t, "wsgi:application", python.Options{Threads: 2})
	for _, p := range s.protocols() {
		t.Run(p.name, func(t *testing.T) {
			for _, kind := range []string{"sync", "async"} {
				resp := p.do(t, "GET", "/"+kind+"/", nil)
				if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || resp.Header.Get("X-Middleware") != "sync" ||
					!strings.Contains(string(body), `"view": "`+kind+`"`) {
					t.Errorf("got %s %v %s, %v", resp.Status, resp.Header, body, err)
				}
			}
			p.streams(t)
			p.uploads(t)
		})
	}
}
