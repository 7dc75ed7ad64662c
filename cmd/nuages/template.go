package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/templatetest"
	"github.com/nuages-web/nuages/template"
)

func templates() *cli.Command {
	return &cli.Command{
		Name:     "template",
		Short:    "work with templates of Django's language",
		Commands: []*cli.Command{templateRender()},
	}
}

// render is what one run of "template render" is asked for.
type render struct {
	context    string
	dirs       []string
	block      string
	autoescape bool
	invalid    string
	language   string
	locale     []string
	zone       string
	batch      string
}

// maxInput bounds a context and one line of a batch, in bytes.
const maxInput = 64 << 20

func templateRender() *cli.Command {
	r := render{autoescape: true}
	return &cli.Command{
		Name:  "render",
		Short: "render a template with a context from a file of JSON",
		Long: "Renders a template, without a project and without a server: to see what a template makes, in tests of other " +
			"languages, or to make files. The tags, filters and libraries are Django's own.\n\n" +
			"FILE is a template below one of the folders of --dir, or a file, whose folder then is where it finds what it " +
			"extends and includes. - is standard input.\n\n" +
			"Objects of the context keep the order of their keys. What JSON has no form for is an object with one key: " +
			`{"$safe": "<b>"}, {"$date": "2026-01-31"}, {"$datetime": "2026-01-31T12:00:00+01:00", "zone": "Europe/Berlin"}, ` +
			`{"$time": "12:00:00"}, {"$decimal": "1.50"}, {"$timedelta": 60}, {"$tuple": [1, 2]}, {"$dict": [[1, "one"]]}.` + "\n\n" +
			"--batch renders many: each line of its file is a case, an object with main, templates, context, and, where they " +
			"are not the default, autoescape, string_if_invalid, language, timezone and clock. For each it prints a line with " +
			"name and expected, or error (the class of Django's exception) and message.",
		Example: "nuages template render page.html --context data.json\n" +
			"nuages template render shop/cart.html --dir templates --context cart.json --block rows\n" +
			"echo '{{ n|filesizeformat }}' | nuages template render - --context n.json\n" +
			"nuages template render --batch cases.jsonl",
		Args: cli.Args{{Name: "file", Help: "the template: a name below --dir, a file, or -", Optional: true}},
		Flags: func(f *cli.Flags) {
			f.String(&r.context, "context", "a file of JSON with the variables; - is standard input")
			f.Strings(&r.dirs, "dir", "a folder with templates; may be given several times")
			f.String(&r.block, "block", "print this block or partial alone")
			f.Bool(&r.autoescape, "autoescape", "escape variables for HTML")
			f.String(&r.invalid, "string-if-invalid", "what to show for variables that are missing; %s is the variable's name")
			f.String(&r.language, "language", "the language, such as de or pt-br (default en)")
			f.Strings(&r.locale, "locale-dir", "a folder with catalogues, as de/LC_MESSAGES/django.mo; may be given several times")
			f.String(&r.zone, "timezone", "the time zone, such as Europe/Berlin: moments are shown in it (default: each in its own)")
			f.String(&r.batch, "batch", "a file with a case on each line; - is standard input")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if r.batch != "" {
				return r.runBatch(ctx, call)
			}
			if call.Arg("file") == "" {
				return cli.Hint(errors.New("no template is given"), "Name a file, - for standard input, or --batch.")
			}
			return r.run(ctx, call)
		},
	}
}

func (r *render) run(ctx context.Context, call *cli.Call) error {
	file := call.Arg("file")
	if file == "-" && r.context == "-" {
		return cli.Hint(errors.New("the template and the context can't both come from standard input"), "Put one of them into a file.")
	}
	opts := &template.Options{NoAutoescape: !r.autoescape, StringIfInvalid: r.invalid}
	err := r.localize(opts)
	if err != nil {
		return err
	}
	data, err := r.data(call)
	if err != nil {
		return err
	}
	folders, name := r.find(file)
	opts.Loaders = []template.Loader{template.FS(folders...)}
	engine, err := template.New(opts)
	if err != nil {
		return err
	}
	t, err := load(call, engine, name)
	if err == nil && r.block != "" {
		t, err = part(t, r.block)
	}
	if err != nil {
		return explain(err)
	}
	if r.language != "" {
		ctx = i18n.NewContext(ctx, opts.Locale)
	}
	text, err := t.RenderString(ctx, data)
	if err != nil {
		return explain(err)
	}
	call.Printf("%s", text)
	return nil
}

// localize sets the language and the time zone.
func (r *render) localize(opts *template.Options) error {
	zone := time.UTC
	if r.zone != "" {
		var err error
		if zone, err = time.LoadLocation(r.zone); err != nil {
			return cli.Hint(fmt.Errorf("--timezone: %w", err), "Give a name such as Europe/Berlin or UTC.")
		}
		opts.Zone = zone
	}
	var folders []fs.FS
	for _, dir := range r.locale {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return cli.Hint(fmt.Errorf("--locale-dir: %s is no folder", dir), "Give the folder that has folders such as de/LC_MESSAGES.")
		}
		folders = append(folders, os.DirFS(dir))
	}
	language := r.language
	if language == "" {
		language = "en"
	}
	catalogs, err := i18n.New(folders, &i18n.Options{LanguageCode: "en", TimeZone: zone})
	if err != nil {
		return fmt.Errorf("--locale-dir: %w", err)
	}
	if !catalogs.Has(language) && !slices.Contains(catalogs.Languages(), i18n.ToLanguage(language)) {
		return cli.Hint(fmt.Errorf("--language: there is no language %q", language), "Give a code such as de or pt-br.")
	}
	opts.Locale = catalogs.Locale(language)
	opts.Locales = func(language string) (*i18n.Locale, bool) { return catalogs.Locale(language), catalogs.Has(language) }
	return nil
}

// data reads the context.
func (r *render) data(call *cli.Call) (any, error) {
	if r.context == "" {
		return nil, nil
	}
	raw, err := readInput(call, r.context)
	if err != nil {
		return nil, fmt.Errorf("--context: %w", err)
	}
	data, err := templatetest.Context(raw)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("--context: %s: %w", r.context, place(raw, err)), "The context is one JSON object; nuages template render --help has the forms of dates and the like.")
	}
	return data, nil
}

// place adds the line to an error of JSON.
func place(raw []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && int(syntax.Offset) <= len(raw) {
		return fmt.Errorf("line %d: %w", 1+strings.Count(string(raw[:syntax.Offset]), "\n"), err)
	}
	return err
}

func readInput(call *cli.Call, name string) ([]byte, error) {
	in := call.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(b) > maxInput {
		err = fmt.Errorf("more than %d MB", maxInput>>20)
	}
	return b, err
}

// find returns the folders of templates, and the name of file below them: a file
// that is not below --dir is found in its own folder.
func (r *render) find(file string) (folders []fs.FS, name string) {
	name = filepath.ToSlash(file)
	found := file == "-"
	for _, dir := range r.dirs {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			found = true
		}
		folders = append(folders, os.DirFS(dir))
	}
	if !found {
		if _, err := os.Stat(file); err == nil || len(r.dirs) == 0 {
			folders, name = append(folders, os.DirFS(filepath.Dir(file))), filepath.Base(file)
		}
	}
	if len(folders) == 0 {
		folders = []fs.FS{os.DirFS(".")}
	}
	return folders, name
}

// load gets the template from a folder, or from standard input.
func load(call *cli.Call, engine *template.Engine, name string) (*template.Template, error) {
	if name != "-" {
		return engine.Get(name)
	}
	text, err := readInput(call, "-")
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	return engine.Parse("-", string(text))
}

// part is one block or partial of a template.
func part(t *template.Template, name string) (*template.Template, error) {
	p, err := t.Part(name)
	if missing := (*template.NotFoundError)(nil); errors.As(err, &missing) {
		hint := "It has none."
		if parts := t.Parts(); len(parts) > 0 {
			hint = "It has: " + strings.Join(parts, ", ") + "."
		}
		return nil, cli.Hint(fmt.Errorf("%s has no block or partial %q", t.Name(), name), hint)
	}
	return p, err
}

// explain shows where in a template an error is, with the line, and what to do
// about templates that are not found.
func explain(err error) error {
	shown := err
	if placed := (*template.Error)(nil); errors.As(err, &placed) {
		shown = errors.New(strings.TrimRight(placed.Detail(), "\n"))
	}
	if missing := (*template.NotFoundError)(nil); errors.As(err, &missing) {
		return cli.Hint(shown, "Give the folders with the templates by --dir.")
	}
	return shown
}

func (r *render) runBatch(ctx context.Context, call *cli.Call) error {
	if call.Arg("file") != "" || r.context != "" || r.block != "" {
		return cli.Hint(errors.New("--batch has templates and contexts of its own"), "Leave out the file, --context and --block.")
	}
	in := call.Stdin
	if r.batch != "-" {
		file, err := os.Open(r.batch)
		if err != nil {
			return fmt.Errorf("--batch: %w", err)
		}
		defer file.Close()
		in = file
	}
	locale := templatetest.DjangoLocale(templatetest.DjangoDir)
	if len(r.locale) > 0 {
		locale = nil
		for _, dir := range r.locale {
			locale = append(locale, os.DirFS(dir))
		}
	}
	runner, err := templatetest.New(&templatetest.Options{Locale: locale})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxInput)
	out := json.NewEncoder(call.Stdout)
	out.SetEscapeHTML(false)
	for number := 1; lines.Scan(); number++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		c, err := templatetest.Parse(lines.Bytes())
		if err != nil {
			return cli.Hint(fmt.Errorf("--batch: line %d: %w", number, err), "Each line is one JSON object; nuages template render --help has its keys.")
		}
		if err := out.Encode(runner.Run(ctx, c)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("--batch: %w", err)
	}
	return nil
}
