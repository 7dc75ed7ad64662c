package serializers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// NaturalKeyed is a model whose rows can be told apart by something other than the
// key: Django's natural_key and get_by_natural_key in one. The method belongs to the
// pointer to the struct and is called on an empty one; it names columns in the
// notation of lookups, which together are unique:
//
//	func (*Person) NaturalKey() []string { return []string{"first_name", "last_name"} }
//	func (*Permission) NaturalKey() []string {
//		return []string{"codename", "content_type__app_label", "content_type__model"}
//	}
//
// Models along relations must have their rows loaded first (natural_key.dependencies);
// [SortDependencies] sees to that.
type NaturalKeyed interface {
	NaturalKey() []string
}

// naturalKey returns the lookups of the model's natural key, or nil.
func naturalKey(m *orm.Meta) []string {
	r, err := m.NewRecord()
	if err != nil {
		return nil
	}
	if keyed, ok := r.Row().(NaturalKeyed); ok {
		return keyed.NaturalKey()
	}
	return nil
}

// naturalKeys returns the natural keys of rows of m by the value of the field to,
// for the given values, each of which must have a row.
func naturalKeys(ctx context.Context, using string, m *orm.Meta, to *orm.Field, lookups []string, values []any) (map[any]Natural, error) {
	out := map[any]Natural{}
	const chunk = 500
	for part := range slices.Chunk(values, chunk) {
		q := orm.Records(m).Using(using).Lookup(to.Name+"__in", part).Values(append([]string{to.Name}, lookups...)...)
		for row, err := range q.Each(ctx) {
			if err != nil {
				return nil, fmt.Errorf("natural keys of %s: %w", m.Label(), err)
			}
			for i, v := range row[1:] {
				row[1+i] = naturalValue(v)
			}
			out[row[0]] = row[1:]
		}
	}
	for _, v := range values {
		if out[v] == nil {
			return nil, fmt.Errorf("natural keys of %s: %w with %s %v", m.Label(), orm.ErrNotFound, to.Name, shown(v))
		}
	}
	return out, nil
}

// find returns the value of the field to of the row of m with a natural key. Without
// such a row the error is an orm.ErrNotFound.
func find(ctx context.Context, using string, m *orm.Meta, to *orm.Field, lookups []string, key []any) (any, error) {
	if len(key) != len(lookups) {
		return nil, fmt.Errorf("the natural key %s of %s has %d parts, and needs %d: %s",
			shown(key), m.Label(), len(key), len(lookups), strings.Join(lookups, ", "))
	}
	q := orm.Records(m).Using(using)
	for i, lookup := range lookups {
		if key[i] == nil {
			q = q.Lookup(lookup+"__isnull", true)
		} else {
			q = q.Lookup(lookup, key[i])
		}
	}
	rows, err := q.Values(to.Name).Limit(2).Lists(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, fmt.Errorf("%w: %s with the natural key %s", orm.ErrNotFound, m.Label(), shown(key))
	case len(rows) > 1:
		return nil, fmt.Errorf("%w: %s with the natural key %s", orm.ErrMultiple, m.Label(), shown(key))
	}
	return rows[0][0], nil
}

// dependencies are the models whose rows must be there before those of m: where its
// keys and natural key lead to by natural keys.
func dependencies(m *orm.Meta) []*orm.Meta {
	var deps []*orm.Meta
	add := func(to *orm.Meta) {
		if to != nil && to != m && naturalKey(to) != nil && !slices.Contains(deps, to) {
			deps = append(deps, to)
		}
	}
	for _, lookup := range naturalKey(m) {
		at := m
		steps := strings.Split(lookup, "__")
		for _, step := range steps[:len(steps)-1] {
			r, ok := at.Relation(step)
			if !ok {
				break
			}
			if at = r.To; at != m && !slices.Contains(deps, at) {
				deps = append(deps, at)
			}
		}
	}
	for _, f := range m.AllFields() {
		switch {
		case f.Relation == nil:
		case f.Kind != orm.KindM2M:
			add(f.Relation.To)
		case f.Relation.Through != nil && f.Relation.Through.AutoCreated:
			add(f.Relation.To)
		}
	}
	return deps
}

// ErrCycle says that models depend on each other by their natural keys.
var ErrCycle = errors.New("models depend on each other by their natural keys")

// SortDependencies returns models in an order in which their rows can be loaded where
// keys are natural: a model stands behind those that it points to. allowCycles breaks
// cycles at the last model of them; without it they are an [ErrCycle].
func SortDependencies(models []*orm.Meta, allowCycles bool) ([]*orm.Meta, error) {
	left := slices.Clone(models)
	var sorted []*orm.Meta
	for len(left) > 0 {
		var skipped []*orm.Meta
		for _, m := range left {
			ready := !slices.ContainsFunc(dependencies(m), func(d *orm.Meta) bool {
				return slices.Contains(models, d) && !slices.Contains(sorted, d)
			})
			if ready {
				sorted = append(sorted, m)
			} else {
				skipped = append(skipped, m)
			}
		}
		if len(skipped) == len(left) {
			if !allowCycles {
				return nil, fmt.Errorf("%w: %s", ErrCycle, labels(skipped))
			}
			last := len(skipped) - 1
			sorted = append(sorted, skipped[last])
			skipped = skipped[:last]
		}
		// As in Django, what was skipped is tried from the end.
		slices.Reverse(skipped)
		left = skipped
	}
	return sorted, nil
}

func labels(models []*orm.Meta) string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Label()
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
