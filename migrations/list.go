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
	at := fset.Position(list.Rbrace).Offset
	before := "\n"
	for _, e := range list.Elts {
		id, ok := e.(*ast.Ident)
		if ok && id.Name == name {
			return src, nil
		}
		if ok && strings.Compare(id.Name, name) > 0 {
			at, before = fset.Position(id.Pos()).Offset, ""
			break
		}
	}
	head := bytes.TrimRight(src[:at], " \t\n")
	if before != "" && len(list.Elts) > 0 && !bytes.HasSuffix(head, []byte(",")) && !endsInComment(file, fset, len(head)) {
		head = append(slices.Clone(head), ',')
	} else {
		head = src[:at]
	}
	return slices.Concat(head, []byte(before+"\t"+name+",\n"), src[at:]), nil
}

// endsInComment tells whether the text before an offset ends in a comment.
func endsInComment(file *ast.File, fset *token.FileSet, offset int) bool {
	for _, group := range file.Comments {
		if fset.Position(group.End()).Offset == offset {
			return true
		}
	}
	return false
}
