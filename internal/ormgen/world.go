package ormgen

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// world is what one run knows: the packages that it has parsed, and where
// packages lie.
type world struct {
	ctx context.Context
	problems
	notices []string
	folders map[string]*folder // by folder
	dirs    map[string]string  // by folder of the module and import path; "" is not there
	modules map[string]module  // by folder
	models  map[*typeDecl]*model

	read func(dir string) ([]text, error)
	// goList asks the go command for the folder of a package of another module.
	goList func(ctx context.Context, moduleDir, importPath string) string
}

func newWorld(ctx context.Context, root string) *world {
	return &world{
		ctx: ctx, problems: problems{root: root, fset: token.NewFileSet()},
		folders: map[string]*folder{}, dirs: map[string]string{}, modules: map[string]module{}, models: map[*typeDecl]*model{},
		read: readFolder, goList: goList,
	}
}

func (w *world) notice(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(w.notices, text) {
		w.notices = append(w.notices, text)
	}
}

func (w *world) short(name string) string { return short(w.root, name) }

// module is a Go module: its folder and path, both empty where there is none.
type module struct{ dir, path string }

var moduleLine = regexp.MustCompile(`(?m)^\s*module\s+"?([^\s"]+)"?`)

// module finds the module that a folder belongs to.
func (w *world) module(dir string) module {
	if m, ok := w.modules[dir]; ok {
		return m
	}
	m := module{}
	if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
		if line := moduleLine.FindSubmatch(b); line != nil {
			m = module{dir, string(line[1])}
		}
	} else if parent := filepath.Dir(dir); parent != dir {
		m = w.module(parent)
	}
	w.modules[dir] = m
	return m
}

// importPath returns the path by which a folder is imported.
func (w *world) importPath(dir string) string {
	m := w.module(dir)
	rel, err := filepath.Rel(m.dir, dir)
	if m.path == "" || err != nil {
		return dir
	}
	return path.Join(m.path, filepath.ToSlash(rel))
}

// load parses a folder, once.
func (w *world) load(dir, importPath string) (*folder, error) {
	if f, ok := w.folders[dir]; ok {
		return f, nil
	}
	texts, err := w.read(dir)
	if err != nil {
		return nil, err
	}
	f := w.parseFolder(dir, importPath, texts)
	w.folders[dir] = f
	return f, nil
}

// find returns the package of an import path, as a package in the folder from
// sees it; nil where it cannot be found.
func (w *world) find(from, importPath string) *pkg {
	m := w.module(from)
	key := m.dir + "\x00" + importPath
	dir, known := w.dirs[key]
	if !known {
		if rel, ok := within(importPath, m.path); ok {
			dir = filepath.Join(m.dir, filepath.FromSlash(rel))
		} else {
			dir = w.goList(w.ctx, m.dir, importPath)
		}
		w.dirs[key] = dir
	}
	if dir == "" {
		return nil
	}
	f, err := w.load(dir, importPath)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			w.notice("%v", err)
		}
		w.dirs[key] = ""
		return nil
	}
	return f.code
}

func within(importPath, module string) (string, bool) {
	if module == "" {
		return "", false
	}
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// goList finds a package by the go command, which knows of vendor folders,
// workspaces, replaced modules and the module cache. Nothing is compiled.
func goList(ctx context.Context, moduleDir, importPath string) string {
	cmd := exec.CommandContext(ctx, "go", "list", "-find", "-e", "-f", "{{.Dir}}", "--", importPath)
	cmd.Dir = moduleDir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

var versionSuffix = regexp.MustCompile(`^v[0-9]+$`)

// guesses are the names that the package of an import path probably has.
func guesses(importPath string) []string {
	base := path.Base(importPath)
	if versionSuffix.MatchString(base) {
		if parent := path.Dir(importPath); parent != "." {
			return append(guesses(parent), base)
		}
	}
	name, _, _ := strings.Cut(base, ".v") // gopkg.in/yaml.v3
	return []string{base, name, strings.TrimPrefix(name, "go-"), strings.TrimSuffix(name, "-go"), strings.ReplaceAll(name, "-", "")}
}

// imported returns the path that a name stands for in a file.
func (w *world) imported(f *file, name string) (string, bool) {
	var unnamed []string
	for _, spec := range f.tree.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name == nil {
			unnamed = append(unnamed, importPath)
		} else if spec.Name.Name == name {
			return importPath, true
		}
	}
	for _, importPath := range unnamed {
		if slices.Contains(guesses(importPath), name) {
			return importPath, true
		}
	}
	for _, importPath := range unnamed {
		if strings.Contains(importPath, ".") || w.inModule(f, importPath) { // not the standard library
			if p := w.find(f.pkg.dir, importPath); p != nil && p.name == name {
				return importPath, true
			}
		}
	}
	return "", false
}

func (w *world) inModule(f *file, importPath string) bool {
	_, ok := within(importPath, w.module(f.pkg.dir).path)
	return ok
}

// dotted are the paths that a file imports with a dot.
func dotted(f *file) []string {
	var paths []string
	for _, spec := range f.tree.Imports {
		if importPath, err := strconv.Unquote(spec.Path.Value); err == nil && spec.Name != nil && spec.Name.Name == "." {
			paths = append(paths, importPath)
		}
	}
	return paths
}

// ref is a named type as a file writes it.
type ref struct {
	path, name string // path is "" for predeclared types
	args       []ast.Expr
	file       *file     // that names it: args are to be read there
	decl       *typeDecl // nil where it was not looked for or not found
}

// is tells whether the type is that of a package.
func (r ref) is(path, name string) bool { return r.path == path && r.name == name }

// maxAlias bounds how many aliases may stand for each other.
const maxAlias = 10

// ref finds out what named type an expression means. Aliases are followed.
func (w *world) ref(f *file, e ast.Expr) (ref, bool) {
	r, ok := w.refTo(f, e)
	for range maxAlias {
		if !ok || r.decl == nil || !r.decl.spec.Assign.IsValid() || r.decl.spec.TypeParams != nil {
			return r, ok
		}
		next, good := w.refTo(r.decl.file, r.decl.spec.Type)
		if !good {
			return r, ok
		}
		r = next
	}
	return ref{}, false
}

func (w *world) refTo(f *file, e ast.Expr) (ref, bool) {
	base, args := instance(e)
	r := ref{args: args, file: f}
	switch e := base.(type) {
	case *ast.Ident:
		r.name = e.Name
		if d := f.pkg.types[e.Name]; d != nil {
			r.path, r.decl = f.pkg.path, d
			return r, true
		}
		for _, importPath := range dotted(f) {
			if w.complete(&r, importPath) {
				return r, true
			}
		}
		_, predeclared := types.Universe.Lookup(e.Name).(*types.TypeName)
		return r, predeclared
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		if !ok {
			return r, false
		}
		importPath, ok := w.imported(f, id.Name)
		r.name = e.Sel.Name
		if ok && !w.complete(&r, importPath) {
			r.path = importPath
		}
		return r, ok
	}
	return r, false
}

// complete fills in the declaration of r's name in a package, and tells whether
// the package has such a type. Types that are known need no looking for.
func (w *world) complete(r *ref, importPath string) bool {
	if knownType(importPath, r.name) {
		r.path = importPath
		return true
	}
	if importPath == ormPath {
		return false
	}
	p := w.find(r.file.pkg.dir, importPath)
	if p == nil || p.types[r.name] == nil {
		return false
	}
	r.path, r.decl = importPath, p.types[r.name]
	return true
}
