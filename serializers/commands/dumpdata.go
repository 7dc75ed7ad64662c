package commands

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/serializers"
)

// dumpOptions are the flags of dumpdata.
type dumpOptions struct {
	format, database, output, pks  string
	indent                         int
	exclude                        []string
	naturalForeign, naturalPrimary bool
}

// dumpdata writes rows as a fixture.
func (p *program) dumpdata() *cli.Command {
	o := dumpOptions{format: "json", database: orm.DefaultAlias}
	return &cli.Command{
		Name: "dumpdata", Group: group,
		Short: "write the rows of models as a fixture",
		Long: "Writes the rows of all models, or of the apps and models that are named, in a form that loaddata reads, " +
			"and Django's loaddata too. The rows are in the order of their keys.",
		Example: "dumpdata shop --indent 2\ndumpdata shop.Book auth --format yaml --natural-foreign\ndumpdata --exclude auth -o all.json.gz",
		Args:    cli.Args{{Name: "label", Help: "an app, or a model as app.Model", Optional: true, Variadic: true}},
		Flags: func(f *cli.Flags) {
			f.String(&o.format, "format", "the form: json, jsonl, xml, yaml")
			f.Int(&o.indent, "indent", "how many spaces to indent by; 0: all on one line")
			f.String(&o.database, "database", "the alias of the database")
			f.Strings(&o.exclude, "exclude", "an app or app.Model to leave out; may be repeated").Short = "e"
			f.Bool(&o.naturalForeign, "natural-foreign", "write natural keys for relations to models that have them")
			f.Bool(&o.naturalPrimary, "natural-primary", "leave out the keys of models that have natural ones")
			f.String(&o.pks, "pks", "only the rows with these keys, with commas between them; needs exactly one model")
			f.String(&o.output, "output", "write to this file, compressed if it ends in .gz").Short = "o"
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, _, err := p.open(ctx, o.database)
			if err != nil {
				return err
			}
			if err := o.run(ctx, call, site); err != nil {
				return fmt.Errorf("dump data: %w", err)
			}
			return nil
		},
	}
}

func (o *dumpOptions) run(ctx context.Context, call *cli.Call, site *Site) error {
	if f, err := site.Formats.Get(o.format); err != nil || f.Private {
		return cli.Hint(cli.Errorf("%w %q", serializers.ErrUnknownFormat, o.format), "There are: "+strings.Join(site.Formats.Public(), ", ")+".")
	}
	models, err := o.models(ctx, call, site)
	if err != nil {
		return err
	}
	rows := o.rows(ctx, models)
	if o.output == "" {
		return o.write(ctx, call.Stdout, site, rows)
	}
	total, err := o.count(ctx, models)
	if err != nil {
		return err
	}
	progress := call.Progress("dump", total)
	defer progress.Done()
	return o.file(call, func(w io.Writer) error { return o.write(ctx, w, site, counted(rows, progress)) })
}

func (o *dumpOptions) write(ctx context.Context, w io.Writer, site *Site, rows iter.Seq2[orm.Record, error]) error {
	b := bufio.NewWriterSize(w, 64<<10)
	err := serializers.Write(ctx, b, o.format, rows, &serializers.WriteOptions{
		NaturalForeign: o.naturalForeign, NaturalPrimary: o.naturalPrimary, Indent: o.indent, Using: o.database, Formats: site.Formats,
	})
	return errors.Join(err, b.Flush())
}

// counted shows how many rows have been written.
func counted(rows iter.Seq2[orm.Record, error], progress *cli.Progress) iter.Seq2[orm.Record, error] {
	return func(yield func(orm.Record, error) bool) {
		for r, err := range rows {
			progress.Add(1)
			if !yield(r, err) {
				return
			}
		}
	}
}

// models returns the models to dump, in the order of the apps, or so that natural keys
// can be loaded.
func (o *dumpOptions) models(ctx context.Context, call *cli.Call, site *Site) ([]*orm.Meta, error) {
	excluded, err := site.excluded(o.exclude)
	if err != nil {
		return nil, err
	}
	labels := call.ArgList("label")
	if o.pks != "" && (len(labels) != 1 || !strings.Contains(labels[0], ".")) {
		return nil, cli.Hint(cli.Errorf("--pks needs one model"), "Name it: dumpdata shop.Book --pks 1,2.")
	}
	models := site.models()
	if len(labels) > 0 {
		if models, err = site.named(labels); err != nil {
			return nil, err
		}
	}
	models = slices.DeleteFunc(models, excluded)
	if o.naturalForeign {
		if models, err = serializers.SortDependencies(models, true); err != nil {
			return nil, err
		}
	}
	for _, m := range models {
		if m.Proxy != nil && !slices.Contains(models, m.Proxy) {
			call.Warnf("%s is a proxy model: its rows are those of %s, which is not dumped", m.Label(), m.Proxy.Label())
		}
	}
	models = slices.DeleteFunc(models, func(m *orm.Meta) bool { return m.Proxy != nil })
	return here(ctx, o.database, models), nil
}

// named returns the models that labels name, app by app in the order of the labels.
func (s *Site) named(labels []string) ([]*orm.Meta, error) {
	var apps []string
	chosen := map[string][]*orm.Meta{}
	whole := map[string]bool{}
	for _, label := range labels {
		name, _, isModel := strings.Cut(label, ".")
		a, err := s.app(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(apps, name) {
			apps = append(apps, name)
		}
		if !isModel {
			whole[name], chosen[name] = true, slices.Clone(a.Models)
			continue
		}
		m, err := s.model(label)
		if err != nil {
			return nil, err
		}
		if !whole[name] && !slices.Contains(chosen[name], m) {
			chosen[name] = append(chosen[name], m)
		}
	}
	var models []*orm.Meta
	for _, name := range apps {
		models = append(models, chosen[name]...)
	}
	return models, nil
}

func (o *dumpOptions) keys() []any {
	if o.pks == "" {
		return nil
	}
	var keys []any
	for _, key := range strings.Split(o.pks, ",") {
		keys = append(keys, strings.TrimSpace(key))
	}
	return keys
}

func (o *dumpOptions) rows(ctx context.Context, models []*orm.Meta) iter.Seq2[orm.Record, error] {
	return func(yield func(orm.Record, error) bool) {
		for _, m := range models {
			for r, err := range serializers.Rows(ctx, m, &serializers.RowsOptions{Using: o.database, Keys: o.keys()}) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// count tells the progress bar how many rows there are.
func (o *dumpOptions) count(ctx context.Context, models []*orm.Meta) (int64, error) {
	if o.pks != "" {
		return int64(len(o.keys())), nil
	}
	var total int64
	for _, m := range models {
		n, err := orm.Records(m).Using(o.database).Count(ctx)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// file writes to a file, which takes its place only when all is well.
func (o *dumpOptions) file(call *cli.Call, write func(io.Writer) error) error {
	name := o.output
	switch ext := filepath.Ext(name); ext {
	case ".bz2", ".lzma", ".xz", ".zip":
		name = strings.TrimSuffix(name, ext)
		call.Warnf("files of the type %s can't be written: the fixture is in %q", ext, filepath.Base(name))
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() { // a pipe or a device stays what it is
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(compressed(f, name, write), f.Close())
	}
	f, err := os.OpenFile(name+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	err = errors.Join(compressed(f, name, write), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// compressed writes to w as the name of the file asks for.
func compressed(w io.Writer, name string, write func(io.Writer) error) error {
	if !strings.HasSuffix(name, ".gz") {
		return write(w)
	}
	z := gzip.NewWriter(w)
	return errors.Join(write(z), z.Close())
}
