package middleware_test

import (
	"testing"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.CrossOrigin(&middleware.CrossOriginOptions{TrustedOrigins: []string{"https://pay.example"}}))
	for _, test := range []struct {
		name, method string
		headers      []string
		status       int
	}{
		{"a form of this site", "POST", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, 200},
		{"typed into the address bar", "POST", []string{"Sec-Fetch-Site", "none"}, 200},
		{"another site", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"a sister domain", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://blog.example.com"}, 403},
		{"a trusted site", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://pay.example"}, 200},
		{"an old browser, this site", "POST", []string{"Origin", "http://example.com"}, 200},
		{"an old browser, another site", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"a page without origin", "POST", []string{"Origin", "null"}, 403},
		{"a program", "POST", nil, 200},
		{"reading", "GET", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 200},
		{"head", "HEAD", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"preflight", "OPTIONS", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 200},
		{"delete", "DELETE", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"unknown method", "BREW", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantStatus(t, ask(h, test.method, "http://example.com/", test.headers...), test.status)
		})
	}
}

func TestCrossOriginCheck(t *testing.T) {
	t.Parallel()
	stack := []web.Middleware{middleware.CrossOrigin(&middleware.CrossOriginOptions{TrustedOrigins: []string{"https://pay.example/x", "https://ok.example", "pay.example"}})}
	report, err := checks.Run(t.Context(), middleware.Checks(stack), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Messages) != 2 || report.Messages[0].ID != "middleware.E003" || report.Messages[1].ID != "middleware.E003" {
		t.Errorf("got %v", report.Messages)
	}
}
