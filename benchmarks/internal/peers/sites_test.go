package peers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/benchmarks/internal/peers"
)

// TestSites checks that the sites which are compared answer alike.
func TestSites(t *testing.T) {
	t.Parallel()
	blob := string(peers.Blob())
	frameworks := []string{"nethttp", "nuages", "chi", "echo"}
	servers := []string{"nethttp", "nuages", "project", "coder", "gws", "gorilla"}
	for _, test := range []struct {
		method, path, body string
		sites              []string
		want               string
	}{
		{"GET", "/plaintext", "", append(frameworks, servers...), peers.Hello},
		{"GET", "/json", "", frameworks, `{"message":"Hello, World!"}`},
		{"GET", "/r00/7/", "", frameworks, "item 7"},
		{"GET", "/s49/1234/", "", frameworks, "item 1234"},
		{"GET", "/blob", "", servers, blob},
		{"POST", "/upload", blob, servers, strconv.Itoa(len(blob))},
	} {
		for _, name := range test.sites {
			t.Run(name+test.path, func(t *testing.T) {
				t.Parallel()
				s := httptest.NewServer(peers.Sites()[name]())
				defer s.Close()
				req, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, strings.NewReader(test.body))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				b, err := io.ReadAll(resp.Body)
				if got := strings.TrimSpace(string(b)); err != nil || resp.StatusCode != http.StatusOK || got != test.want {
					t.Errorf("%s %s of %s answered %d %.40q, %v; want %.40q", test.method, test.path, name, resp.StatusCode, got, err, test.want)
				}
			})
		}
	}
}
