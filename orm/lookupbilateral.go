package orm

import (
	"math/big"
	"slices"
)

// BilateralTransforms is implemented by types with [CustomLookups] some of whose
// transforms are applied to the value that is compared with, too (Django's
// Transform.bilateral).
type BilateralTransforms interface {
	// BilateralTransform tells whether the transform name is one.
	BilateralTransform(name string) bool
}

// bilateral tells whether the transform name of such values is applied to both sides.
func (t operandType) bilateral(n Node, name string) bool {
	if t.field != nil && t.field.Transforms[name] != nil && isColumn(n) {
		return t.field.Bilateral[name]
	}
	b, ok := t.custom().(BilateralTransforms)
	return ok && b.BilateralTransform(name)
}

// bothSides is a transform that a lookup went through and that its value goes through,
// too.
type bothSides struct {
	left Node
	t    operandType // of what is transformed
	name string
}

// compareBoth compares with a value that goes through the bilateral transforms of the
// lookup.
func (r *resolver) compareBoth(n Node, t operandType, name string, value any) (Pred, error) {
	value = plain(value)
	if name == "isnull" || value == nil {
		return r.compare(n, t, name, value)
	}
	if !slices.Contains([]string{"in", "range"}, name) || t.field != nil && t.field.Lookups[name] != nil {
		e, err := r.transformValue(value)
		if err != nil {
			return Pred{}, err
		}
		return r.compare(n, t, name, e)
	}
	if isExpression(value) {
		return Pred{}, r.errorf(nil, "A transform of both sides cannot be applied to a subquery.")
	}
	values, err := r.list(name, value)
	if err != nil {
		return Pred{}, err
	}
	exprs := make([]any, 0, len(values))
	for _, v := range values {
		if v = plain(v); v == nil {
			continue
		}
		e, err := r.transformValue(v)
		if err != nil {
			return Pred{}, err
		}
		exprs = append(exprs, e)
	}
	return r.compare(n, t, name, exprs)
}

// transformValue makes an expression of a value, and applies the transforms to it.
func (r *resolver) transformValue(value any) (AnyExpr, error) {
	e, ok := value.(AnyExpr)
	if !ok {
		v, err := r.value(r.both[0].t, "=", value)
		if _, beyond := v.(*big.Int); beyond {
			err = r.errorf(nil, "The column cannot hold %s.", shown(value))
		}
		if err != nil {
			return nil, err
		}
		e = Expr[any]{&literalNode{valNode{v: v}}}
	}
	for _, b := range r.both {
		made, err := b.apply(e)
		if err != nil {
			return nil, r.errorf(nil, "%v", err)
		}
		e = made
	}
	return e, nil
}

func (b *bothSides) apply(e AnyExpr) (TypedExpr, error) {
	if b.t.field != nil && b.t.field.Transforms[b.name] != nil && isColumn(b.left) {
		return b.t.field.Transforms[b.name](e)
	}
	made, _, err := b.t.custom().ColumnTransform(e, b.name)
	return made, err
}

// LookupNames returns the lookups, transforms and relations that may follow the field in
// a lookup in text, in the order of their names (Django's get_lookups). Those of a type
// with [CustomLookups] are not among them.
func (f *Field) LookupNames() []string {
	f.Model.link() // its error is told by queries and checks
	t := typeOfField(f)
	if f.Relation != nil {
		t.rel, t.to = true, f.Relation.To
	}
	names := (&resolver{root: f.Model.root, lookup: f.Name}).choices(t)
	slices.Sort(names)
	return slices.Compact(names)
}
