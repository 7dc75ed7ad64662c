// Package source reads the Go and Markdown files of this module for the tests
// that keep its rules (internal/layers, internal/lint, internal/parity).
//
//	root, err := source.Root()
//	…
//	m, err := source.Load(root)
//	…
//	for _, p := range m.Packages {
//		fmt.Println(p.Dir, len(p.Files))
//	}
package source

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Module is a parsed module: every Go file below its go.mod, nested modules,
// testdata and hidden folders left out. It is read-only after Load and safe
// for concurrent use.
type Module struct {
	// Dir is the folder of go.mod; Path is the module's import path.
	Dir, Path string
	// Fset holds the positions of all files; names in it are File.Name.
	Fset *token.FileSet
	// Packages are sorted by Dir.
	Packages []*Package
}

// Package is one folder of Go files, with its test files and those of its
// external test package.
type Package struct {
	// Dir is the folder with slashes, relative to the module; "." is the root.
	Dir string
	// Name is the name in the package clause, without "_test".
	Name string
	// Files are sorted by name.
	Files []*File
}

// File is one parsed Go file.
type File struct {
	// Name is the path with slashes, relative to the module.
	Name string
	// Test says whether the name ends in _test.go.
	Test bool
	// AST has comments and no resolved objects.
	AST *ast.File
}

// Root returns the folder of the go.mod that governs the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find module root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find module root: no go.mod in this folder or above it")
		}
		dir = parent
	}
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)"?`)

// Load parses the module whose go.mod lies in dir. A file that does not parse
// is an error that names file and line.
func Load(dir string) (*Module, error) {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("load module: %w", err)
	}
	line := moduleLine.FindSubmatch(mod)
	if line == nil {
		return nil, fmt.Errorf("load module: %s has no module line", filepath.Join(dir, "go.mod"))
	}
	m := &Module{Dir: dir, Path: string(line[1]), Fset: token.NewFileSet()}
	names, err := m.Find(".go")
	if err != nil {
		return nil, err
	}
	packages := make(map[string]*Package)
	for _, name := range names {
		if err := m.add(packages, name); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(m.Packages, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	return m, nil
}

func (m *Module) add(packages map[string]*Package, name string) error {
	text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(name)))
	if err != nil {
		return fmt.Errorf("load module: %w", err)
	}
	tree, err := parser.ParseFile(m.Fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("load module: %w", err)
	}
	dir := path.Dir(name)
	p := packages[dir]
	if p == nil {
		p = &Package{Dir: dir}
		packages[dir] = p
		m.Packages = append(m.Packages, p)
	}
	f := &File{Name: name, Test: strings.HasSuffix(name, "_test.go"), AST: tree}
	p.Files = append(p.Files, f)
	// A generator ("go run gen.go", kept out of the build) may lie in a package
	// of another name, so any other name beats main.
	if p.Name == "" || p.Name == "main" {
		p.Name = strings.TrimSuffix(tree.Name.Name, "_test")
	}
	return nil
}

// Find lists the files of the module whose names end in suffix, with slashes,
// relative to the module and sorted. Folders that the go command passes over
// (hidden ones, testdata, vendor, nested modules) and node_modules are left
// out.
func (m *Module) Find(suffix string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(m.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			// Other programs may remove a temporary file while we walk.
			if errors.Is(err, fs.ErrNotExist) && name != m.Dir {
				return nil
			}
			return err
		}
		if d.IsDir() {
			if name != m.Dir && skipped(name) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, suffix) && !strings.HasPrefix(d.Name(), ".") && !strings.HasPrefix(d.Name(), "_") {
			rel, err := filepath.Rel(m.Dir, name)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list files of module: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

func skipped(dir string) bool {
	base := filepath.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	switch base {
	case "testdata", "vendor", "node_modules":
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// Local returns the folder of an import path within the module ("." is the
// root), and false for a path outside it.
func (m *Module) Local(importPath string) (string, bool) {
	if importPath == m.Path {
		return ".", true
	}
	return strings.CutPrefix(importPath, m.Path+"/")
}

// Line returns the line of a position.
func (m *Module) Line(pos token.Pos) int { return m.Fset.Position(pos).Line }

// Code returns the package's files that are not tests.
func (p *Package) Code() []*File {
	var files []*File
	for _, f := range p.Files {
		if !f.Test {
			files = append(files, f)
		}
	}
	return files
}

// Command reports whether the package is a program.
func (p *Package) Command() bool { return p.Name == "main" }

// Public reports whether programs outside the module are meant to import the
// package: it is no command, not internal and not an example program.
func (p *Package) Public() bool {
	if p.Command() || len(p.Code()) == 0 {
		return false
	}
	for _, part := range strings.Split(p.Dir, "/") {
		if part == "internal" || part == "examples" {
			return false
		}
	}
	return true
}
