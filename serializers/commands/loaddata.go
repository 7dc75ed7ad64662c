package commands

import (
	"context"
	"fmt"
	"io"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/serializers"
)

// loadOptions are the flags of loaddata.
type loadOptions struct {
	app, database, format string
	exclude               []string
	ignore, asJSON        bool
}

// loaddata loads fixtures.
func (p *program) loaddata() *cli.Command {
	o := loadOptions{database: orm.DefaultAlias}
	return &cli.Command{
		Name: "loaddata", Group: group,
		Short: "load fixtures into a database",
		Long: "Loads the rows of fixtures, all or none. A fixture is named with or without its format and compression: " +
			"books finds books.json, books.default.yaml.gz and so on in the fixtures of the apps, in FixtureDirs of the settings and in the current folder; - is the standard input. " +
			"Rows whose key is there are changed, others are added.",
		Example: "loaddata books\nloaddata books.json --database other\ndumpdata shop | loaddata - --format json --database other",
		Args:    cli.Args{{Name: "fixture", Help: "the name or path of a fixture, or -", Variadic: true}},
		Flags: func(f *cli.Flags) {
			f.String(&o.app, "app", "look only in the fixtures of this app")
			f.String(&o.database, "database", "the alias of the database")
			f.Strings(&o.exclude, "exclude", "an app or app.Model to leave out; may be repeated").Short = "e"
			f.String(&o.format, "format", "the form of the standard input")
			f.Bool(&o.ignore, "ignorenonexistent", "skip models and fields that there are not").Short = "i"
			f.Bool(&o.asJSON, "json", "print what was loaded as JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, _, err := p.open(ctx, o.database)
			if err != nil {
				return err
			}
			return o.run(ctx, call, site)
		},
	}
}

// loadReport is what --json prints.
type loadReport struct {
	Objects  int      `json:"objects"` // that were read
	Loaded   int      `json:"loaded"`
	Fixtures []string `json:"fixtures"`
}

func (o *loadOptions) run(ctx context.Context, call *cli.Call, site *Site) error {
	sources, err := o.sources(call, site)
	if err != nil {
		return err
	}
	skip, err := site.excluded(o.exclude)
	if err != nil {
		return err
	}
	report := loadReport{Fixtures: []string{}}
	progress := call.Progress("load", 0)
	defer progress.Done()
	seen := 0
	opts := &serializers.LoadOptions{
		ReadOptions: serializers.ReadOptions{IgnoreNonexistent: o.ignore, Using: o.database, Models: site.models(), Formats: site.Formats},
		Skip:        skip,
		Progress:    func(objects int) { progress.Add(int64(objects - seen)); seen = objects },
		Begin: func(s serializers.Source) {
			report.Fixtures = append(report.Fixtures, s.Name)
			if !o.asJSON {
				call.Verbosef(2, "Installing %s fixture %q.\n", s.Format, s.Name)
			}
		},
		End: func(s serializers.Source, objects int) {
			if objects == 0 {
				call.Warnf("no fixture data found for %q: the format of the file may be wrong", s.Name)
			}
		},
	}
	loaded, err := serializers.Load(ctx, sources, opts)
	progress.Done()
	if err != nil {
		return fmt.Errorf("load data: %w", err)
	}
	report.Objects, report.Loaded = loaded.Objects, loaded.Saved
	switch {
	case o.asJSON:
		return call.WriteJSON(report)
	case loaded.Objects == loaded.Saved:
		call.Verbosef(1, "Installed %d object(s) from %d fixture(s)\n", loaded.Saved, loaded.Sources)
	default:
		call.Verbosef(1, "Installed %d object(s) (of %d) from %d fixture(s)\n", loaded.Saved, loaded.Objects, loaded.Sources)
	}
	return nil
}

// sources finds the fixtures that the arguments name.
func (o *loadOptions) sources(call *cli.Call, site *Site) ([]serializers.Source, error) {
	finder, err := newFinder(site, o.app, o.database)
	if err != nil {
		return nil, err
	}
	var sources []serializers.Source
	for _, label := range call.ArgList("fixture") {
		if label == "-" {
			if o.format == "" {
				return nil, cli.Hint(cli.Errorf("the standard input has no format"), "Name it: --format json.")
			}
			sources = append(sources, serializers.Source{Name: "the standard input", Format: o.format, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(call.Stdin), nil
			}})
			continue
		}
		found, err := finder.find(label)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			sources = append(sources, serializers.Source{Name: f.path(), Format: f.format, Open: f.open})
		}
	}
	return sources, nil
}
