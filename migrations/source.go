package migrations

import (
	"fmt"
	"go/format"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/internal/gosource"
	"github.com/nuages-web/nuages/orm"
)

// SourceOptions say how [Source] writes a migration.
type SourceOptions struct {
	// Package is the name of the package. Default "migrations".
	Package string
	// Header is the comment above the migration, without slashes. Default none.
	Header string
	// Copied is the source of operations that hold functions, which cannot be written,
	// by their place in Operations; Imports are what it needs, as in an import
	// declaration: `"context"`, `x "example.com/y"`.
	Copied  map[int]string
	Imports []string
}

const thisPath = "github.com/nuages-web/nuages/migrations"

// Source returns a migration as a formatted Go file, which declares the variable that
// [Variable] names. Equal migrations have equal source. Operations with functions
// ([RunGo]) are an error, unless their source is given.
func Source(m *Migration, opts *SourceOptions) ([]byte, error) {
	o := SourceOptions{}
	if opts != nil {
		o = *opts
	}
	if o.Package == "" {
		o.Package = "migrations"
	}
	w := &sourceWriter{imports: gosource.Imports{thisPath: true}}
	body, err := w.migration(m, o.Copied)
	if err != nil {
		return nil, fmt.Errorf("write migration %s: %w", m.ID(), err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n%s\n", o.Package, importLines(w.imports, o.Imports))
	for line := range strings.Lines(o.Header) {
		b.WriteString("// " + line)
	}
	if o.Header != "" {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "var %s = %s\n", Variable(m.Name), body)
	src, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("write migration %s: %w", m.ID(), err)
	}
	return src, nil
}

// importLines is the declaration of imports as gofmt has it: the standard library first.
func importLines(paths gosource.Imports, more []string) string {
	specs := map[string]bool{}
	for _, path := range paths.List() {
		specs[strconv.Quote(path)] = true
	}
	for _, spec := range more {
		specs[spec] = true
	}
	var std, others strings.Builder
	for _, spec := range gosource.Imports(specs).List() {
		if _, path, _ := strings.Cut(spec, `"`); strings.Contains(strings.Split(path, "/")[0], ".") {
			others.WriteString("\t" + spec + "\n")
		} else {
			std.WriteString("\t" + spec + "\n")
		}
	}
	if len(specs) == 1 {
		return "import" + strings.ReplaceAll(std.String()+others.String(), "\t", " ")
	}
	if std.Len() > 0 && others.Len() > 0 {
		std.WriteString("\n")
	}
	return "import (\n" + std.String() + others.String() + ")\n"
}

var wordStart = regexp.MustCompile(`[^A-Za-z0-9]+([A-Za-z0-9]?)`)

// Variable returns the name of the variable that holds a migration: "m0002RecordNotes"
// for "0002_record_notes".
func Variable(name string) string {
	name = wordStart.ReplaceAllStringFunc("_"+name, func(s string) string {
		return strings.ToUpper(strings.TrimLeft(s, strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")))
	})
	return "m" + name
}

// sourceWriter writes values of migrations as Go source.
type sourceWriter struct{ imports gosource.Imports }

func (w *sourceWriter) migration(m *Migration, copied map[int]string) (string, error) {
	plain := *m
	plain.Operations = nil
	head, err := w.members(reflect.ValueOf(plain), 1)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("&migrations.Migration{\n")
	for _, member := range head {
		b.WriteString("\t" + member + ",\n")
	}
	if len(m.Operations) > 0 || len(head) > 0 {
		b.WriteString("\tOperations: []migrations.Operation{\n")
		for i, op := range m.Operations {
			src, ok := copied[i]
			if !ok {
				if src, err = w.value(reflect.ValueOf(op), 2, false); err != nil {
					return "", fmt.Errorf("operation %d (%s): %w", i+1, op.Describe(), err)
				}
			}
			b.WriteString("\t\t" + src + ",\n")
		}
		b.WriteString("\t},\n")
	}
	b.WriteString("}")
	return b.String(), nil
}

// lineWidth is how long a literal on one line becomes.
const lineWidth = 120

// names of the numbers that operations hold.
var (
	onDeleteNames = [...]string{"Cascade", "Protect", "Restrict", "SetNull", "SetDefault", "DoNothing", "DBCascade", "DBSetNull", "DBSetDefault"}
	kindNames     = [...]string{"CheckConstraint", "UniqueConstraint", "ExclusionConstraint"}
	deferNames    = [...]string{"NotDeferrable", "DeferredInitially", "ImmediateInitially"}
)

const ormPath = "github.com/nuages-web/nuages/orm"

// value writes a value; elided: its type stands around it.
func (w *sourceWriter) value(v reflect.Value, depth int, elided bool) (string, error) {
	if src, ok, err := w.special(v); ok || err != nil {
		return src, err
	}
	switch v.Kind() {
	case reflect.Interface:
		return w.value(v.Elem(), depth, false)
	case reflect.Pointer:
		if v.IsNil() {
			return "nil", nil
		}
		src, err := w.value(v.Elem(), depth, false)
		return "&" + src, err
	case reflect.Func:
		return "", fmt.Errorf("it holds a function, which cannot be written: %w", gosource.ErrNoSource)
	case reflect.Slice:
		return w.slice(v, depth)
	case reflect.Struct:
		return w.structure(v, depth, elided)
	}
	return gosource.Value(v.Interface(), w.imports)
}

// special writes the types that have a form of their own.
func (w *sourceWriter) special(v reflect.Value) (src string, ok bool, err error) {
	if !v.IsValid() {
		return "nil", true, nil
	}
	var name string
	switch x := v.Interface().(type) {
	case orm.AnyExpr:
		src, imports, err := orm.GoSource(x)
		w.note(imports)
		return src, true, err
	case reflect.Type:
		src, err := gosource.Type(x, w.imports)
		w.imports["reflect"] = true
		return "reflect.TypeFor[" + src + "]()", true, err
	case orm.OnDelete:
		name = onDeleteNames[x]
	case orm.ConstraintKind:
		name = kindNames[x]
	case orm.Deferrable:
		name = deferNames[x]
	default:
		return "", false, nil
	}
	w.imports[ormPath] = true
	return "orm." + name, true, nil
}

func (w *sourceWriter) note(imports []string) {
	for _, path := range imports {
		w.imports[path] = true
	}
}

func (w *sourceWriter) slice(v reflect.Value, depth int) (string, error) {
	t := v.Type()
	k := t.Elem().Kind()
	if k != reflect.Struct && k != reflect.Interface {
		return gosource.Value(v.Interface(), w.imports)
	}
	typ, err := w.typ(t.Elem())
	if err != nil {
		return "", err
	}
	indent := strings.Repeat("\t", depth)
	var b strings.Builder
	b.WriteString("[]" + typ + "{\n")
	for i := range v.Len() {
		src, err := w.value(v.Index(i), depth+1, k == reflect.Struct)
		if err != nil {
			return "", err
		}
		b.WriteString(indent + "\t" + src + ",\n")
	}
	b.WriteString(indent + "}")
	return b.String(), nil
}

// typeNames are how this package calls types of orm.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[Field](): "Field", reflect.TypeFor[Index](): "Index", reflect.TypeFor[Constraint](): "Constraint", reflect.TypeFor[Key](): "Key",
}

func (w *sourceWriter) typ(t reflect.Type) (string, error) {
	if name, ok := typeNames[t]; ok {
		return "migrations." + name, nil
	}
	return gosource.Type(t, w.imports)
}

func (w *sourceWriter) structure(v reflect.Value, depth int, elided bool) (string, error) {
	members, err := w.members(v, depth)
	if err != nil {
		return "", err
	}
	typ := ""
	if !elided {
		if typ, err = w.typ(v.Type()); err != nil {
			return "", err
		}
	}
	line := typ + "{" + strings.Join(members, ", ") + "}"
	if len(line) <= lineWidth && !strings.Contains(line, "\n") {
		return line, nil
	}
	indent := strings.Repeat("\t", depth)
	return typ + "{\n" + indent + "\t" + strings.Join(members, ",\n"+indent+"\t") + ",\n" + indent + "}", nil
}

// members writes the fields of a struct that are not zero, and those whose zero says
// something.
func (w *sourceWriter) members(v reflect.Value, depth int) ([]string, error) {
	var members []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if v.Field(i).IsZero() && !tells(v, f.Name) {
			continue
		}
		if !f.IsExported() {
			return nil, fmt.Errorf("the field %s of %s is not exported: %w", f.Name, v.Type(), gosource.ErrNoSource)
		}
		member, err := w.member(v, i, depth)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		members = append(members, f.Name+": "+member)
	}
	return members, nil
}

func (w *sourceWriter) member(v reflect.Value, i, depth int) (string, error) {
	if v.Type().Field(i).Name == "Fill" && v.Field(i).Kind() == reflect.Interface {
		src, imports, err := orm.GoValue(v.Field(i).Interface())
		w.note(imports)
		return src, err
	}
	return w.value(v.Field(i), depth+1, false)
}

// tells: what happens on deletion, and what a constraint is, is always written.
func tells(v reflect.Value, name string) bool {
	switch x := v.Interface().(type) {
	case Field:
		return name == "OnDelete" && (x.Type == "ForeignKey" || x.Type == "OneToOneField")
	case Constraint:
		return name == "Kind"
	}
	return false
}
