package nuages

import (
	"context"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/urls"
)

// Checks returns the system checks of the project: its routes, middleware, templates and settings,
// and those of its apps.
func (p *Project) Checks() []checks.Check {
	list := []checks.Check{
		{Name: "urls", Tags: []string{checks.URLs}, Run: func(context.Context) []checks.Message { return p.router.Check() }},
		{Name: "templates", Tags: []string{checks.Templates}, Run: p.checkTemplates},
		{Name: "fallback", Tags: []string{checks.URLs}, Run: p.checkFallback},
		{Name: "settings", Tags: []string{checks.Settings}, Run: p.checkUnused},
		{Name: "databases", Tags: []string{checks.Settings}, Run: p.checkDatabases},
		{Name: "models", Tags: []string{checks.Models}, Run: func(context.Context) []checks.Message { return orm.Check(p.Models()) }},
		{Name: "connections", Tags: []string{checks.Database}, Run: p.checkConnections},
		{Name: "security", Tags: []string{checks.Security}, Deploy: true, Run: p.checkSecurity},
	}
	list = append(list, middleware.Checks(p.settings.Middleware)...)
	for _, app := range p.apps {
		list = append(list, app.Checks...)
	}
	return list
}

// checkUnused reports names of .env files that nothing reads: most are misspelt.
func (p *Project) checkUnused(context.Context) []checks.Message {
	var found []checks.Message
	for _, name := range p.unused {
		found = append(found, checks.Warningf("settings.W001", "%s", name.String()))
	}
	return found
}

// checkFallback reports a route that takes everything, so that nothing is left for the fallback.
func (p *Project) checkFallback(context.Context) []checks.Message {
	if p.settings.Fallback == nil {
		return nil
	}
	const nobodys = "/a-path/that-no-project/0b7f2c/has"
	match, err := p.router.Resolve(nobodys)
	if err != nil || urls.IsElsewhere(match) {
		return nil
	}
	return []checks.Message{checks.Warningf("settings.W002",
		"Fallback is never asked: the route %q, at %s, matches every path.", match.Route, match.Site).
		WithHint("Give the route a prefix, or leave Fallback empty.")}
}

const (
	minKeyLength      = 50
	minKeyUnique      = 5
	insecureKeyPrefix = "nuages-insecure-"
)

// checkSecurity is Django's check --deploy, for what the project's settings say.
func (p *Project) checkSecurity(context.Context) []checks.Message {
	s := &p.settings
	var found []checks.Message
	if weakKey(s.SecretKey.Reveal()) {
		found = append(found, checks.Warningf("security.W009",
			"The SecretKey has fewer than %d characters, fewer than %d different ones, or starts with %q, which marks one for development.", minKeyLength, minKeyUnique, insecureKeyPrefix).
			WithHint("Set SECRET_KEY to a long random text, as `nuages secretkey` prints, or many of the safeguards can be broken."))
	}
	for i, key := range s.SecretKeyFallbacks {
		if weakKey(key.Reveal()) {
			found = append(found, checks.Warningf("security.W025", "SecretKeyFallbacks[%d] is weak: see security.W009.", i))
		}
	}
	if s.Debug {
		found = append(found, checks.Warningf("security.W018", "Debug is on: error pages would show source and settings.").
			WithHint("Set DEBUG=false in production."))
	}
	if slices.Contains(s.AllowedHosts, "*") {
		found = append(found, checks.Warningf("security.W020", `AllowedHosts has "*": links in mails and redirects could be made to lead anywhere.`).
			WithHint("Name the domains of the site."))
	}
	return found
}

func weakKey(key string) bool {
	unique := map[rune]bool{}
	for _, c := range key {
		unique[c] = true
	}
	return len(key) < minKeyLength || len(unique) < minKeyUnique || strings.HasPrefix(key, insecureKeyPrefix) || strings.HasPrefix(key, "django-insecure-")
}
