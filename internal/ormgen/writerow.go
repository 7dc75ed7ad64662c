package ormgen

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// writeReverse writes the other side of a relation: methods where the target is of
// this package, functions where it is not.
func (u *unit) writeReverse(r *reverse) {
	v := u.target(r.file(), r.target)
	v["from"], v["fromFields"], v["fromConstructor"] = r.model.name(), r.model.fieldsType(), r.model.constructor()
	v["place"], v["lookup"], v["SubFields"] = r.place(), strconv.Quote(r.query), u.orm("SubFields")
	v["name"], v["head"] = r.function(), r.function()+"(f *"+v["fields"]+")"
	if r.local != nil {
		v["name"], v["head"] = r.name, "(f *"+v["fields"]+") "+r.name+"()"
	}
	leads := "the columns of the [$from] that refers"
	if r.kind != oneToOne {
		leads = "the columns of the [$from] rows that refer"
	}
	verb := " to the [$target] by $place."
	if r.kind == generic {
		leads, verb = "the columns of the [$from]", " that the [$target] points to, for conditions: the other side of $place."
	}
	u.emit(`
// $name leads to `+leads+verb+`
func $head *$fromFields {
	return $SubFields(f.Rel.Path, $lookup, $fromConstructor)
}
`, v)
	switch r.kind {
	case oneToOne:
		u.writeRowOne(r, v)
	case generic: // contenttypes.Target fetches the object
	default:
		u.writeRowMany(r, v)
	}
}

// writeRowMany writes what gives the rows that refer to a row.
func (u *unit) writeRowMany(r *reverse, v vars) {
	v["name"], v["row"], v["head"] = r.rowFunction(), "row", r.rowFunction()+"(row *"+v["target"]+")"
	if r.local != nil {
		v["name"], v["row"] = r.accessor, u.receiver(r.local)
		v["head"] = "(" + v["row"] + " *" + v["target"] + ") " + r.accessor + "()"
	}
	v["Related"], v["RelatedTo"] = u.orm("Related"), u.orm("RelatedTo")
	u.emit(`
// $name are the [$from] rows that refer to the row by $place.
func $head *$Related[$from] {
	return $RelatedTo[*$from]($row, $lookup)
}
`, v)
}

// writeRowOne writes what gives the only row that refers to a row.
func (u *unit) writeRowOne(r *reverse, v vars) {
	ctx := "ctx " + u.context()
	v["name"], v["row"], v["head"] = r.rowFunction(), "row", r.rowFunction()+"("+ctx+", row *"+v["target"]+")"
	if r.local != nil {
		v["name"], v["row"] = r.accessor, u.receiver(r.local)
		v["head"] = "(" + v["row"] + " *" + v["target"] + ") " + r.accessor + "(" + ctx + ")"
	}
	v["ErrNotFound"], v["RelatedTo"] = u.orm("ErrNotFound"), u.orm("RelatedTo")
	u.emit(`
// $name returns the [$from] that refers to the row by $place, or [$ErrNotFound].
func $head (*$from, error) {
	return $RelatedTo[*$from]($row, $lookup).One(ctx)
}
`, v)
}

// file is where the target of the relation is named.
func (r *reverse) file() *file {
	if r.field != nil {
		return r.field.file
	}
	return r.model.decl.file
}

// receiver is what the user's own methods of a model call it, else its first
// letter.
func (u *unit) receiver(m *model) string {
	letter := strings.ToLower(string([]rune(m.name())[:1]))
	var methods []*ast.FuncDecl
	for _, d := range m.decl.methods {
		if names := d.Recv.List[0].Names; len(names) == 1 && names[0].Name != "_" && names[0].Name != "ctx" {
			methods = append(methods, d)
		}
	}
	if len(methods) == 0 {
		return letter
	}
	first := slices.MinFunc(methods, func(a, b *ast.FuncDecl) int { return int(a.Pos() - b.Pos()) })
	name := first.Recv.List[0].Names[0].Name
	for _, other := range u.im.names {
		if other == name {
			return letter
		}
	}
	return name
}

// writeRowMethods writes Save, Delete and Refresh, but for those that the model
// has of its own.
func (u *unit) writeRowMethods(m *model) {
	for _, method := range []struct{ name, result, does string }{
		{"Save", "error", "writes the row to the database"},
		{"Delete", "(" + u.orm("Deleted") + ", error)", "deletes the row, and what goes with it"},
		{"Refresh", "error", "reads the row again"},
	} {
		if _, own := u.a.rows[m.name()][method.name]; own {
			continue
		}
		u.emit(`
// $name $does: see [$function].
func ($row *$model) $name(ctx $Context) $result { return $function(ctx, $row) }
`, vars{
			"name": method.name, "does": method.does, "result": method.result, "function": u.orm(method.name),
			"row": u.receiver(m), "model": m.name(), "Context": u.context(),
		})
	}
}
