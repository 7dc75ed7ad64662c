package inspectdb_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
)

// FuzzModels writes models of a table whose names, types and texts are anything. The
// source is Go, and holds nothing but the model and its Meta.
func FuzzModels(f *testing.F) {
	f.Add("shop_product", "price", "numeric(8,2)", "1.5", "CHECK ((price > 0))", "The price")
	f.Add("a`b", "`; func init() {} //", "enum('a', 'b')", "'x'::text", "CHECK (`a` in ('it\\'s', \"b\"))", "x\n*/ func init() {}")
	f.Add("func", "type", "character varying(20)[]", "now()", "CREATE INDEX i ON t USING btree (lower(x) DESC, \"a b\") WHERE x IS NULL", "//go:build x\r\n//nuages:app=y")
	f.Add("日本", "ÿ\xff\x00", "int(10) unsigned", "nextval('x')", "UNIQUE (a", "\ufeff\u2028")
	f.Fuzz(func(t *testing.T, table, column, typ, value, definition, text string) {
		for _, vendor := range []string{"sqlite", "postgresql", "mariadb"} {
			columns := []introspection.Column{
				{Name: "id", Type: "bigint", BaseType: "bigint", Auto: true},
				{Name: column, Type: typ, BaseType: typ, Default: orm.Some(value), Comment: text, Collation: text, Enum: []string{text}, Null: true},
				{Name: "n", Type: typ, BaseType: typ, Generated: value},
			}
			constraints := []orm.TableConstraint{
				{Name: "pk", Columns: []string{"id"}, PrimaryKey: true, Unique: true},
				{Name: text, Columns: []string{column}, Check: true, Definition: definition},
				{Name: text, Columns: []string{column}, Index: true, Partial: true, Definition: definition},
				{Name: text, Columns: []string{"", column}, Unique: true, Index: true, Definition: definition},
				{Name: text, Columns: []string{column}, References: &orm.TableReference{Table: text, Column: text, OnDelete: text}, Definition: definition},
			}
			i := &inspectdb.Inspection{Vendor: vendor, Tables: []*introspection.Description{{
				TableInfo: introspection.TableInfo{Name: table, Comment: text}, Columns: columns, Constraints: constraints,
			}}}
			source, err := i.Models(nil)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := parser.ParseFile(token.NewFileSet(), "models.go", source, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			types := 0
			for _, d := range tree.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Name.Name != "Meta" || d.Recv == nil {
						t.Errorf("function %s in:\n%s", d.Name.Name, source)
					}
				case *ast.GenDecl:
					if d.Tok == token.TYPE {
						types += len(d.Specs)
					} else if d.Tok != token.IMPORT {
						t.Errorf("%s in:\n%s", d.Tok, source)
					}
				}
			}
			if types != 1 {
				t.Errorf("%d types in:\n%s", types, source)
			}
		}
	})
}
