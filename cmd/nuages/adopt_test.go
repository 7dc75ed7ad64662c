package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/djangotest"
	"github.com/nuages-web/nuages/internal/goldentest"
)

// adoptProject runs adopt with Django's Python, from the module cache where that has everything.
func adoptProject(t *testing.T, dir string, args ...string) string {
	t.Helper()
	args = append([]string{"adopt", dir, "--python", djangotest.Python}, args...)
	got := run(t, filepath.Dir(dir), []string{"GOPROXY=off"}, program, args...)
	if got.code != 0 && (strings.Contains(got.text, "GOPROXY=off") || strings.Contains(got.text, "verifying module")) {
		if err := os.RemoveAll(dir + "-go"); err != nil {
			t.Fatal(err)
		}
		got = run(t, filepath.Dir(dir), nil, program, args...)
	}
	if got.code != 0 {
		t.Fatalf("nuages %q: code %d\n%s", args, got.code, got.text)
	}
	return got.text
}

// TestAdopt goes the whole way with a Django project: adopted, served, a view moved, its progress seen.
func TestAdopt(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, &djangotest.Options{Migrate: true})
	if err := os.MkdirAll(filepath.Join(dir+"-go", ".git"), 0o777); err != nil { // git init was before
		t.Fatal(err)
	}
	want(t, "adopt", adoptProject(t, dir), "mysite-go is there", "go run . runserver", "go run . progress")
	out, bin := dir+"-go", filepath.Join(t.TempDir(), "mysite-go")
	sound(t, out)
	if info, err := os.Stat(filepath.Join(out, ".env")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf(".env: got %v, %v, want mode 0600", info, err)
	}
	want(t, ".gitignore", read(t, out, ".gitignore"), "\n.env\n", "traffic.json")
	must(t, out, "go", "build", "-o", bin, ".")
	want(t, "check", must(t, out, bin, "check"), "no issues")
	want(t, "progress", must(t, out, bin, "progress"), "Moved    0 of 54 routes by Go", "none yet")

	s, address := start(t, out, os.Environ(), servedAt, bin, "runserver", "--noreload", "127.0.0.1:0")
	useAdmin(t, address)
	want(t, "a view of Python", get(t, address+"shop/a-record/"), "Python: product a-record")
	if code := s.stop(); code != 0 {
		t.Errorf("after SIGTERM: exit code %d, want 0\n%s", code, s.text())
	}

	edit(t, filepath.Join(out, "routes.go"), `"<slug:slug>/", urls.Elsewhere`, `"<slug:slug>/", detail`)
	write(t, "package main\n\nimport (\n\t\"github.com/nuages-web/nuages/urls\"\n\t\"github.com/nuages-web/nuages/web\"\n)\n\n"+
		"func detail(r *web.Request) (web.Response, error) {\n\treturn web.Text(\"Go: product \" + urls.Str(r, \"slug\")), nil\n}\n", out, "views.go")
	must(t, out, "gofmt", "-w", "routes.go") // comments move
	sound(t, out)
	must(t, out, "go", "build", "-o", bin, ".")
	s, address = start(t, out, os.Environ(), servedAt, bin, "runserver", "--noreload", "127.0.0.1:0")
	want(t, "the view, moved", get(t, address+"shop/a-record/"), "Go: product a-record")
	want(t, "another view", get(t, address+"archive/2020/"), "Python: archive 2020")
	want(t, "a view before it", get(t, address+"shop/new/"), "Python: new by GET")
	if code := s.stop(); code != 0 {
		t.Errorf("after SIGTERM: exit code %d, want 0\n%s", code, s.text())
	}
	got := must(t, out, bin, "progress")
	for _, line := range []string{`(?m)^Moved    1 of 54 routes by Go$`, `(?m)^python +1 +0 +/archive/<yyyy:year>/`, `(?m)^python +[1-9] +0 +/admin/login/`,
		`(?m)^go +1 +1 +/shop/<slug:slug>/`} {
		if !regexp.MustCompile(line).MatchString(got) {
			t.Errorf("progress: got\n%s\nwant it to match %s", got, line)
		}
	}
	want(t, "progress --refresh", run(t, out, nil, bin, "progress", "--refresh").text, "54 routes, 0 new, 0 gone")
	want(t, "the plan", read(t, out, "migration.tsv"), "shop.views.ProductDetail\tGET POST\tclass SlugConverter\tgo\t")
}

func get(t *testing.T, address string) string {
	t.Helper()
	_, body := fetch(t, http.DefaultClient, address, "")
	return body
}

// useAdmin logs in to Django's admin, with its form and cookies, and adds a row.
func useAdmin(t *testing.T, address string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	token := regexp.MustCompile(`name="csrfmiddlewaretoken" value="([^"]+)"`)
	post := func(path string, form url.Values) string {
		_, page := fetch(t, client, address+path, "")
		m := token.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s: no form in\n%s", path, page)
		}
		form.Set("csrfmiddlewaretoken", m[1])
		resp, err := client.PostForm(address+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.Request.URL.Path
	}
	if got := post("admin/login/?next=/admin/", url.Values{"username": {"admin"}, "password": {"secret"}}); got != "/admin/" {
		t.Errorf("after the login: at %s", got)
	}
	if got := post("admin/shop/product/add/", url.Values{"name": {"A record"}, "slug": {"a-record"}}); got != "/admin/shop/product/" {
		t.Errorf("after a row: at %s", got)
	}
	_, page := fetch(t, client, address+"admin/shop/product/", "")
	want(t, "the list", page, "Product object (1)")
	want(t, "a static file", get(t, address+"static/admin/css/base.css"), "DJANGO Admin")
	if status, _ := fetch(t, client, address+"static/admin/css/", ""); status != 404 {
		t.Errorf("a folder of static files: status %d, want 404", status)
	}
}

// someSettings differ from the defaults in all that is mapped or worth a hint.
const someSettings = `
DEBUG = False
SECRET_KEY = "a 'quoted' \"key\" $with #all"
SECRET_KEY_FALLBACKS = ["the-former-key"]
ALLOWED_HOSTS = [".example.com", "*"]
TIME_ZONE = "Europe/Paris"
USE_TZ = False
LANGUAGES = [("en-us", "English"), ("fr", "French")]
ROOT_URLCONF = "mysite.more"
STATIC_URL = "static/"
STATIC_ROOT = "/srv/static"
CSRF_TRUSTED_ORIGINS = ["https://pay.example.com", "old.example.com", ".example.net"]
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_SECURE = True
SESSION_ENGINE = "shop.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", "django.contrib.auth.hashers.MD5PasswordHasher", "shop.Hasher"]
FORCE_SCRIPT_NAME = "/records"
APPEND_SLASH = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://:cache-password@localhost"}}
MIDDLEWARE.append("shop.middleware.Own")
DATABASES["stats"] = {"ENGINE": "django.db.backends.postgresql", "NAME": "stats", "USER": "ann", "PASSWORD": "stats-password", "HOST": "db", "ATOMIC_REQUESTS": True,
    "OPTIONS": {"sslmode": "require", "sslpassword": "key-password"}}
DATABASES["old"] = {"ENGINE": "shop.engine", "NAME": "x", "PASSWORD": "old-password"}
`

// moreRoutes has namespaces in others, twice, and below what is no path.
const moreRoutes = `
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from shop import views
from . import urls

v1 = ([path("", views.home, name="root"), path("<int:pk>/", views.stock, name="stock")], "v1")
api = ([path("", views.home, name="root"), path("v1/", include(v1)), re_path(r"^old-(\d+)/$", views.old, name="old")], "api")
urlpatterns = urls.urlpatterns + [
    path("my-api/", include(api, namespace="public")),
    path("again/", include("shop.urls", namespace="wholesale")),
    re_path(r"^blog/", include([path("<int:pk>/", views.stock, name="post"), re_path(r"^(?P<pk>\d+)-(\w+)/$", views.old)])),
    re_path(r"^(?P<pk>\d+)/", include([path("<int:pk>/", views.stock)])),
]
urlpatterns += i18n_patterns(
    path("help/", include(([path("<slug:slug>/", views.old, name="page")], "help"))),
    path("staff/", admin.AdminSite(name="staff").urls),
)
`

// TestAdoptReport prints what was found, without a secret, and writes a project with all of it mapped.
func TestAdoptReport(t *testing.T) {
	t.Parallel()
	dir := djangotest.Project(t, &djangotest.Options{Settings: someSettings, Files: map[string]string{
		"shop/middleware.py":  "from django.utils.deprecation import MiddlewareMixin\nclass Own(MiddlewareMixin):\n    pass\n",
		"shop/engine/base.py": "from django.db.backends.dummy.base import DatabaseWrapper\n",
		"mysite/more.py":      moreRoutes,
		"shop/sessions.py":    "from django.contrib.sessions.backends.db import SessionStore\n",
	}})
	got := adoptProject(t, dir, "--dry-run", "-v", "2")
	for _, secret := range []string{"quoted", "former-key", "stats-password", "old-password", "cache-password", "key-password"} {
		if strings.Contains(got, secret) {
			t.Errorf("the report shows %q", secret)
		}
	}
	if _, err := os.Stat(dir + "-go"); err == nil {
		t.Error("--dry-run has written")
	}
	got = adoptProject(t, dir, "--module", "example.com/shop")
	report, _, _ := strings.Cut(strings.ReplaceAll(got, dir, "DIR"), "\nmysite-go is there")
	goldentest.Equal(t, "adopt.txt", regexp.MustCompile(`Python( +)[0-9.]+,`).ReplaceAllString(report, "Python${1}VERSION,"))
	out := dir + "-go"
	sound(t, out)
	goldentest.Equal(t, "adopt-settings.txt", read(t, out, "settings.go"))
	goldentest.Equal(t, "adopt-routes.txt", read(t, out, "routes.go"))
	want(t, ".env", read(t, out, ".env"), `SECRET_KEY="a 'quoted' \"key\" \$with #all"`, "SECRET_KEY_FALLBACK_1=the-former-key\n",
		"ALLOWED_HOSTS=.example.com,*\n", "DATABASE_URL_STATS='postgres://ann:stats-password@db/stats?sslmode=require&sslpassword=key-password'\n", "STATIC_DIRS=/srv/static\n", "DEBUG=false\n")
	for _, name := range []string{".env.example", "settings.go", "README.md"} {
		for _, secret := range []string{"quoted", "former-key", "stats-password", "key-password"} {
			if strings.Contains(read(t, out, name), secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	want(t, "go.mod", read(t, out, "go.mod"), "module example.com/shop\n")
	want(t, "check", must(t, out, "go", "run", ".", "check"), "no issues")
}

// TestAdoptRefuses has what can't be adopted: with code 1, what to do, and nothing written.
func TestAdoptRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts  djangotest.Options
		there map[string]string // files beside the project
		args  []string
		want  []string
	}{
		"folder is not empty": {there: map[string]string{"mysite-go/notes.txt": "mine"}, want: []string{"is not empty", "--out"}},
		"out is a file":       {there: map[string]string{"shop": "mine"}, args: []string{"--out", "shop"}, want: []string{"write to", "--out"}},
		"bad module":          {args: []string{"--module", "a b"}, want: []string{"is no path for a Go module"}},
		"no application":      {opts: djangotest.Options{Settings: "import os; [os.remove(f) for f in ['mysite/asgi.py', 'mysite/wsgi.py'] if os.path.exists(f)]\nWSGI_APPLICATION = None\n"}, want: []string{"names no application", "asgi.py"}},
		"settings raise":      {opts: djangotest.Options{Settings: "import os; os.environ['NO_SUCH_NAME']\n"}, want: []string{"raise KeyError: 'NO_SUCH_NAME'", "Traceback", "settings.py", "in the environment"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := djangotest.Project(t, &test.opts)
			root := filepath.Dir(dir)
			for name, text := range test.there {
				write(t, text, root, name)
			}
			before := names(t, root)
			got := run(t, root, nil, program, append([]string{"adopt", "mysite", "--no-tidy", "--python", djangotest.Python}, test.args...)...)
			if got.code != 1 {
				t.Errorf("got code %d, want 1", got.code)
			}
			want(t, "output", got.text, append(test.want, "error: ", "hint: ")...)
			if diff := cmp.Diff(before, names(t, root)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}
