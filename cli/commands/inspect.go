package commands

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// check runs the system checks.
func (p *Program) check() *cli.Command {
	var (
		tags      []string
		databases []string
		deploy    bool
		listTags  bool
		asJSON    bool
		failLevel string
	)
	return &cli.Command{
		Name: "check", Group: groupInspect,
		Short: "look for mistakes in the project",
		Long: "Runs the system checks: routes, middleware, templates, settings, and those of the apps. " +
			"With --deploy also those for production, with --database also those that connect to databases. It ends with code 1 when a message is at or above --fail-level.",
		Example:    "check\ncheck --deploy --fail-level warning\ncheck --tag urls\ncheck --database default",
		SkipChecks: true,
		Flags: func(f *cli.Flags) {
			f.Strings(&tags, "tag", "run only the checks with this tag; may be repeated").Short = "t"
			f.Bool(&deploy, "deploy", "also run the checks for production")
			f.Strings(&databases, "database", "also check the database with this alias; may be repeated")
			f.Bool(&listTags, "list-tags", "list the tags")
			failLevel = "error"
			f.Enum(&failLevel, "fail-level", levelNames(), "the least level that makes the command fail")
			f.Bool(&asJSON, "json", "print JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, err := p.Load()
			if err != nil {
				return err
			}
			if listTags {
				for _, tag := range checks.Tags(site.Checks) {
					call.Println(tag)
				}
				return nil
			}
			report, err := checks.Run(ctx, site.Checks, &checks.Options{Tags: tags, Deploy: deploy, Databases: databases, Silenced: site.Silenced})
			if err != nil {
				return err
			}
			level, err := checks.ParseLevel(failLevel)
			if err != nil {
				return err
			}
			if asJSON {
				if err := report.WriteJSON(call.Stdout); err != nil {
					return err
				}
			} else if err := report.WriteText(call.Stdout, &checks.TextOptions{Color: call.Color}); err != nil {
				return err
			}
			if report.Reaches(level) { // the messages have been told
				return cli.Errorf("the system checks found something at or above the level %s", failLevel)
			}
			return nil
		},
	}
}

func levelNames() []string {
	var names []string
	for _, l := range checks.Levels() {
		names = append(names, strings.ToLower(l.String()))
	}
	return names
}

// route is a row of listurls.
type route struct {
	Pattern string   `json:"pattern"`
	Name    string   `json:"name,omitempty"`
	Methods []string `json:"methods,omitempty"`
	Host    string   `json:"host,omitempty"`
	View    string   `json:"view"`
	Site    string   `json:"site,omitempty"`
}

// listurls lists the routes.
func (p *Program) listurls() *cli.Command {
	var (
		prefix           string
		asJSON, unsorted bool
	)
	return &cli.Command{
		Name: "listurls", Group: groupInspect,
		Short:   "list the routes with their names and views",
		Example: "listurls\nlisturls --prefix api/\nlisturls --json",
		Flags: func(f *cli.Flags) {
			f.String(&prefix, "prefix", "only routes whose pattern starts so")
			f.Bool(&unsorted, "unsorted", "in the order in which they are tried")
			f.Bool(&asJSON, "json", "print JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, err := p.Load()
			if err != nil {
				return err
			}
			rows := routeRows(site.Router, strings.TrimPrefix(prefix, "/"), unsorted)
			if site.Fallback != nil && prefix == "" {
				rows = append(rows, route{Pattern: "…", Name: web.FallbackRoute, View: handlerName(site.Fallback)})
			}
			if asJSON {
				return call.WriteJSON(rows)
			}
			if len(rows) == 0 {
				call.Println("There are no routes.")
				return nil
			}
			w := tabwriter.NewWriter(call.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "PATTERN\tNAME\tMETHODS\tVIEW")
			for _, r := range rows {
				methods := strings.Join(r.Methods, " ")
				if methods == "" {
					methods = "any"
				}
				fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\n", r.Host, "/"+r.Pattern, r.Name, methods, shortView(r.View))
			}
			return w.Flush()
		},
	}
}

// handlerName is what a handler calls itself, or its type.
func handlerName(h http.Handler) string {
	if s, ok := h.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", h)
}

// shortView is a function's name without the path of its package.
func shortView(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func routeRows(router *urls.Router, prefix string, unsorted bool) []route {
	rows := []route{}
	for _, r := range router.Routes() {
		if strings.HasPrefix(r.Pattern, prefix) {
			rows = append(rows, route{r.Pattern, r.Name, r.Methods, r.Host, strings.TrimSuffix(r.View, "-fm"), r.Site})
		}
	}
	if !unsorted {
		slices.SortStableFunc(rows, func(a, b route) int { return strings.Compare(a.Host+"/"+a.Pattern, b.Host+"/"+b.Pattern) })
	}
	return rows
}

// diffsettings prints the settings that differ from their defaults.
func (p *Program) diffsettings() *cli.Command {
	var all, asJSON bool
	return &cli.Command{
		Name: "diffsettings", Group: groupInspect,
		Short:   "print the settings that differ from their defaults",
		Long:    "Prints the settings that differ from their defaults. Secrets are not shown.",
		Example: "diffsettings\ndiffsettings --all --json",
		Flags: func(f *cli.Flags) {
			f.Bool(&all, "all", "print all settings; those that differ are marked with ###")
			f.Bool(&asJSON, "json", "print JSON")
		},
		SkipChecks: true,
		Run: func(ctx context.Context, call *cli.Call) error {
			site, err := p.Load()
			if err != nil {
				return err
			}
			fields := site.describe()
			if !all {
				fields = slices.DeleteFunc(fields, func(f settings.Field) bool { return !f.Changed })
			}
			if asJSON {
				return call.WriteJSON(jsonSettings(fields))
			}
			for _, f := range fields {
				mark := ""
				if all && f.Changed {
					mark = "  ###"
				}
				call.Printf("%s = %s%s\n", f.Name, f.Value, mark)
			}
			return nil
		},
	}
}

// describe lists the settings. A default that was filled in does not count as changed, and of
// middleware the names say enough.
func (s *Site) describe() []settings.Field {
	given := map[string]bool{}
	for _, f := range settings.Describe(s.Given) {
		given[f.Name] = f.Changed
	}
	fields := settings.Describe(s.Settings)
	for i := range fields {
		f := &fields[i]
		f.Changed = f.Changed && given[f.Name] && f.Value != "[]" // an empty list is none
		if f.Name == "Middleware" {
			f.Value, f.Default = "["+strings.Join(s.Layers, ", ")+"]", "middleware.Default"
		}
	}
	return fields
}

// setting is a row of diffsettings --json.
type setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Changed bool   `json:"changed"`
}

func jsonSettings(fields []settings.Field) []setting {
	rows := make([]setting, len(fields))
	for i, f := range fields {
		rows[i] = setting(f)
	}
	return rows
}

// SecretKey is the command that prints a new secret key; it needs no project.
func SecretKey() *cli.Command {
	return &cli.Command{
		Name: "secretkey", Group: groupInspect, SkipChecks: true,
		Short: "print a new random secret key",
		Run: func(ctx context.Context, call *cli.Call) error {
			call.Println(signing.RandomSecretKey())
			return nil
		},
	}
}
