package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/cli"
)

// reported are the settings of the report, in its order, that are shown where they are not Django's
// defaults.
var reported = strings.Fields(`
	ALLOWED_HOSTS INTERNAL_IPS TIME_ZONE USE_TZ LANGUAGE_CODE TEMPLATES STATIC_URL STATIC_ROOT STATICFILES_DIRS STATICFILES_STORAGE
	MEDIA_ROOT CACHES CHANNEL_LAYERS STORAGES EMAIL_BACKEND AUTH_USER_MODEL AUTHENTICATION_BACKENDS PASSWORD_HASHERS SESSION_ENGINE
	SESSION_SERIALIZER SESSION_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_NAME CSRF_COOKIE_SECURE CSRF_USE_SESSIONS CSRF_TRUSTED_ORIGINS
	SECURE_SSL_REDIRECT SECURE_SSL_HOST SECURE_REDIRECT_EXEMPT SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD
	SECURE_REFERRER_POLICY SECURE_CROSS_ORIGIN_OPENER_POLICY SECURE_PROXY_SSL_HEADER X_FRAME_OPTIONS USE_X_FORWARDED_HOST
	FORCE_SCRIPT_NAME APPEND_SLASH PREPEND_WWW DATABASE_ROUTERS SIGNING_BACKEND`)

// maxListed is how many routes the report lists without -v 2.
const maxListed = 30

// reporter prints what was found: sections of aligned lines.
type reporter struct {
	call  *cli.Call
	lines bytes.Buffer // of the section at hand
	w     *tabwriter.Writer
}

// section begins a section.
func (r *reporter) section(title string) {
	r.end()
	r.call.Printf("%s\n", r.call.Heading(title))
}

// end prints the lines of a section, without the blanks after their last cells.
func (r *reporter) end() {
	r.w.Flush() // a buffer takes all
	for line := range strings.Lines(r.lines.String()) {
		r.call.Println(strings.TrimRight(line, " \n"))
	}
	r.lines.Reset()
}

func (r *reporter) line(cells ...string) { fmt.Fprintln(r.w, "  "+strings.Join(cells, "\t")) }

// printReport prints what was found in a Django project. No secret is in it.
func printReport(call *cli.Call, p *django.Project) {
	r := &reporter{call: call}
	r.w = tabwriter.NewWriter(&r.lines, 0, 0, 2, ' ', 0)
	r.section("Project")
	r.line("folder", p.Dir)
	r.line("settings", p.Module+", named by "+p.ModuleFrom)
	r.line("Python", p.Python+", "+p.Interpreter)
	r.line("Django", p.Django)
	r.line("application", cmp.Or(p.Application, "none"))
	r.section("\nSettings")
	r.settings(p)
	r.section("\nDatabases")
	for _, d := range p.Databases {
		r.line(d.Alias, cmp.Or(d.Kind, d.Engine), where(d, p.Dir), cmp.Or(d.Problem(), "opened by Go, too"))
	}
	r.section("\nApps")
	r.apps(p)
	r.section("\nMiddleware")
	for _, name := range p.Settings.List("MIDDLEWARE") {
		r.line(name)
	}
	r.section("\nRoutes")
	r.routes(p)
	if found := hints(p); len(found) > 0 {
		r.section("\nTo know")
		for _, hint := range found {
			r.line("- " + hint)
		}
	}
	r.end()
}

func (r *reporter) settings(p *django.Project) {
	secret := fmt.Sprintf("set, %d characters", len(p.SecretKey.Reveal()))
	if p.SecretKey.IsZero() {
		secret = "empty"
	}
	if n := len(p.SecretKeyFallbacks); n > 0 {
		secret += fmt.Sprintf(", and %d former", n)
	}
	r.line("DEBUG", pythonText(p.Settings.Values["DEBUG"]))
	r.line("SECRET_KEY", secret)
	changed := map[string]bool{}
	for _, name := range p.Settings.Changed {
		changed[name] = true
	}
	for _, name := range reported {
		value := p.Settings.Values[name]
		switch {
		case name == "TEMPLATES":
			value = templateDirs(value)
		case !changed[name] || value == nil:
			continue
		}
		r.line(name, pythonText(value))
	}
}

// templateDirs is what matters of TEMPLATES: each engine with its folders.
func templateDirs(value any) any {
	engines := map[string]any{}
	list, _ := value.([]any)
	for _, item := range list {
		if engine, ok := item.(map[string]any); ok {
			name, _ := engine["BACKEND"].(string)
			engines[name[strings.LastIndexByte(name, '.')+1:]] = engine["DIRS"]
		}
	}
	return engines
}

// pythonText writes a value in one line.
func pythonText(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return v
	}
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(b)
}

// where says where a database is, without its password.
func where(d django.Database, dir string) string {
	switch {
	case d.Kind == "sqlite":
		return strings.TrimPrefix(d.Name, dir+string(filepath.Separator))
	case d.Port != "":
		return fmt.Sprintf("%s at %s:%s", d.Name, cmp.Or(d.Host, "localhost"), d.Port)
	case d.Host != "":
		return d.Name + " at " + d.Host
	}
	return d.Name
}

func (r *reporter) apps(p *django.Project) {
	for _, a := range p.Apps {
		migrations := ""
		switch {
		case a.Applied+a.Unapplied == 0:
		case a.Unapplied == 0:
			migrations = plural(a.Applied, "migration")
		default:
			migrations = fmt.Sprintf("%s, %d not applied", plural(a.Applied+a.Unapplied, "migration"), a.Unapplied)
		}
		label := a.Label
		if a.Own {
			label += " (own)"
		}
		r.line(label, plural(a.Models, "model"), migrations, strings.Join(a.Commands, " "))
	}
	if p.MigrationsProblem != "" {
		r.line("migrations were not looked at: " + p.MigrationsProblem)
	}
}

// adminViews is what the admin's views have in front of their names; its routes are counted, not listed.
const adminViews = "django.contrib.admin."

func (r *reporter) routes(p *django.Project) {
	var admin, listed int
	all := r.call.Verbosity > 1
	admins := adminNamespaces(p)
	for _, route := range p.Routes {
		switch {
		case admins[route.Namespace] && !all:
			admin++
			continue
		case listed >= maxListed && !all:
			listed++
			continue
		}
		listed++
		methods := strings.Join(route.Methods, " ")
		if route.Async {
			methods = strings.TrimSpace(methods + " async")
		}
		r.line("/"+route.Pattern, route.Name, route.View, methods)
	}
	if admin > 0 {
		r.line(plural(admin, "route") + " of the admin")
	}
	if listed > maxListed && !all {
		r.line(fmt.Sprintf("and %d more: -v 2 lists all", listed-maxListed))
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
