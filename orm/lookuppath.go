package orm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// maxLookup is how many bytes a lookup may have, since it may come from outside and
// each part is a join or a function.
const maxLookup = 1000

// resolver finds what a name in Django's notation means.
type resolver struct {
	root   *Path
	lookup string
	named  names // or nil
	both   []bothSides
}

// names finds what a query has named.
type names interface {
	annotationNamed(name string) *annotation
	relationNamed(name string) *Path
}

// operandType is what is known of the value of an expression.
type operandType struct {
	kind  Kind
	field *Field       // that the expression is, or whose type it has; or nil
	rel   bool         // the expression is the key of a related row
	to    *Meta        // of the related row, or nil
	made  reflect.Type // of what a custom transform made, or nil
	tuple bool         // the expression is a composite key
}

// name returns Django's name of the type, for messages.
func (t operandType) name() string {
	switch {
	case t.field != nil:
		return t.field.Type
	case t.tuple:
		return "CompositePrimaryKey"
	}
	return kindNames[t.kind]
}

var kindNames = map[Kind]string{
	KindBool: "BooleanField", KindInt64: "IntegerField", KindFloat64: "FloatField", KindString: "TextField",
	KindTime: "DateTimeField", KindDate: "DateField", KindTimeOfDay: "TimeField", KindDuration: "DurationField",
	KindUUID: "UUIDField", KindDecimal: "DecimalField", KindIP: "GenericIPAddressField", KindJSON: "JSONField",
	KindBytes: "BinaryField", KindCustom: "Field",
}

func (r *resolver) errorf(choices []string, format string, args ...any) error {
	slices.Sort(choices)
	label := r.lookup
	if r.root != nil && r.root.model != nil {
		label = r.root.model.Label()
	}
	e := &LookupError{Model: label, Lookup: shortened(r.lookup), Message: fmt.Sprintf(format, args...), Choices: slices.Compact(choices)}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			e.Err = err
		}
	}
	return e
}

// condition resolves the whole as a condition.
func (r *resolver) condition(value any) (Pred, error) {
	n, t, rest, err := r.start()
	if err != nil {
		return Pred{}, err
	}
	for len(rest) > 1 {
		if n, t, err = r.transform(n, t, rest[0]); err != nil {
			return Pred{}, err
		}
		rest = rest[1:]
	}
	name := "exact"
	if len(rest) == 1 {
		if r.comparison(t, rest[0]) {
			name = rest[0]
		} else if n, t, err = r.transform(n, t, rest[0]); err != nil {
			return Pred{}, err
		}
	}
	if len(r.both) > 0 {
		return r.compareBoth(n, t, name, value)
	}
	return r.compare(n, t, name, value)
}

// expression resolves the whole as an expression.
func (r *resolver) expression() (Node, operandType, error) {
	n, t, rest, err := r.start()
	for err == nil && len(rest) > 0 {
		n, t, err = r.transform(n, t, rest[0])
		rest = rest[1:]
	}
	return n, t, err
}

// start resolves relations and the field or annotation, and returns what follows.
func (r *resolver) start() (Node, operandType, []string, error) {
	if len(r.lookup) > maxLookup {
		return nil, operandType{}, nil, r.errorf(nil, "it has %d bytes; %d are allowed.", len(r.lookup), maxLookup)
	}
	parts := strings.Split(r.lookup, "__")
	path := r.root
	if r.named != nil {
		if a := r.named.annotationNamed(parts[0]); a != nil {
			return &annNode{a}, operandType{kind: a.kind}, parts[1:], nil
		}
		if p := r.named.relationNamed(parts[0]); p != nil {
			path, parts = p, parts[1:]
		}
	}
	for i, part := range parts {
		m, err := path.target()
		if err == nil {
			err = m.link()
		}
		if err != nil {
			return nil, operandType{}, nil, err
		}
		if part == "pk" && len(m.PKs) > 1 {
			return compositeKey(path, m), operandType{tuple: true}, parts[i+1:], nil
		}
		rel, f := m.relations[part], m.byName[part]
		switch {
		case rel != nil && (f == nil || f.Relation != nil && part == f.Name):
			path = path.Step(part)
			continue
		case f != nil:
			return column(path, f.Name), typeOfField(f), parts[i+1:], nil
		case i == 0 && path == r.root:
			return nil, operandType{}, nil, r.errorf(m.lookupNames(), "Cannot resolve keyword '%s' into field.", shortened(part))
		}
		n, t, err := r.relatedKey(path)
		return n, t, parts[i:], err
	}
	n, t, err := r.relatedKey(path)
	return n, t, nil, err
}

// relatedKey returns the key of the row at the end of path: the key that the
// table before it has, where it has one.
func (r *resolver) relatedKey(path *Path) (Node, operandType, error) {
	rel, err := path.relation()
	if err != nil {
		return nil, operandType{}, err
	}
	if rel.Field != nil && !rel.Reverse && rel.Field.Column != "" && path.filter == nil {
		t := typeOfField(rel.Field)
		t.rel, t.to = true, rel.To
		return column(path.parent, rel.Field.Name), t, nil
	}
	m, err := path.target()
	if err == nil && m.PK == nil {
		err = errors.New("orm: " + m.Label() + " has no primary key")
	}
	if err != nil {
		return nil, operandType{}, err
	}
	t := typeOfField(m.PK)
	t.rel, t.to = true, m
	return column(path, ""), t, nil
}

// typeOfField returns the type of a column; a key has that of what it refers to.
func typeOfField(f *Field) operandType {
	t := operandType{kind: f.Kind, field: f}
	for range 10 {
		if f.Relation == nil || f.Relation.ToField == nil {
			break
		}
		f = f.Relation.ToField
		t = operandType{kind: f.Kind, field: f, rel: true}
	}
	return t
}

// lookupNames returns the names that a lookup on m can begin with.
func (m *Meta) lookupNames() []string {
	var names []string
	for name := range m.byName {
		if name != "pk" {
			names = append(names, name)
		}
	}
	for name := range m.relations {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// kindOfType returns the kind of the values of an expression.
func kindOfType(t reflect.Type) Kind {
	if in, ok := reflect.Zero(t).Interface().(interface{ inner() reflect.Type }); ok {
		t = in.inner()
	}
	return kindOf(t)
}

// transform applies a part of a lookup that makes another value.
func (r *resolver) transform(n Node, t operandType, name string) (Node, operandType, error) {
	if e, ok, err := customTransform(n, t, name); ok || err != nil {
		if err != nil {
			return nil, t, r.errorf(nil, "%v", err)
		}
		if t.bilateral(n, name) {
			r.both = append(r.both, bothSides{n, t, name})
		}
		return operand(e), operandType{kind: kindOfType(e.valueType()), made: e.valueType()}, nil
	}
	if t.kind == KindJSON {
		return jsonStep(n, []any{jsonKey(name)}, false), operandType{kind: KindJSON}, nil
	}
	if made := builtinTransform(n, t.kind, name); made.n != nil {
		return made.n, operandType{kind: made.kind}, nil
	}
	if t.rel {
		return nil, t, r.errorf(r.choices(t), "Related Field got invalid lookup: %s.", shortened(name))
	}
	return nil, t, r.errorf(r.choices(t), "Unsupported lookup '%s' for %s or join on the field not permitted.", shortened(name), t.name())
}

// transformed applies parts of a name to a column: "year", keys of JSON.
func transformed(n Node, f *Field, parts []string) (Node, error) {
	r := &resolver{lookup: f.Name + "__" + strings.Join(parts, "__"), root: f.Model.root}
	t := typeOfField(f)
	var err error
	for _, part := range parts {
		if n, t, err = r.transform(n, t, part); err != nil {
			return nil, err
		}
	}
	return n, nil
}
