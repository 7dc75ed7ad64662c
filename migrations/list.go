package migrations

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// ListSource returns the file that lists the migrations of an app, with the variables of
// others put into it, in the order of their names. Without src it is a new file; what
// else an existing one holds stays as it is.
func ListSource(app string, src []byte, variables ...string) ([]byte, error) {
	if src == nil {
		src = []byte("// Package migrations is the history of the models of the app " + app + ".\npackage migrations\n\n" +
			"import \"" + thisPath + "\"\n\n// All are the migrations, in order.\nvar All = []*migrations.Migration{\n}\n")
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read the list of migrations: %w", err)
	}
	list := findList(file)
	if list == nil {
		return nil, errors.New("read the list of migrations: there is no variable All = []*migrations.Migration{…}")
	}
	for _, name := range variables {
		src, err = insertVariable(src, name)
		if err != nil {
			return nil, err
		}
	}
	return format.Source(src)
}

// ListVariables returns the variables that a list names.
func ListVariables(src []byte) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read the list of migrations: %w", err)
	}
	list := findList(file)
	if list == nil {
		return nil, errors.New("read the list of migrations: there is no variable All = []*migrations.Migration{…}")
	}
	var names []string
	for _, e := range list.Elts {
		if id, ok := e.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
	}
	return names, nil
}

func findList(file *ast.File) *ast.CompositeLit {
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if name.Name != "All" || i >= len(v.Values) {
					continue
				}
				if lit, ok := v.Values[i].(*ast.CompositeLit); ok {
					return lit
				}
			}
		}
	}
	return nil
}

// insertVariable puts a name before the first one that is greater.
func insertVariable(src []byte, name string) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("write the list of migrations: %w", err)
	}
	list := findList(file)
	at, end := fset.Position(list.Rbrace).Offset, true
	for _, e := range list.Elts {
		id, ok := e.(*ast.Ident)
		if ok && id.Name == name {
			return src, nil
		}
		if ok && strings.Compare(id.Name, name) > 0 {
			at, end = fset.Position(id.Pos()).Offset, false
			break
		}
	}
	if !end {
		return slices.Concat(src[:at], []byte(name+",\n\t"), src[at:]), nil
	}
	if n := len(list.Elts); n > 0 { // the last one may stand before the brace without a comma
		last := fset.Position(list.Elts[n-1].End()).Offset
		with := slices.Concat(src[:last], []byte(","), src[last:])
		if _, err := parser.ParseFile(token.NewFileSet(), "", with, parser.SkipObjectResolution); err == nil {
			src = with
			at++
		}
	}
	head := bytes.TrimRight(src[:at], " \t")
	line := "\t" + name + ",\n"
	if !bytes.HasSuffix(head, []byte("\n")) {
		line = "\n" + line
	}
	return slices.Concat(head, []byte(line), src[at:]), nil
}

// ReplaceVariable puts one variable in the place of another in a list of migrations.
func ReplaceVariable(src []byte, from, to string) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read the list of migrations: %w", err)
	}
	if list := findList(file); list != nil {
		for _, e := range list.Elts {
			if id, ok := e.(*ast.Ident); ok && id.Name == from {
				start, end := fset.Position(id.Pos()).Offset, fset.Position(id.End()).Offset
				return slices.Concat(src[:start], []byte(to), src[end:]), nil
			}
		}
	}
	return nil, fmt.Errorf("read the list of migrations: it does not name %s", from)
}
