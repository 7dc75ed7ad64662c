package commands

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/gosource"
	"github.com/nuages-web/nuages/migrations"
)

// copied is an operation that holds functions, which cannot be written, with the text
// of its file.
type copied struct {
	migrations.Operation
	src     string
	imports []string // as they stand in the file: `"context"`
	needs   []string // what the file declares beside, and the operation uses
	from    string   // the file
}

// withSource returns the operations of a migration; those with functions are copied
// from its file in the folder.
func withSource(folder string, m *migrations.Migration) ([]migrations.Operation, error) {
	ops := slices.Clone(m.Operations)
	var f *migrationFile
	for i, op := range ops {
		_, err := migrations.Source(&migrations.Migration{App: m.App, Name: m.Name, Operations: []migrations.Operation{op}}, nil)
		if !errors.Is(err, gosource.ErrNoSource) {
			continue
		}
		if f == nil {
			if f, err = readMigration(file(folder, m), m); err != nil {
				return nil, err
			}
		}
		ops[i] = f.copied(op, i)
	}
	return ops, nil
}

// split returns operations without the wrapping, and what Source needs of it.
func split(ops []migrations.Operation) ([]migrations.Operation, *migrations.SourceOptions, []*copied) {
	opts := &migrations.SourceOptions{Copied: map[int]string{}}
	var all []*copied
	plain := slices.Clone(ops)
	for i, op := range ops {
		if c, ok := op.(*copied); ok {
			plain[i] = c.Operation
			opts.Copied[i] = c.src
			opts.Imports = append(opts.Imports, c.imports...)
			all = append(all, c)
		}
	}
	return plain, opts, all
}

// migrationFile is the file of a migration.
type migrationFile struct {
	path string
	src  []byte
	fset *token.FileSet
	file *ast.File
	ops  []ast.Expr
}

// readMigration reads the file of a migration, whose operations must stand there one by one.
func readMigration(path string, m *migrations.Migration) (*migrationFile, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the migration: %w", err)
	}
	f := &migrationFile{path: path, src: src, fset: token.NewFileSet()}
	if f.file, err = parser.ParseFile(f.fset, path, src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("read the migration: %w", err)
	}
	ast.Inspect(f.file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && len(v.Names) == 1 && len(v.Values) == 1 && v.Names[0].Name == migrations.Variable(m.Name) {
			f.ops = operationsOf(v.Values[0])
		}
		return !ok
	})
	if len(f.ops) != len(m.Operations) {
		return nil, cli.Hint(fmt.Errorf("%s: the operations of %s are not listed one by one, so that those with functions cannot be copied", shown(path), migrations.Variable(m.Name)),
			"Write the new migration by hand.")
	}
	return f, nil
}

// operationsOf returns the elements of Operations in &migrations.Migration{…}.
func operationsOf(e ast.Expr) []ast.Expr {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, member := range lit.Elts {
		kv, ok := member.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Operations" {
			if list, ok := kv.Value.(*ast.CompositeLit); ok {
				return list.Elts
			}
		}
	}
	return nil
}

func (f *migrationFile) copied(op migrations.Operation, i int) *copied {
	e := f.ops[i]
	start, end := f.fset.Position(e.Pos()).Offset, f.fset.Position(e.End()).Offset
	c := &copied{Operation: op, src: string(bytes.TrimSpace(f.src[start:end])), from: f.path}
	used := map[string]bool{}
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			used[id.Name] = true
		}
		return true
	})
	for _, spec := range f.file.Imports {
		full, _ := strconv.Unquote(spec.Path.Value) // it has been parsed
		name, text := path.Base(full), spec.Path.Value
		if spec.Name != nil {
			name, text = spec.Name.Name, spec.Name.Name+" "+text
		}
		if used[name] {
			c.imports = append(c.imports, text)
		}
	}
	for _, name := range declared(f.file) {
		if used[name] {
			c.needs = append(c.needs, name)
		}
	}
	return c
}

// declared are the names that a file declares for its package.
func declared(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// byHand says what must be moved before the files that operations were copied from go.
func byHand(all []*copied) string {
	var b strings.Builder
	for _, c := range all {
		if len(c.needs) > 0 {
			fmt.Fprintf(&b, "  %s of %s\n", strings.Join(c.needs, ", "), shown(c.from))
		}
	}
	return b.String()
}
