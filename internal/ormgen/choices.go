package ormgen

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// choiceType is a type under //nuages:choices, whose constants are choices.
type choiceType struct {
	decl   *typeDecl
	values []choiceValue
}

// choiceValue is one constant with its label.
type choiceValue struct{ name, label string }

func (c *choiceType) variable() string { return c.decl.name() + "Choices" }

// choiceTypes finds the types of a package whose constants are choices.
func (w *world) choiceTypes(a *analysis) {
	for _, d := range a.pkg.types {
		for _, dir := range directives(d.doc) {
			if dir.key == "choices" {
				a.choices = append(a.choices, &choiceType{decl: d})
			}
		}
	}
	slices.SortFunc(a.choices, func(x, y *choiceType) int {
		return cmp.Or(strings.Compare(x.decl.file.name, y.decl.file.name), int(x.decl.spec.Pos()-y.decl.spec.Pos()))
	})
	for _, c := range a.choices {
		id, ok := c.decl.spec.Type.(*ast.Ident)
		if fam := predeclared[identName(id, ok)]; fam != textFamily && fam != numFamily && fam != intFamily && fam != int32Family && fam != int64Family {
			w.at(c.decl.spec.Pos(), "//nuages:choices stands above a type of text or whole numbers: type %s string", c.decl.name())
			continue
		}
		for _, f := range a.pkg.files {
			if f.test == c.decl.file.test {
				c.values = append(c.values, constantsOf(f, c.decl.name())...)
			}
		}
		if len(c.values) == 0 {
			w.at(c.decl.spec.Pos(), "%s has no constants that could be choices", c.decl.name())
		}
		w.claim(a.names, c.variable(), c.decl.spec.Pos(), "the choices of "+c.decl.name(), "", "rename one of them")
	}
}

func identName(id *ast.Ident, ok bool) string {
	if !ok {
		return ""
	}
	return id.Name
}

// constantsOf finds the constants of a type, in the order of the file.
func constantsOf(f *file, typ string) (values []choiceValue) {
	for _, decl := range f.tree.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			continue
		}
		ours := false // of the last one that said its type or value, which the next repeat
		for _, spec := range d.Specs {
			s, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			if s.Type != nil || len(s.Values) > 0 {
				ours = isNamed(s.Type, typ) || s.Type == nil && slices.ContainsFunc(s.Values, func(v ast.Expr) bool { return converts(v, typ) })
			}
			for _, name := range s.Names {
				if ours && name.Name != "_" {
					values = append(values, choiceValue{name.Name, labelOf(name.Name, typ, s.Comment)})
				}
			}
		}
	}
	return values
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// converts tells whether e is typ(…).
func converts(e ast.Expr, typ string) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && isNamed(call.Fun, typ)
}

// labelOf is the comment behind a constant, or its name in words, without the type's, as
// Django makes labels of names: "In Progress" of StatusInProgress.
func labelOf(name, typ string, comment *ast.CommentGroup) string {
	if text := strings.TrimSpace(comment.Text()); text != "" {
		return strings.Join(strings.Fields(text), " ")
	}
	for _, short := range []string{strings.TrimPrefix(name, typ), strings.TrimSuffix(name, typ)} {
		if short != "" && short != name {
			name = short
			break
		}
	}
	var label strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		begins := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		switch {
		case r == '_':
			label.WriteByte(' ')
		case begins && runes[i-1] != '_':
			label.WriteByte(' ')
			label.WriteRune(r)
		case i == 0 || runes[i-1] == '_':
			label.WriteRune(unicode.ToUpper(r))
		default:
			label.WriteRune(r)
		}
	}
	return label.String()
}

// writeChoices writes the choices of the types in the unit's files. Those of a type with
// a method String have its labels.
func (u *unit) writeChoices(test bool) {
	for _, c := range u.a.choices {
		if c.decl.file.test != test {
			continue
		}
		labelled := c.decl.methods["String"] == nil
		var values strings.Builder
		for _, v := range c.values {
			if labelled {
				values.WriteString("\t{Value: " + v.name + ", Label: " + strconv.Quote(v.label) + "},\n")
			} else {
				values.WriteString("\t" + v.name + ",\n")
			}
		}
		v := vars{"choices": c.variable(), "type": c.decl.name(), "values": values.String(), "Choice": u.orm("Choice"), "ChoicesOf": u.orm("ChoicesOf"), "ChoiceLabel": u.orm("ChoiceLabel")}
		if !labelled {
			u.emit(`
// $choices are the values of [$type] with their texts as labels.
var $choices = $ChoicesOf(
$values)
`, v)
			continue
		}
		u.emit(`
// $choices are the values of [$type] with their labels.
var $choices = []$Choice{
$values}
`, v)
		if c.decl.methods["Label"] == nil {
			u.emit(`
// Label returns the label of the value, or its text where it is none of the choices.
func (v $type) Label() string { return $ChoiceLabel($choices, v) }
`, v)
		}
	}
}
