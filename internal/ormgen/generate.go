package ormgen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Options says what Generate works on.
type Options struct {
	// Dir is the folder that Folders are relative to, and names in messages.
	// Default the working directory.
	Dir string
	// Folders are folders of packages; those that end in "/..." stand for all
	// packages below, of the same module, that have models or the line
	// //go:generate go tool nuages generate. Also import paths of packages of the
	// module. Default "./...".
	Folders []string
	// Check changes nothing: the report says what would be done.
	Check bool
}

// Report is what Generate did.
type Report struct {
	// Written and Removed are files, relative to Options.Dir where they lie
	// below it; UpToDate are those that were left alone.
	Written, Removed, UpToDate []string
	// Notices are about files that were passed over.
	Notices []string
}

// Stale are the files that were not up to date.
func (r *Report) Stale() []string { return slices.Concat(r.Written, r.Removed) }

// Generate writes the models_gen.go of packages with models, and removes those of
// packages that have none any more. Models in test files go to models_gen_test.go,
// if one of these files has the line //go:generate go tool nuages generate: other
// tests define their models by hand.
// Mistakes in the models are an *[Error] that lists all of them, and then nothing is
// written.
func Generate(ctx context.Context, opts *Options) (*Report, error) {
	if opts == nil {
		opts = &Options{}
	}
	root, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("generate models: %w", err)
	}
	w := newWorld(ctx, root)
	dirs, err := w.expand(opts.Folders)
	if err != nil {
		return nil, err
	}
	var outputs []output
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out, err := w.folder(dir)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out...)
	}
	if err := w.err(); err != nil {
		return nil, err
	}
	report := &Report{Notices: w.notices}
	for _, out := range outputs {
		if err := out.apply(w, report, opts.Check); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// output is what a file shall hold; nothing: it shall not be there.
type output struct {
	name string
	data []byte
}

// folder generates the files of one folder.
func (w *world) folder(dir string) ([]output, error) {
	f, err := w.load(dir, w.importPath(dir))
	if err != nil {
		return nil, err
	}
	outputs := []output{{name: filepath.Join(dir, codeFile)}, {name: filepath.Join(dir, testFile)}}
	if f.code != nil && f.code.path == ormPath {
		return nil, nil // its tests define models by hand
	}
	var tests []*unit
	for _, p := range []*pkg{f.code, f.tests} {
		if p == nil {
			continue
		}
		if !f.testsMarked {
			p.dropTests()
		}
		w.looksBroken(p, f.testsMarked)
		a := w.analyse(p)
		var code, test []*model
		for _, m := range a.models {
			if m.decl.file.test {
				test = append(test, m)
			} else {
				code = append(code, m)
			}
		}
		if len(code) > 0 || p == f.code && f.marked && w.hasCode(p) {
			if outputs[0].data, err = w.write(a, code, "Models"); err != nil {
				return nil, err
			}
		}
		if len(test) > 0 {
			list := "Models"
			if p == f.code {
				list = "TestModels" // Models are those of the code
			}
			tests = append(tests, w.unit(a, test, list))
		}
	}
	if len(tests) > 1 {
		w.at(tests[1].models[0].pos(), "models in tests of package %s and of package %s: put all of them into one of the two", tests[0].a.pkg.name, tests[1].a.pkg.name)
		return outputs, nil
	}
	for _, u := range tests {
		if outputs[1].data, err = w.source(u); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

func (w *world) hasCode(p *pkg) bool {
	return slices.ContainsFunc(p.files, func(f *file) bool { return !f.test })
}

func (w *world) write(a *analysis, models []*model, list string) ([]byte, error) {
	return w.source(w.unit(a, models, list))
}

// unit puts together what goes into one file.
func (w *world) unit(a *analysis, models []*model, list string) *unit {
	u := &unit{w: w, a: a, models: models, list: list}
	if len(models) > 0 {
		w.claim(a.names, list, models[0].pos(), "the list of the models", "", "rename it")
	}
	for i, m := range models {
		f := m.decl.file
		if i == 0 {
			u.tag = f.constraint
		}
		if f.constraint != u.tag {
			w.at(m.pos(), "models of one package stand under one //go:build line or under none, as their generated code has one file: %q here, %q before", f.constraint, u.tag)
		}
		if oneSystem(f) {
			w.at(m.pos(), "the name of the file keeps model %s from other systems; move it to another file", m.name())
		}
	}
	return u
}

// source writes a unit, unless its package has mistakes.
func (w *world) source(u *unit) ([]byte, error) {
	b, err := u.source()
	if len(w.problems.list) > 0 {
		return nil, nil // the code may be nonsense; the problems are reported
	}
	return b, err
}

// embeds finds models in a file that cannot be parsed.
var embeds = regexp.MustCompile(`(?m)^\s*(\w+\.)?(Model|State)[ \t]*(//.*)?$`)

// looksBroken sees to the files of a package with syntax errors: those with models
// are mistakes, others are passed over. tests tells whether test files have any.
func (w *world) looksBroken(p *pkg, tests bool) {
	for _, f := range p.files {
		if f.err == nil || f.test && !tests {
			continue
		}
		if embeds.Match(f.text) && bytes.Contains(f.text, []byte(ormPath)) {
			w.syntax(f)
			continue
		}
		w.notice("%v", f.err)
	}
}

// apply writes or removes a file, or finds that there is nothing to do.
func (o output) apply(w *world, report *Report, check bool) error {
	have, err := os.ReadFile(o.name)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return fmt.Errorf("generate models: %w", err)
	}
	name := w.short(o.name)
	if !missing && !bytes.HasPrefix(have, []byte(header)) {
		if o.data == nil {
			return nil
		}
		return fmt.Errorf("generate models: %s was not written by nuages generate; rename it", name)
	}
	switch {
	case o.data == nil && missing:
		return nil
	case o.data != nil && !missing && bytes.Equal(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), o.data):
		report.UpToDate = append(report.UpToDate, name)
		return nil
	case o.data == nil:
		report.Removed = append(report.Removed, name)
		if check {
			return nil
		}
		err = os.Remove(o.name)
	default:
		report.Written = append(report.Written, name)
		if check {
			return nil
		}
		err = writeFile(o.name, o.data)
	}
	if err != nil {
		return fmt.Errorf("generate models: %w", err)
	}
	return nil
}

// writeFile replaces a file in one step.
func writeFile(name string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".models-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // once renamed, it is not there
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closing := tmp.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// expand lists the folders that are meant.
func (w *world) expand(folders []string) ([]string, error) {
	if len(folders) == 0 {
		folders = []string{"./..."}
	}
	var dirs []string
	for _, arg := range folders {
		dir, all := strings.CutSuffix(arg, "...")
		dir, err := w.argument(arg, strings.TrimSuffix(dir, "/"))
		if err != nil {
			return nil, err
		}
		if !all {
			dirs = append(dirs, dir)
			continue
		}
		below, err := candidates(dir)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, below...)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// argument turns a folder or import path into an absolute folder.
func (w *world) argument(arg, dir string) (string, error) {
	abs := dir
	if !filepath.IsAbs(dir) {
		abs = filepath.Join(w.root, filepath.FromSlash(dir))
	}
	info, err := os.Stat(abs)
	if errors.Is(err, fs.ErrNotExist) {
		if m := w.module(w.root); m.path != "" {
			if rel, ok := within(dir, m.path); ok {
				abs = filepath.Join(m.dir, filepath.FromSlash(rel))
				info, err = os.Stat(abs)
			}
		}
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("generate models: %s is no folder and no package of this module", arg)
	case !info.IsDir():
		return "", fmt.Errorf("generate models: %s is not a folder; name the folder of its package", arg)
	}
	return filepath.Clean(abs), nil
}

// candidates lists the folders below dir, of the same module, whose files speak of
// models.
func candidates(dir string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != dir:
			return nil // removed meanwhile
		case err != nil:
			return err
		case d.IsDir():
			if name != dir && skipped(name) {
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(name, ".go"):
			return nil
		}
		folder := filepath.Dir(name)
		if len(dirs) > 0 && dirs[len(dirs)-1] == folder || slices.Contains(dirs, folder) {
			return nil
		}
		if base := filepath.Base(name); base == codeFile || base == testFile || speaks(name) {
			dirs = append(dirs, folder)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("generate models: %w", err)
	}
	return dirs, nil
}

// speaks tells whether a file imports package orm, or has the line for go generate.
func speaks(name string) bool {
	b, err := os.ReadFile(name)
	return err == nil && (bytes.Contains(b, []byte(`"`+ormPath+`"`)) || bytes.Contains(b, []byte("nuages generate")))
}

// skipped tells whether the go command passes a folder over, or it is of another
// module.
func skipped(dir string) bool {
	base := filepath.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor" || base == "node_modules" {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
