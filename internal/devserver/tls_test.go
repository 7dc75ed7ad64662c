package devserver_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestTLS has the supervisor speak TLS, and tell the program so.
func TestTLS(t *testing.T) {
	t.Parallel()
	kit := httptest.NewTLSServer(nil) // for its certificate and its client
	defer kit.Close()
	s := superviseTLS(t, nil, &tls.Config{Certificates: kit.TLS.Certificates})
	resp, err := kit.Client().Get(s.url + "/request")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct{ Header http.Header }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if secure := got.Header["X-Nuages-Secure"]; len(secure) != 1 {
		t.Errorf("TLS is told as %q", secure)
	}
}
