package main

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/asgi/python/django"
)

// adopted is what the files of the skeleton "adopt" are filled with.
type adopted struct {
	projectData
	DjangoDir      string // from the Go project, with slashes
	DjangoVersion  string
	Settings       string // the module
	Application    string
	Interface      string
	Imports        []string // of Nuages
	NeedsTime      bool     // settings.go imports time
	Env            []envLine
	Fallbacks      []string // names of the variables with former keys
	TrustedOrigins []string
	TimeZone       string // "" for UTC
	Databases      []adoptedDatabase
	TLSRedirect    bool
	HSTS           string   // Go's source: "0", "3600*time.Second"
	Security       []string // more fields of middleware.SecurityOptions, as Go's source
	Fields         []string // more fields of nuages.Settings, as Go's source
	StaticPrefix   string   // "static/"; "" if Django does not name a path
	Plan           string   // migration.tsv
	Routes         string   // Django's, as Go's source
}

// adoptedDatabase is a database that Go opens.
type adoptedDatabase struct {
	Alias, Env string
	Default    string // the URL without its password
	Driver     string // the package
	Atomic     bool
}

// envLine is a line of .env and of .env.example.
type envLine struct{ Comment, Name, Value, Example string }

// adoptData maps what was found in the Django project to the Go project in dir.
func adoptData(data projectData, p *django.Project, dir string) adopted {
	a := adopted{projectData: data, DjangoVersion: p.Django, Settings: p.Module, Application: p.Application, Interface: p.Interface, DjangoDir: p.Dir,
		Plan: django.Plan(p.Routes).Format(nil), Routes: goRoutes(p)}
	if rel, err := filepath.Rel(dir, p.Dir); err == nil {
		a.DjangoDir = filepath.ToSlash(rel)
	}
	s := p.Settings
	if zone := s.Text("TIME_ZONE"); zone != "" && zone != "UTC" {
		if _, err := time.LoadLocation(zone); err == nil {
			a.TimeZone = zone
		}
	}
	a.TrustedOrigins, _ = trustedOrigins(s.List("CSRF_TRUSTED_ORIGINS"))
	a.TLSRedirect = s.Bool("SECURE_SSL_REDIRECT")
	a.HSTS = "0"
	if seconds := int(s.Number("SECURE_HSTS_SECONDS")); seconds > 0 {
		a.HSTS = strconv.Itoa(seconds) + "*time.Second"
	}
	a.Security = securityFields(s)
	a.Fields = settingsFields(p, a.TimeZone != "")
	a.StaticPrefix = staticPrefix(s.Text("STATIC_URL"), scriptName(s))
	a.addDatabases(p, dir)
	a.addEnv(p)
	a.addImports()
	return a
}

func (a *adopted) addDatabases(p *django.Project, dir string) {
	for _, d := range p.Databases {
		if d.Problem() != "" {
			continue
		}
		env := "DATABASE_URL"
		if d.Alias != "default" {
			env += "_" + strings.ToUpper(notInEnv.ReplaceAllString(d.Alias, "_"))
		}
		public := d.PublicURL()
		if rel, err := filepath.Rel(dir, d.Name); err == nil && d.Kind == "sqlite" {
			public = "sqlite:///" + (&url.URL{Path: filepath.ToSlash(rel)}).EscapedPath()
		}
		a.Databases = append(a.Databases, adoptedDatabase{Alias: d.Alias, Env: env, Default: public, Driver: d.Kind, Atomic: d.Atomic})
	}
}

var notInEnv = regexp.MustCompile(`[^A-Za-z0-9]+`)

// addEnv lists the variables of .env.
func (a *adopted) addEnv(p *django.Project) {
	add := func(comment, name, value, example string) {
		a.Env = append(a.Env, envLine{comment, name, quoteEnv(value), quoteEnv(example)})
	}
	add("Show errors with their source, in Go and of Python's processes. Never in production. Default false.",
		"DEBUG", strconv.FormatBool(p.Settings.Bool("DEBUG")), "false")
	add("Signs cookies and tokens: Django's own, so that both sides read what the other has signed. Needed.", "SECRET_KEY", p.SecretKey.Reveal(), "")
	for i, key := range p.SecretKeyFallbacks {
		name := "SECRET_KEY_FALLBACK_" + strconv.Itoa(i+1)
		a.Fallbacks = append(a.Fallbacks, name)
		add("", name, key.Reveal(), "")
	}
	hosts := strings.Join(p.Settings.List("ALLOWED_HOSTS"), ",")
	add("The domains that Go's routes are answered for, with commas between; Django has its own. Needed in production.", "ALLOWED_HOSTS", hosts, hosts)
	add("Where the Django project and its Python are, and how many processes serve it.", "DJANGO_DIR", p.Dir, a.DjangoDir)
	add("", "PYTHON", p.Interpreter, "")
	add("", "PYTHON_WORKERS", "1", "1")
	for i, d := range a.Databases {
		comment := ""
		if i == 0 {
			comment = "The databases of the Django project."
		}
		for _, found := range p.Databases {
			if found.Alias == d.Alias {
				add(comment, d.Env, found.URL(), d.Default)
			}
		}
	}
	if a.StaticPrefix != "" {
		add("The folders of static files. In production: the one that collectstatic fills.", "STATIC_DIRS", strings.Join(staticFolders(p), ","), p.Settings.Text("STATIC_ROOT"))
	}
}

// overridden are the names of the lines that the environment says otherwise: settings of Django may come
// from variables of the same names.
func overridden(lines []envLine, lookup func(string) (string, bool)) []string {
	var names []string
	for _, line := range lines {
		if value, ok := lookup(line.Name); ok && quoteEnv(value) != line.Value {
			names = append(names, line.Name)
		}
	}
	return names
}

// staticFolders are those that the apps have, or in production the one where they were collected.
func staticFolders(p *django.Project) []string {
	if root := p.Settings.Text("STATIC_ROOT"); root != "" && !p.Settings.Bool("DEBUG") {
		return []string{root}
	}
	return slices.DeleteFunc(slices.Clone(p.StaticDirs), func(dir string) bool { return strings.Contains(dir, ",") })
}

// scriptName is the path that the project is mounted under, "" for none.
func scriptName(s django.Settings) string { return strings.TrimRight(s.Text("FORCE_SCRIPT_NAME"), "/") }

// staticPrefix is the prefix of the route for STATIC_URL, "" if that is at another site. Django has put
// the script name in front of one that begins without a slash; routes are below it.
func staticPrefix(address, scriptName string) string {
	if strings.Contains(address, "//") {
		return ""
	}
	prefix := strings.Trim(strings.TrimPrefix(address, scriptName+"/"), "/")
	if prefix == "" {
		return ""
	}
	return prefix + "/"
}

func securityFields(s django.Settings) []string {
	var fields []string
	add := func(has bool, field string) {
		if has {
			fields = append(fields, field)
		}
	}
	add(s.Bool("SECURE_HSTS_INCLUDE_SUBDOMAINS"), "HSTSSubdomains: true")
	add(s.Bool("SECURE_HSTS_PRELOAD"), "HSTSPreload: true")
	host, policy, frame := s.Text("SECURE_SSL_HOST"), s.Text("SECURE_REFERRER_POLICY"), s.Text("X_FRAME_OPTIONS")
	if list := s.List("SECURE_REFERRER_POLICY"); len(list) > 0 {
		policy = strings.Join(list, ",")
	}
	opener := s.Text("SECURE_CROSS_ORIGIN_OPENER_POLICY")
	add(host != "", fmt.Sprintf("TLSHost: %q", host))
	add(policy != "" && policy != "same-origin", fmt.Sprintf("ReferrerPolicy: %q", policy))
	add(opener != "" && opener != "same-origin", fmt.Sprintf("OpenerPolicy: %q", opener))
	add(strings.EqualFold(frame, "SAMEORIGIN"), `FrameOptions: "SAMEORIGIN"`)
	return fields
}

func settingsFields(p *django.Project, zone bool) []string {
	var fields []string
	if zone {
		fields = append(fields, "TimeZone: zone")
	}
	if slash, ok := p.Settings.Values["APPEND_SLASH"].(bool); ok && !slash {
		fields = append(fields, "TrailingSlash: urls.StrictSlash")
	}
	if name := scriptName(p.Settings); name != "" {
		fields = append(fields, fmt.Sprintf("ScriptName: %q", name))
	}
	if p.Settings.Bool("SESSION_COOKIE_SECURE") {
		fields = append(fields, "SecureCookies: true")
	}
	if oldCookies(p.Django) {
		fields = append(fields, "// As this Django signs cookies; a later one has a safer form.\nCookieSalt: signing.InsecureCookieSaltLegacy")
	}
	return fields
}

// oldCookies tells whether a version of Django signs cookies in the form before 6.1, 6.0.6 and 5.2.15.
func oldCookies(version string) bool {
	var n [3]int
	for i, part := range strings.SplitN(version, ".", 3) {
		digits := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(part)
		}
		n[i], _ = strconv.Atoi(part[:digits]) // of a name, 0
	}
	switch {
	case n[0] == 5 && n[1] == 2:
		return n[2] < 15
	case n[0] == 6 && n[1] == 0:
		return n[2] < 6
	}
	return n[0] < 6
}

// trustedOrigins are Django's as Nuages takes them, and those that it has no form for: any subdomain.
func trustedOrigins(list []string) (origins, left []string) {
	for _, origin := range list {
		switch {
		case strings.Contains(origin, "*"), strings.HasPrefix(origin, "."):
			left = append(left, origin)
		case strings.Contains(origin, "://"):
			origins = append(origins, origin)
		default: // before Django 4 they had no scheme
			origins = append(origins, "https://"+origin)
		}
	}
	return origins, left
}

// addImports lists the packages that settings.go needs; go/format sorts them.
func (a *adopted) addImports() {
	const base = "github.com/nuages-web/nuages"
	paths := map[string]bool{base: true}
	for _, p := range []string{"asgi/python", "asgi/python/django", "asgi/python/progress", "cli", "middleware", "settings", "urls", "web"} {
		paths[base+"/"+p] = true
	}
	for _, d := range a.Databases {
		paths[base+"/orm"] = true
		paths[base+"/orm/"+d.Driver] = true
	}
	source := strings.Join(append(slices.Clone(a.Fields), a.HSTS), "\n")
	if strings.Contains(source, "signing.") {
		paths[base+"/signing"] = true
	}
	a.Imports = slices.Sorted(maps.Keys(paths))
	a.NeedsTime = a.TimeZone != "" || strings.Contains(source, "time.")
}

var plainEnv = regexp.MustCompile(`^[A-Za-z0-9_./:@,%+=~^*()!&-]*$`)

// quoteEnv writes a value as .env has it.
func quoteEnv(value string) string {
	switch {
	case plainEnv.MatchString(value):
		return value
	case !strings.Contains(value, "'"):
		return "'" + value + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`, "\r", `\r`).Replace(value) + `"`
}
