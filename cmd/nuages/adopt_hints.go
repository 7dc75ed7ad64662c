package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/asgi/python/django"
)

// hints are what people should know before they move views.
func hints(p *django.Project) []string {
	var list []string
	add := func(has bool, format string, args ...any) {
		if has {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	s := p.Settings
	add(p.Interface == "wsgi", "There is no asgi.py: %s is served by threads, and WebSockets are not.", p.Application)
	elsewhere := 0
	for _, d := range p.Databases {
		if d.Problem() == "" && d.Kind != "sqlite" {
			elsewhere++
		}
		add(d.Problem() != "" && !strings.HasSuffix(d.Engine, ".dummy") && d.Engine != "", "The database %q stays Python's: %s.", d.Alias, d.Problem())
	}
	add(elsewhere > 0, "Go connects to its databases when it starts, and ends if it can't: take those out of settings.go that it has no use for.")
	unapplied := 0
	for _, a := range p.Apps {
		unapplied += a.Unapplied
	}
	add(unapplied > 0, "%s not applied: run manage.py migrate.", plural(unapplied, "migration"))
	add(len(s.List("DATABASE_ROUTERS")) > 0, "DATABASE_ROUTERS choose databases for Python alone: Settings.DatabaseRouters does so in Go.")
	add(!s.Bool("USE_TZ"), "USE_TZ is off: moments in the database are in the time zone %s, while Go takes them for UTC.", s.Text("TIME_ZONE"))
	list = append(list, loginHints(s)...)
	if own := ownMiddleware(s); len(own) > 0 {
		add(true, "Middleware of the project's own runs for Python's routes alone: %s.", strings.Join(own, ", "))
	}
	for _, c := range p.Converters {
		add(true, "The converter <%s:…> is %s: a route of Go that needs it has one of its own in Settings.Converters, for %s", c.Name, c.Class, c.Regexp)
	}
	add(s.Text("SECURE_PROXY_SSL_HEADER") != "" || len(s.List("SECURE_PROXY_SSL_HEADER")) > 0 || s.Bool("USE_X_FORWARDED_HOST"),
		"Django believes a proxy in front: name it in TRUSTED_PROXIES, or its X-Forwarded headers are dropped.")
	add(slices.Contains(s.List("ALLOWED_HOSTS"), "*"), "ALLOWED_HOSTS takes any host: name the site's domains.")
	_, origins := trustedOrigins(s.List("CSRF_TRUSTED_ORIGINS"))
	add(len(origins) > 0, "Of CSRF_TRUSTED_ORIGINS, Go has no form for %s: name each site in TRUSTED_ORIGINS.", strings.Join(origins, ", "))
	add(len(s.List("SECURE_REDIRECT_EXEMPT")) > 0, "SECURE_REDIRECT_EXEMPT was not taken over: see TLSExempt in Settings.Security.")
	add(s.Bool("PREPEND_WWW"), "PREPEND_WWW holds for Python's routes alone.")
	add(strings.HasSuffix(s.Map("CACHES")["default"], ".LocMemCache") && slices.Contains(s.Changed, "CACHES"),
		"The cache in memory is each Python process's own.")
	unknown := 0
	for _, r := range p.Routes {
		if r.Sample == "" {
			unknown++
		}
	}
	add(unknown > 0, "Of %s no path was found that Django takes it for: an earlier one may stand in the way.", plural(unknown, "route"))
	return list
}

// loginHints are about sessions and passwords, which Go does not share yet.
func loginHints(s django.Settings) []string {
	var list []string
	if slices.Contains(s.List("MIDDLEWARE"), "django.contrib.sessions.middleware.SessionMiddleware") {
		list = append(list, "Sessions and logins are Django's: a route of Go does not know the user yet. Move pages without login first.")
	}
	const engines = "django.contrib.sessions.backends."
	if engine := s.Text("SESSION_ENGINE"); engine != "" && !strings.HasPrefix(engine, engines) {
		list = append(list, "The session engine "+engine+" is not Django's own: Go can't share it.")
	}
	if serializer := s.Text("SESSION_SERIALIZER"); serializer != "" && !strings.HasSuffix(serializer, ".JSONSerializer") {
		list = append(list, "Sessions are written by "+serializer+", which Python alone reads: Django's JSONSerializer is safer, and can be shared.")
	}
	for _, hasher := range s.List("PASSWORD_HASHERS") {
		name, own := strings.CutPrefix(hasher, "django.contrib.auth.hashers.")
		switch {
		case !own:
			list = append(list, "The password hasher "+hasher+" is not Django's own: Go can't check its hashes.")
		case slices.Contains([]string{"MD5PasswordHasher", "SHA1PasswordHasher", "UnsaltedMD5PasswordHasher", "UnsaltedSHA1PasswordHasher", "CryptPasswordHasher"}, name):
			list = append(list, "The password hasher "+name+" is weak, and was taken out of Django or will be.")
		}
	}
	return list
}

// ownMiddleware is what is neither Django's nor known to matter to no view.
func ownMiddleware(s django.Settings) []string {
	return slices.DeleteFunc(s.List("MIDDLEWARE"), func(name string) bool {
		return strings.HasPrefix(name, "django.") || strings.HasPrefix(name, "whitenoise.")
	})
}
