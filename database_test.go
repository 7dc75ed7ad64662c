package nuages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

// Visit is the model of these tests.
type Visit struct {
	orm.Model
	Page string `orm:"max_length=100"`
}

var (
	visitMeta = orm.Define((*Visit)(nil), "visits", "database_test.go:28")
	visits    = orm.Objects[*Visit](visitMeta)
	visitsApp = nuages.App{
		Name: "visits", Models: []*orm.Meta{visitMeta},
		Start: func(ctx context.Context) error { return orm.CreateTables(ctx, visitMeta) },
	}
)

// sqliteAt returns settings of a database in a new file.
func sqliteAt(t *testing.T, d nuages.Database) map[string]nuages.Database {
	t.Helper()
	d.URL = "sqlite:///" + filepath.Join(t.TempDir(), "db.sqlite3")
	d.Drivers = []orm.Driver{sqlite.Driver(nil)}
	return map[string]nuages.Database{"default": d}
}

// visit writes a row and answers, or fails.
func visit(r *web.Request) (web.Response, error) {
	if err := visits.Create(r.Context(), &Visit{Page: r.URL.Path}); err != nil {
		return web.Response{}, err
	}
	if r.URL.Query().Has("fail") {
		return web.Response{}, errors.New("the view failed")
	}
	return web.Text(fmt.Sprint(orm.InAtomic(r.Context()))), nil
}

// count streams the number of rows, when the view has returned.
func count(*web.Request) (web.Response, error) {
	return web.Stream("text/plain", func(ctx context.Context, w *web.StreamWriter) error {
		n, err := visits.Count(ctx)
		if err == nil {
			_, err = fmt.Fprint(w, n, " ", orm.InAtomic(ctx))
		}
		return err
	}), nil
}

func visitRoutes() []urls.Route {
	layer := web.Middleware{Name: "test.Layer", Wrap: func(next web.Handler) web.Handler { return next }}
	return []urls.Route{
		urls.Path("visit/", visit),
		urls.Path("layered/", visit).Use(layer),
		urls.Path("free/", views.NonAtomic(visit)),
		urls.Path("count/", count),
		urls.Path("ready/", views.Ready([]views.ReadyCheck{views.DatabaseReady()}, nil)),
		urls.Path("again/", func(r *web.Request) (web.Response, error) {
			for range 6 {
				if _, err := visits.Count(r.Context()); err != nil {
					return web.Response{}, err
				}
			}
			return web.Text("ok"), nil
		}),
	}
}

// ask checks an answer; body "" is any.
func ask(t *testing.T, c *webtest.Client, path string, status int, body string) {
	t.Helper()
	page := c.AllowServerErrors().Get(path)
	if page.Status != status || body != "" && page.Body != body {
		t.Errorf("GET %s: %d %q, want %d %q", path, page.Status, page.Body, status, body)
	}
}

func TestDatabaseMistakes(t *testing.T) {
	t.Parallel()
	drivers := []orm.Driver{sqlite.Driver(nil)}
	_, err := nuages.New(nuages.Settings{SecretKey: secret, Databases: map[string]nuages.Database{
		"a": {URL: "sqlite://:memory:"},
		"b": {Drivers: drivers},
		"c": {URL: "db.sqlite3", Drivers: drivers},
		"d": {URL: "postgres://ann:hush@db/shop", Drivers: drivers},
		"e": {URL: "sqlite://:memory:", Drivers: drivers, ReplicaOf: "a", AtomicRequests: true},
	}}, nil)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range []string{
		`Databases["a"]: no Drivers`, `Databases["b"]: no URL`, `Databases["c"]: the URL has no scheme`,
		`Databases["d"]: no driver for the scheme "postgres"; those of Drivers have sqlite, sqlite3`, `Databases["e"]: AtomicRequests on a replica`,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got\n%v\nwant it to hold %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("the error tells a password: %v", err)
	}
	_, err = nuages.New(nuages.Settings{SecretKey: secret, Databases: map[string]nuages.Database{
		"other": {URL: "sqlite://:memory:", Drivers: drivers},
	}}, nil)
	if err == nil || !strings.Contains(err.Error(), `no database has the alias "default"`) {
		t.Errorf("without a default: %v", err)
	}
}

func TestDatabaseLives(t *testing.T) {
	t.Parallel()
	var in []string
	note := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			n, err := visits.Count(ctx)
			in = append(in, fmt.Sprint(name, " ", n))
			return err
		}
	}
	var saved []string
	p := newProject(t, func(s *nuages.Settings) { s.Databases = sqliteAt(t, nuages.Database{}) }, visitRoutes(), visitsApp,
		nuages.App{Name: "other", Start: note("start"), Stop: note("stop")})
	p.Signals.Models.Of(visitMeta).PostSave.Connect(func(_ context.Context, e *orm.SaveEvent) error {
		saved = append(saved, e.Row.(*Visit).Page)
		return nil
	}, nil)
	if p.DB().Backend("default") != nil {
		t.Error("the database is open before the start")
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := client(t, p, nil)
	ask(t, c, "/visit/", http.StatusOK, "false")
	ask(t, c, "/count/", http.StatusOK, "1 false")
	ask(t, c, "/ready/", http.StatusOK, "")
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if got := strings.Join(append(in, saved...), ", "); got != "start 0, stop 1, /visit/" {
		t.Errorf("apps and signals saw: %s", got)
	}
	ask(t, c, "/ready/", http.StatusServiceUnavailable, "")

	broken := newProject(t, func(s *nuages.Settings) {
		s.Databases = map[string]nuages.Database{"default": {URL: "sqlite:////no/such/folder/db", Drivers: []orm.Driver{sqlite.Driver(nil)}}}
	}, nil)
	if err := broken.Start(t.Context()); err == nil || !strings.Contains(err.Error(), `database "default"`) {
		t.Errorf("Start without the database: %v", err)
	}
	failing := newProject(t, func(s *nuages.Settings) { s.Databases = sqliteAt(t, nuages.Database{}) }, nil,
		nuages.App{Name: "bad", Start: func(context.Context) error { return errors.New("no") }})
	if err := failing.Start(t.Context()); err == nil || failing.DB().Ping(t.Context()) == nil {
		t.Errorf("after a failed start, error %v, the database is open", err)
	}
}

func TestAtomicRequests(t *testing.T) {
	t.Parallel()
	p := newProject(t, func(s *nuages.Settings) { s.Databases = sqliteAt(t, nuages.Database{AtomicRequests: true}) }, visitRoutes(), visitsApp)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer p.Stop(context.Background())
	c := client(t, p, nil)
	ask(t, c, "/visit/", http.StatusOK, "true")
	ask(t, c, "/count/", http.StatusOK, "1 false")
	ask(t, c, "/visit/?fail", http.StatusInternalServerError, "")
	ask(t, c, "/layered/?fail", http.StatusInternalServerError, "")
	ask(t, c, "/count/", http.StatusOK, "1 false")
	ask(t, c, "/layered/", http.StatusOK, "true")
	ask(t, c, "/free/", http.StatusOK, "false")
	ask(t, c, "/free/?fail", http.StatusInternalServerError, "")
	ask(t, c, "/count/", http.StatusOK, "4 false")
}

// Streams and sockets have the databases, but keep no connection, also when their view wrote in a
// transaction: here there is one connection to write and one to read.
func TestLongAnswersHoldNoConnection(t *testing.T) {
	t.Parallel()
	routes := append(visitRoutes(),
		urls.Path("events/", func(r *web.Request) (web.Response, error) {
			if _, err := visit(r); err != nil {
				return web.Response{}, err
			}
			return web.SSE(func(ctx context.Context, events *web.EventStream) error {
				for range 2 {
					n, err := visits.Count(ctx)
					if err != nil {
						return err
					}
					if err := events.Send(web.Event{Data: fmt.Sprint(n)}); err != nil {
						return err
					}
				}
				<-ctx.Done()
				return nil
			}, nil), nil
		}),
		urls.Path("socket/", func(r *web.Request) (web.Response, error) {
			if _, err := visit(r); err != nil {
				return web.Response{}, err
			}
			return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
				for {
					if _, err := ws.ReadText(ctx); err != nil {
						return err
					}
					n, err := visits.Count(ctx)
					if err != nil {
						return err
					}
					if err := ws.WriteText(ctx, fmt.Sprint(n)); err != nil {
						return err
					}
				}
			}, nil), nil
		}))
	p := newProject(t, func(s *nuages.Settings) {
		s.Databases = sqliteAt(t, nuages.Database{AtomicRequests: true})
		d := s.Databases["default"]
		d.Drivers = []orm.Driver{sqlite.Driver(&sqlite.Options{Readers: 1, BusyTimeout: -1})}
		s.Databases["default"] = d
	}, routes, visitsApp)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := client(t, p, nil)
	events := c.Events("/events/", "")
	if a, b := events.Next().Data, events.Next().Data; a != "1" || b != "1" {
		t.Errorf("the stream counts %s and %s visits, want 1", a, b)
	}
	socket := c.WebSocket("/socket/", nil)
	ask(t, c, "/visit/", http.StatusOK, "true")
	socket.WriteText("?")
	if got := socket.ReadText(); got != "3" {
		t.Errorf("the socket counts %s visits, want 3", got)
	}
	ask(t, c, "/count/", http.StatusOK, "3 false")
	socket.Close(1000, "")
	events.Close()
	if err := p.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// HandlerIn works in the transaction of a test.
func TestHandlerIn(t *testing.T) {
	t.Parallel()
	p := newProject(t, func(s *nuages.Settings) { s.Databases = sqliteAt(t, nuages.Database{AtomicRequests: true}) }, visitRoutes(), visitsApp)
	outside := ormtest.SQLite(t, visitMeta)
	t.Run("inside", func(t *testing.T) {
		ctx := ormtest.Rollback(t, outside)
		c := webtest.NewClient(t, p.HandlerIn(ctx), nil)
		ask(t, c, "/visit/", http.StatusOK, "true")
		ask(t, c, "/visit/?fail", http.StatusInternalServerError, "")
		ask(t, c, "/free/", http.StatusOK, "false")
		ask(t, c, "/count/", http.StatusOK, "2 false")
		if n, err := visits.Count(ctx); n != 2 || err != nil {
			t.Errorf("the test sees %d visits, error %v", n, err)
		}
		ormtest.AssertNumQueries(t, ctx, 1, func(ctx context.Context) { webtest.NewClient(t, p.HandlerIn(ctx), nil).Get("/count/") })
	})
	if n, err := visits.Count(outside); n != 0 || err != nil {
		t.Errorf("%d visits are left, error %v", n, err)
	}
}

// In debug, queries that run again and again are told.
func TestRepeatedQueriesAreTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := newProject(t, func(s *nuages.Settings) {
		s.Debug = true
		s.Databases = sqliteAt(t, nuages.Database{})
		s.Logger = slog.New(slog.NewTextHandler(&log, nil))
	}, visitRoutes(), visitsApp)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer p.Stop(context.Background())
	ask(t, client(t, p, nil), "/again/", http.StatusOK, "ok")
	for _, part := range []string{"a query runs again and again", "path=/again/", "6 times from ", "/database_test.go:", "SelectRelated"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log has no %q:\n%s", part, log.String())
		}
	}
}

func TestDatabaseCommands(t *testing.T) {
	t.Parallel()
	databases := sqliteAt(t, nuages.Database{})
	app := visitsApp
	app.Commands = []*cli.Command{{Name: "visits", Short: "count", Run: func(ctx context.Context, call *cli.Call) error {
		if err := orm.CreateTables(ctx, visitMeta); err != nil {
			return err
		}
		if err := visits.Create(ctx, &Visit{Page: "/"}); err != nil {
			return err
		}
		n, err := visits.Count(ctx)
		call.Println(n, "visits")
		return err
	}}}
	load := shop(func(s *nuages.Settings) { s.Databases = databases }, app)
	run(t, load, "visits").expect(t, 0, "1 visits")
	run(t, load, "check", "--database", "default").expect(t, 0)
	run(t, load, "check", "--database", "other").expect(t, 1, `There is no database "other"`)

	unready := shop(func(s *nuages.Settings) {
		s.Databases = map[string]nuages.Database{"default": {URL: "sqlite:////no/such/folder/db", Drivers: []orm.Driver{sqlite.Driver(nil)}}}
	}, visitsApp)
	run(t, unready, "check").expect(t, 0)
	run(t, unready, "check", "--database", "default").expect(t, 1, "databases.E003", "The database can't be used")
	run(t, shop(nil, visitsApp), "check").expect(t, 1, "databases.E001", "sqlite.Driver(nil)")

	secretive := shop(func(s *nuages.Settings) {
		s.Databases = map[string]nuages.Database{"default": {URL: "sqlite://ann:hush@db/x", Drivers: []orm.Driver{sqlite.Driver(nil)}}}
	})
	result := run(t, secretive, "diffsettings")
	result.expect(t, 0, "Databases", "sqlite://ann:")
	if strings.Contains(result.stdout, "hush") {
		t.Errorf("diffsettings tells a password:\n%s", result.stdout)
	}
}

func TestDBShell(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		realdjango.Missing(t, "the program sqlite3")
	}
	load := shop(func(s *nuages.Settings) { s.Databases = sqliteAt(t, nuages.Database{}) })
	run(t, load, "dbshell", "--", "SELECT 6 * 7").expect(t, 0, "42")
	run(t, load, "dbshell", "--", "SELEKT").expect(t, 1, "sqlite3: exit status")
	run(t, load, "dbshell", "--database", "x").expect(t, 1, `there is no database "x"`)
	missing := shop(func(s *nuages.Settings) {
		d := sqlite.Driver(nil)
		d.Shell = func(string) (orm.Shell, error) { return orm.Shell{Name: "no-such-client-of-nuages"}, nil }
		s.Databases = map[string]nuages.Database{"default": {URL: "sqlite://:memory:", Drivers: []orm.Driver{d}}}
	})
	run(t, missing, "dbshell").expect(t, 1, "Install no-such-client-of-nuages")
	run(t, func(*settings.Env) (*nuages.Project, error) { return nil, errors.New("no project") }, "dbshell").expect(t, 1, "no project")
}
