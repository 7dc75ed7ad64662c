package nuages_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	strict := func(s *nuages.Settings) {
		s.Security.TLSRedirect, s.Security.HSTS = true, 365*24*time.Hour
		s.Security.HSTSSubdomains, s.Security.HSTSPreload = true, true
	}
	tests := []struct {
		name   string
		change func(*nuages.Settings)
		want   []string
	}{
		{"all is well", func(*nuages.Settings) {}, nil},
		{"short key", func(s *nuages.Settings) { s.SecretKey = settings.SecretOf("short") }, []string{"security.W009"}},
		{"dull key", func(s *nuages.Settings) { s.SecretKey = settings.SecretOf(strings.Repeat("ab", 40)) }, []string{"security.W009"}},
		{"key for development", func(s *nuages.Settings) { s.SecretKey = settings.SecretOf("nuages-insecure-" + secret.Reveal()) }, []string{"security.W009"}},
		{"Django's key for development", func(s *nuages.Settings) { s.SecretKey = settings.SecretOf("django-insecure-" + secret.Reveal()) }, []string{"security.W009"}},
		{"weak former key", func(s *nuages.Settings) { s.SecretKeyFallbacks = []settings.Secret{secret, settings.SecretOf("weak")} }, []string{"security.W025"}},
		{"debug", func(s *nuages.Settings) { s.Debug = true }, []string{"security.W018"}},
		{"any host", func(s *nuages.Settings) { s.AllowedHosts = []string{"*"} }, []string{"security.W020"}},
		{"no host", func(s *nuages.Settings) { s.AllowedHosts = nil }, []string{"security.W020"}},
		{"no TLS", func(s *nuages.Settings) { s.Security.TLSRedirect, s.Security.HSTS = false, 0 }, []string{"security.W004", "security.W008"}},
		{"bad template", func(s *nuages.Settings) { s.Templates = fstest.MapFS{"a.html": {Data: []byte("{% if %}")}} }, []string{"templates.E001"}},
		{"silenced", func(s *nuages.Settings) { s.Debug, s.SilencedChecks = true, []string{"security.W018"} }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, func(s *nuages.Settings) { strict(s); test.change(s) }, []urls.Route{urls.Path("", text(""))})
			report, err := checks.Run(t.Context(), p.Checks(), &checks.Options{Deploy: true, Silenced: p.Settings().SilencedChecks})
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, m := range report.Messages {
				ids = append(ids, m.ID)
				if strings.Contains(m.String(), secret.Reveal()) {
					t.Errorf("the message shows a key: %s", m)
				}
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChecksOfAppsAndRoutes(t *testing.T) {
	t.Parallel()
	app := nuages.App{Name: "shop", Checks: []checks.Check{{Tags: []string{"shop"}, Run: func(context.Context) []checks.Message {
		return []checks.Message{checks.Infof("shop.I001", "closed")}
	}}}}
	p := newProject(t, nil, []urls.Route{urls.Path("/a/", text(""))}, app)
	report, err := checks.Run(t.Context(), p.Checks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range report.Messages {
		ids = append(ids, m.ID)
	}
	if diff := cmp.Diff([]string{"urls.W002", "shop.I001"}, ids); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
