package nuages_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web"
)

// stock is an app with one check of each sort.
func stock() nuages.App {
	one := func(m checks.Message) func(context.Context) []checks.Message {
		return func(context.Context) []checks.Message { return []checks.Message{m} }
	}
	return nuages.App{Name: "stock", Checks: []checks.Check{
		{Name: "prices", Tags: []string{"prices"}, Run: one(checks.Warningf("stock.W001", "A price is odd.").WithHint("Round it."))},
		{Name: "shelves", Tags: []string{"shelves"}, Deploy: true, Run: one(checks.Errorf("stock.E001", "A shelf is empty."))},
	}}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		args  []string
		code  int
		wants []string
		not   string
	}{
		{"text", nil, 0, []string{"WARNINGS:\n?: (stock.W001) A price is odd.\n\tHINT: Round it.", "1 issue (0 silenced)"}, "stock.E001"},
		{"JSON", []string{"--json"}, 0, []string{`"id": "stock.W001"`, `"silenced": []`}, "identified"},
		{"tag", []string{"--tag", "urls"}, 0, []string{"no issues"}, "stock"},
		{"two tags", []string{"-t", "urls", "-t", "prices"}, 0, []string{"stock.W001"}, ""},
		{"unknown tag", []string{"--tag", "price"}, 1, []string{`no system check with the "price" tag`, "prices"}, "identified"},
		{"tags", []string{"--list-tags"}, 0, []string{"prices\n", "security\n", "settings\n", "shelves\n", "templates\n", "urls\n"}, "identified"},
		{"deploy", []string{"--deploy"}, 1, []string{"stock.E001", "security.W018", "error: the system checks found something at or above the level error"}, ""},
		{"fail level reached", []string{"--fail-level", "warning"}, 1, []string{"level warning"}, ""},
		{"fail level not reached", []string{"--deploy", "--fail-level", "critical"}, 0, []string{"stock.E001"}, "error:"},
		{"fail level unknown", []string{"--fail-level", "bad"}, 2, []string{"critical"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, shop(nil, stock()), append([]string{"check"}, test.args...)...)
			got.expect(t, test.code, test.wants...)
			if all := got.stdout + got.stderr; test.not != "" && strings.Contains(all, test.not) {
				t.Errorf("got\n%s\nwant no %q", all, test.not)
			} else if strings.Count(all, "(stock.W001)") > 1 {
				t.Errorf("got a message twice:\n%s", all)
			}
		})
	}
}

func TestListurls(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"listurls.txt":          nil,
		"listurls-prefix.txt":   {"--prefix", "/api/"},
		"listurls-unsorted.txt": {"--unsorted"},
	} {
		got := run(t, shop(nil), append([]string{"listurls"}, args...)...)
		got.expect(t, 0)
		goldentest.Equal(t, name, got.stdout)
	}
	run(t, shop(nil), "listurls", "--prefix", "nowhere/").expect(t, 0, "There are no routes.")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(run(t, shop(nil), "listurls", "--json").stdout), &rows); err != nil || len(rows) != 4 {
		t.Fatalf("got %v, %v, want 4 rows", rows, err)
	}
	if !strings.Contains(rows[0]["site"].(string), "helpers_test.go:") {
		t.Errorf("got %v, want where it was declared", rows[0])
	}
}

func layer(name string) web.Middleware {
	return web.Middleware{Name: name, Wrap: func(next web.Handler) web.Handler { return next }}
}

func TestDiffsettings(t *testing.T) {
	t.Parallel()
	secret := func(s *nuages.Settings) {
		s.SecretKeyFallbacks = []settings.Secret{settings.SecretOf("a-former-key")}
		s.AllowedHosts = []string{}
	}
	got := run(t, shop(secret), "diffsettings")
	got.expect(t, 0)
	goldentest.Equal(t, "diffsettings.txt", got.stdout)
	own := run(t, shop(func(s *nuages.Settings) { s.Middleware = []web.Middleware{layer("shop.Clock"), layer("shop.Door")} }), "diffsettings")
	own.expect(t, 0, "Middleware = [shop.Clock, shop.Door]\n")
	all := run(t, shop(secret), "diffsettings", "--all")
	all.expect(t, 0, "Debug = true  ###\n", "Middleware = [middleware.RequestID, middleware.AccessLog, middleware.AllowedHosts, ", "Server.Addresses = []\n")
	asJSON := run(t, shop(secret), "diffsettings", "--json")
	asJSON.expect(t, 0, `"name": "Debug"`, `"changed": true`)
	for _, r := range []result{got, own, all, asJSON, run(t, shop(secret), "diffsettings", "--all", "--json")} {
		if strings.Contains(r.stdout, key) || strings.Contains(r.stdout, "a-former-key") {
			t.Errorf("got a secret:\n%s", r.stdout)
		}
	}
}

func TestSecretkey(t *testing.T) {
	t.Parallel()
	one, two := run(t, shop(nil), "secretkey"), run(t, shop(nil), "secretkey")
	if len(one.stdout) != 51 || one.stdout == two.stdout {
		t.Errorf("got %q and %q, want two keys of 50 characters that differ", one.stdout, two.stdout)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	greet := nuages.App{Name: "greeter", Commands: []*cli.Command{{
		Name: "greet", Short: "greet somebody",
		Run: func(_ context.Context, call *cli.Call) error { call.Println("Hello!"); return nil },
	}}}
	got := run(t, shop(nil, greet), "help")
	got.expect(t, 0)
	goldentest.Equal(t, "help.txt", strings.ReplaceAll(got.stdout, name, "shop"))
	goldentest.Equal(t, "help-runserver.txt", strings.ReplaceAll(run(t, shop(nil), "help", "runserver").stdout, name, "shop"))
	run(t, shop(nil), "version").expect(t, 0, name+" ", "(Nuages devel, go1.")
	run(t, shop(nil, greet), "greet").expect(t, 0, "Hello!\n")
	run(t, shop(nil), "grete").expect(t, 2, `unknown command "grete"`)
	run(t, shop(nil, greet, nuages.App{Name: "other", Commands: greet.Commands}), "greet").expect(t, 1, "greet\" stands twice")
}

func TestErrorsAmongTheChecksStopACommand(t *testing.T) {
	t.Parallel()
	app := stock()
	app.Checks[1].Deploy = false
	app.Commands = []*cli.Command{{Name: "count", Short: "count the records", Run: func(_ context.Context, call *cli.Call) error {
		call.Println("counted")
		return nil
	}}}
	got := run(t, shop(nil, app), "count")
	got.expect(t, 1, "stock.E001", "stock.W001")
	if got.stdout != "" || strings.Count(got.stderr, "stock.E001") != 1 {
		t.Errorf("got\n%s%s\nwant each message once, and nothing counted", got.stdout, got.stderr)
	}
	run(t, shop(nil, app), "count", "--skip-checks").expect(t, 0, "counted")
	run(t, shop(func(s *nuages.Settings) { s.SilencedChecks = []string{"stock.E001"} }, app), "count").expect(t, 0, "counted", "1 silenced")
}

func TestProjectThatFails(t *testing.T) {
	t.Parallel()
	failed := func(*settings.Env) (*nuages.Project, error) { return nil, errors.New("the database is gone") }
	for _, command := range []string{"check", "serve", "listurls", "diffsettings"} {
		run(t, failed, command).expect(t, 1, "error: the database is gone")
	}
	run(t, failed, "runserver", "--noreload", "0").expect(t, 1, "error: the database is gone")
	for _, command := range []string{"help", "version", "secretkey"} {
		run(t, failed, command).expect(t, 0)
	}
	run(t, func(*settings.Env) (*nuages.Project, error) { return nil, nil }, "check").expect(t, 1, "neither a project nor an error")
}

func TestEnvFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "production.env")
	if err := os.WriteFile(file, []byte("GREETING=Servus\nGREETNIG=Hallo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(env *settings.Env) (*nuages.Project, error) {
		name := env.String("GREETING", "none")
		return shop(func(s *nuages.Settings) { s.Name = name })(env)
	}
	for _, args := range [][]string{{"--env-file", file}, {"--env-file=" + file}} {
		run(t, load, append(args, "diffsettings")...).expect(t, 0, `Name = "Servus"`)
		run(t, load, append([]string{"check"}, args...)...).expect(t, 0, "settings.W001", "GREETNIG is never read; did you mean GREETING?")
	}
	run(t, load, "diffsettings").expect(t, 0, `Name = "none"`)
	run(t, load, "check", "--env-file", file+".missing").expect(t, 1, "production.env.missing", "hint: ", "--env-file")
}

func TestJSONIsJSON(t *testing.T) {
	t.Parallel()
	var rows []struct{ Name, Value, Default string }
	if err := json.Unmarshal([]byte(run(t, shop(nil), "diffsettings", "--json").stdout), &rows); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	if diff := cmp.Diff([]string{"Name", "Debug", "SecretKey", "Logger"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
