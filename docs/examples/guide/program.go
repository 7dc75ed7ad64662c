package guide

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
)

// prices are in cents.
type prices map[string]int

func app(p prices) nuages.App {
	return nuages.App{
		Name:     "shop",
		Commands: []*cli.Command{priceCommand(p)},
		Checks:   []checks.Check{priceCheck(p)},
		Run: func(ctx context.Context) error { // beside the requests, while the project serves
			<-ctx.Done()
			return nil
		},
	}
}

func priceCommand(p prices) *cli.Command {
	var vat bool
	return &cli.Command{
		Name:  "price",
		Short: "print the price of a record",
		Args:  cli.Args{{Name: "slug", Help: "the record"}},
		Flags: func(f *cli.Flags) { f.Bool(&vat, "vat", "with 20 % of tax") },
		Run: func(ctx context.Context, call *cli.Call) error {
			cents, ok := p[call.Arg("slug")]
			if !ok {
				return cli.Hint(cli.Errorf("there is no record %q", call.Arg("slug")), "See listurls.")
			}
			if vat {
				cents += cents / 5
			}
			call.Printf("%d.%02d\n", cents/100, cents%100)
			return nil
		},
	}
}

func priceCheck(p prices) checks.Check {
	return checks.Check{
		Name: "prices",
		Tags: []string{"shop"},
		Run: func(context.Context) []checks.Message {
			var found []checks.Message
			for slug, cents := range p {
				if cents <= 0 {
					found = append(found, checks.Errorf("shop.E001", "The price of a record is %d cents.", cents).
						On(slug).WithHint("Give it a price."))
				}
			}
			return found
		},
	}
}

// doc:settings

// Settings are those of the guide's own.
type Settings struct {
	Debug    bool
	Key      settings.Secret
	Database *url.URL
	Timeout  time.Duration
	Upload   int64 // bytes
	Level    string
}

// Load reads the settings, and tells all that is wrong with them at once.
func Load(env *settings.Env) (Settings, error) {
	s := Settings{
		Debug:    env.Bool("DEBUG", false),
		Key:      env.Secret("SECRET_KEY"), // no default: it has to be set
		Database: env.URL("DATABASE_URL", "postgres://localhost/shop"),
		Timeout:  env.Duration("TIMEOUT", 30*time.Second),
		Upload:   env.Bytes("MAX_UPLOAD", 32<<20),
		Level:    env.Choice("LOG_LEVEL", []string{"debug", "info", "warn"}, "info"),
	}
	return s, env.Err()
}

// doc:end

// doc:signing

type invitation struct {
	Mail string `json:"mail"`
	Team int    `json:"team"`
}

// Invite makes a token for a link in a mail.
func Invite(key settings.Secret, mail string, team int) (string, error) {
	return signing.Dumps(invitation{mail, team}, key.Reveal(), &signing.Options{Salt: "invitations"})
}

// Accept reads the token, if it is not older than a week.
func Accept(key settings.Secret, token string) (mail string, team int, err error) {
	var i invitation
	err = signing.Loads(token, &i, key.Reveal(), 7*24*time.Hour, &signing.Options{Salt: "invitations"})
	return i.Mail, i.Team, err
}

// doc:end

// doc:mount

func mounted() []urls.Route {
	return []urls.Route{
		urls.Mount("legacy/", legacy()), // any http.Handler, below a prefix
		urls.Path("status/", web.FromHTTP(http.HandlerFunc(status))),
		urls.Path("static/<path:path>", views.Static(staticFiles(), nil)).Name("static"),
	}
}

func legacy() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "user %s", r.PathValue("id"))
	})
	return mux
}

func status(w http.ResponseWriter, r *http.Request) {
	req, _ := web.FromContext(r.Context()) // the web.Request is there too
	fmt.Fprintf(w, "up, %s", req.Hostname())
}

// doc:end

func staticFiles() fs.FS { return nuages.Sub(embedded, "files") }

// Mux puts a Nuages project into a program that has a ServeMux already.
func Mux(p *nuages.Project) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("/", p.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") })
	// One view, without a project:
	mux.Handle("GET /hello", web.ToHTTP(func(r *web.Request) (web.Response, error) {
		return web.Text("hello"), nil
	}, nil))
	return mux
}

func cover(r *web.Request) (web.Response, error) {
	return web.Render("cover.html", map[string]any{"title": "<Nuages>", "slug": "nuages"}), nil
}

// CountFailures counts the answers from 500 on.
func CountFailures(p *nuages.Project, count func()) (disconnect func()) {
	return p.Signals.RequestFinished.Connect(func(ctx context.Context, e nuages.Finished) error {
		if e.Outcome.Status >= 500 {
			count()
		}
		return nil
	}, nil)
}
