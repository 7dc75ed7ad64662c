package middleware_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	hosts := middleware.AllowedHosts([]string{"example.com"}, nil)
	security := func(o middleware.SecurityOptions) []web.Middleware {
		return []web.Middleware{hosts, middleware.Security(&o)}
	}
	full := middleware.SecurityOptions{HSTS: time.Hour, HSTSSubdomains: true, HSTSPreload: true, TLSRedirect: true}
	with := func(change func(*middleware.SecurityOptions)) []web.Middleware {
		o := full
		change(&o)
		return security(o)
	}
	csp := func(p middleware.Policy) []web.Middleware {
		return []web.Middleware{hosts, middleware.Security(&full), middleware.CSP(&middleware.CSPOptions{Enforce: p})}
	}
	tests := []struct {
		name  string
		stack []web.Middleware
		want  string // IDs
	}{
		{"nothing", nil, "security.W001 security.W002 security.W020"},
		{"all well", security(full), ""},
		{"default stack", middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}, Proxies: networks("10.0.0.0/8"), AccessLog: &middleware.AccessLogOptions{},
			CSP: &middleware.CSPOptions{}, Timeout: time.Minute, Security: &full}), ""},
		{"defaults", security(middleware.SecurityOptions{}), "security.W004 security.W008"},
		{"HSTS alone", security(middleware.SecurityOptions{HSTS: time.Hour, TLSRedirect: true}), "security.W005 security.W021"},
		{"sniffing", with(func(o *middleware.SecurityOptions) { o.InsecureSniffing = true }), "security.W006"},
		{"frames omitted", with(func(o *middleware.SecurityOptions) { o.FrameOptions = middleware.Omit }), "security.W002"},
		{"frames of the site", with(func(o *middleware.SecurityOptions) { o.FrameOptions = "SAMEORIGIN" }), "security.W019"},
		{"no referrer policy", with(func(o *middleware.SecurityOptions) { o.ReferrerPolicy = middleware.Omit }), "security.W022"},
		{"bad referrer policy", with(func(o *middleware.SecurityOptions) { o.ReferrerPolicy = "origin, invalid" }), "security.E023"},
		{"two referrer policies", with(func(o *middleware.SecurityOptions) { o.ReferrerPolicy = "origin, unsafe-url" }), ""},
		{"bad opener policy", with(func(o *middleware.SecurityOptions) { o.OpenerPolicy = "same" }), "security.E024"},
		{"no hosts", []web.Middleware{middleware.AllowedHosts(nil, nil), middleware.Security(&full)}, "security.W020"},
		{"policy", csp(middleware.Policy{{"default-src", middleware.CSPSelf}}), ""},
		{"policy without quotes", csp(middleware.Policy{{"default-src", "self"}}), "security.E026"},
		{"policy with a semicolon", csp(middleware.Policy{{"default-src", "a; script-src *"}}), "security.E026"},
		{"policy with a nameless directive", csp(middleware.Policy{{}}), "security.E026"},
		{"policy with none and more", csp(middleware.Policy{{"img-src", middleware.CSPNone, "https:"}}), "security.E026"},
		{"policy with a directive twice", csp(middleware.Policy{{"img-src", "a:"}, {"IMG-SRC", "b:"}}), "security.E026"},
		{"wrong order", []web.Middleware{middleware.Security(&full), hosts}, "middleware.E001"},
		{"conditional outside of compress", []web.Middleware{hosts, middleware.Security(&full), middleware.ConditionalGet(), middleware.Compress(nil)}, "middleware.E001"},
		{"twice", []web.Middleware{hosts, middleware.Security(&full), middleware.Common(nil), middleware.Common(nil)}, "middleware.W001"},
		{"no name", append(security(full), web.Middleware{Wrap: middleware.NeverCache}), "middleware.W002"},
		{"no function", append(security(full), web.Middleware{Name: "x"}), "middleware.E002"},
		{"CORS", append(security(full), middleware.CORS([]string{"*"}, &middleware.CORSOptions{Credentials: true})), "middleware.W003"},
		{"trusting everybody", append([]web.Middleware{middleware.TrustedProxies(networks("0.0.0.0/0"), nil)}, security(full)...), "middleware.W004"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report, err := checks.Run(t.Context(), middleware.Checks(test.stack), &checks.Options{Deploy: true})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range report.Messages {
				got = append(got, m.ID)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("messages (-want +got):\n%s\n%v", diff, report.Messages)
			}
		})
	}
}

func TestChecksWithoutDeployment(t *testing.T) {
	t.Parallel()
	report, err := checks.Run(t.Context(), middleware.Checks(nil), nil)
	if err != nil || len(report.Messages) != 0 {
		t.Errorf("got %v, %v, want nothing", report, err)
	}
}

func TestOrderMessage(t *testing.T) {
	t.Parallel()
	stack := []web.Middleware{middleware.Security(nil), middleware.AllowedHosts([]string{"a"}, nil)}
	report, err := checks.Run(t.Context(), middleware.Checks(stack), &checks.Options{Tags: []string{checks.Middleware}})
	if err != nil || len(report.Messages) != 1 {
		t.Fatalf("got %v, %v, want one message", report, err)
	}
	want := regexp.MustCompile(`^middleware.Security: \(middleware.E001\) middleware.Security stands before middleware.AllowedHosts, .*\n\tHINT: Move middleware.Security behind`)
	if got := report.Messages[0].String(); !want.MatchString(got) {
		t.Errorf("got %q, want it to match %v", got, want)
	}
}
