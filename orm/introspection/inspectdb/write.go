package inspectdb

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Models returns the source of a Go file with models of the tables, for nuages
// generate.
func (i *Inspection) Models(opts *Options) ([]byte, error) {
	if opts == nil {
		opts = &Options{}
	}
	g := &generator{vendor: i.Vendor, managed: opts.Managed, pkg: cmp.Or(opts.Package, opts.App, "models")}
	if !token.IsIdentifier(g.pkg) {
		return nil, fmt.Errorf("inspectdb: %q is no name of a package", g.pkg)
	}
	g.app = cmp.Or(opts.App, g.pkg)
	if opts.App != "" {
		if strings.ContainsFunc(opts.App, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			return nil, fmt.Errorf("inspectdb: %q is no label of an app", opts.App)
		}
		g.strip = opts.App + "_"
	}
	g.read(i.Tables)
	var body strings.Builder
	for _, m := range g.models {
		if m.joins == nil {
			m.write(&body)
		}
	}
	for _, table := range i.Tables {
		if len(table.Columns) == 0 {
			notInspected(&body, Failure{table.Name, "it has no columns that could be read"})
		}
	}
	for _, f := range i.Failed {
		notInspected(&body, f)
	}
	source, err := format.Source([]byte(g.head(body.String()) + body.String()))
	if err != nil {
		return nil, fmt.Errorf("inspectdb: format the models: %w", err)
	}
	return source, nil
}

// notInspected tells of a table without a model.
func notInspected(b *strings.Builder, f Failure) {
	b.WriteString("\n")
	comment(b, fmt.Sprintf("Not inspected: %s: %s", plainOrQuoted(f.Table), f.Reason))
}

// head writes what stands before the models.
func (g *generator) head(body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Package %s has models of a database, as inspectdb found its tables.\n", g.pkg)
	b.WriteString(`//
// It is a beginning: look at each type, give models and other sides of relations better
// names, and say what happens to rows when the row that they refer to is deleted
// (on_delete). Tables and columns must keep their names. A table that is to be changed
// by migrations must not have Managed(false).
`)
	if g.app != g.pkg {
		fmt.Fprintf(&b, "//\n//nuages:app=%s\n", g.app)
	}
	fmt.Fprintf(&b, "package %s\n\nimport (\n", g.pkg)
	paths := used(g.pkg, body)
	for i, path := range paths {
		if i > 0 && strings.Contains(path, ".") && !strings.Contains(paths[i-1], ".") {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	b.WriteString(")\n\n//go:generate go tool nuages generate\n\n")
	return b.String()
}

// used are the packages that code names, those of the standard library first.
func used(pkg, body string) []string {
	tree, err := parser.ParseFile(token.NewFileSet(), "", "package "+pkg+"\n"+body, parser.SkipObjectResolution)
	if err != nil {
		return nil // as formatting will tell
	}
	paths := map[string]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && imports[id.Name] != "" {
				paths[imports[id.Name]] = true
			}
		}
		return true
	})
	list := slices.Sorted(maps.Keys(paths))
	slices.SortStableFunc(list, func(a, b string) int {
		return cmp.Compare(strings.Index(a, "."), strings.Index(b, ".")) // github.com has a dot, net/netip none
	})
	return list
}

// write writes a model.
func (m *model) write(b *strings.Builder) {
	b.WriteString("\n")
	comment(b, fmt.Sprintf("%s has the rows of the %s %s.", m.name, m.table.Kind, plainOrQuoted(m.table.Name)))
	if m.table.Comment != "" {
		b.WriteString("//\n")
		comment(b, m.table.Comment)
	}
	for _, note := range m.notes {
		b.WriteString("//\n")
		comment(b, note)
	}
	if m.manager != "" {
		fmt.Fprintf(b, "//\n//nuages:manager %s\n", m.manager)
	}
	fmt.Fprintf(b, "type %s struct {\n", m.name)
	switch {
	case m.parent != nil:
		fmt.Fprintf(b, "\t%s\n", m.parent.name)
	case m.usual:
		b.WriteString("\torm.Model\n")
	default:
		b.WriteString("\torm.State\n")
	}
	for _, f := range m.fields {
		f.write(b)
	}
	b.WriteString("}\n")
	if len(m.meta) == 0 {
		return
	}
	fmt.Fprintf(b, "\n// Meta says what tags can't.\nfunc (%s *%s) Meta(m *orm.Options) {\n", m.receiver(), m.name)
	for _, line := range m.meta {
		b.WriteString("\t" + line + "\n")
	}
	b.WriteString("}\n")
}

// write writes a field.
func (f *field) write(b *strings.Builder) {
	fmt.Fprintf(b, "\t%s %s", f.name, f.goType())
	if len(f.tags) > 0 {
		b.WriteString(" " + tagLiteral(strings.Join(f.tags, ",")))
	}
	if f.note != "" {
		b.WriteString(" // " + oneLine(f.note))
	}
	b.WriteString("\n")
}

// goType is the type of the struct's field.
func (f *field) goType() string {
	null := f.column != nil && f.column.Null && !f.pk
	if f.target == nil {
		if null {
			return "orm.Null[" + f.typ.name + "]"
		}
		return f.typ.name
	}
	if f.kind == manyToMany {
		return "orm.M2M[" + f.target.name + "]"
	}
	name := "orm."
	if null {
		name += "Null"
	}
	switch {
	case f.kind == oneToOne && f.key == "int64":
		return name + "OneToOne[" + f.target.name + "]"
	case f.kind == oneToOne:
		return name + "OneToOneKey[" + f.target.name + ", " + f.key + "]"
	case f.key == "int64":
		return name + "FK[" + f.target.name + "]"
	}
	return name + "FKey[" + f.target.name + ", " + f.key + "]"
}

// tagLiteral writes a struct tag, in backquotes where they can hold it.
func tagLiteral(text string) string {
	tag := "orm:" + strconv.Quote(text)
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}

// comment writes a text as a comment. Each line begins with a space, so none is a
// directive.
func comment(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString("// " + oneLine(line) + "\n")
	}
}

func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
			return ' '
		}
		return r
	}, text))
}

// plainOrQuoted writes a name as it is, unless it would be misread.
func plainOrQuoted(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return strconv.Quote(name)
	}
	return name
}
