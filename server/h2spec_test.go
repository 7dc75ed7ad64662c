package server_test

import (
	"encoding/xml"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// h2specFailures are the cases that net/http's HTTP/2 does not pass: it ignores the two kinds of
// headers instead of refusing the request, and refuses settings that are given twice.
var h2specFailures = []string{
	"Sends a HEADERS frame that contains the TE header field with any value other than \"trailers\"",
	"Sends a HEADERS frame that contains the connection-specific header field",
	"Sends multiple values of SETTINGS_INITIAL_WINDOW_SIZE",
}

const h2specCases = 145

// TestH2spec runs the conformance suite for HTTP/2 over TLS.
func TestH2spec(t *testing.T) {
	t.Parallel()
	tool := buildH2spec(t)
	s := start(t, http.HandlerFunc(tell), server.Options{Addresses: []string{"https://127.0.0.1:0"}, TLS: serverTLS()})
	_, port, _ := net.SplitHostPort(s.addr)
	report := filepath.Join(t.TempDir(), "report.xml")
	out, _ := exec.CommandContext(t.Context(), tool, "-t", "-k", "-h", "127.0.0.1", "-p", port, "-j", report).CombinedOutput()
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var suites struct {
		Cases []struct {
			Name    string    `xml:"classname,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatal(err)
	}
	if n := len(suites.Cases); n != h2specCases {
		t.Errorf("cases: got %d, want %d", n, h2specCases)
	}
	var failed []string
	for _, c := range suites.Cases {
		if c.Failure != nil || c.Error != nil || c.Skipped != nil {
			failed = append(failed, c.Name)
		}
	}
	slices.Sort(failed)
	if diff := cmp.Diff(h2specFailures, failed); diff != "" {
		t.Errorf("failed cases (-want +got):\n%s\n%s", diff, out)
	}
}

// buildH2spec builds the suite from its module.
func buildH2spec(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "h2spec")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", tool, "github.com/summerwind/h2spec/cmd/h2spec")
	cmd.Dir = filepath.Join("testdata", "h2spec")
	if out, err := cmd.CombinedOutput(); err != nil {
		realdjango.Missing(t, "h2spec, which go could not fetch and build: "+string(out))
	}
	return tool
}
