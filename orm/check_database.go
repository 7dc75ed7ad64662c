package orm

import (
	"fmt"

	"github.com/nuages-web/nuages/checks"
)

// CheckDatabase looks for what models ask of a database that it does not have; the
// tables are made without it.
func CheckDatabase(models []*Meta, d *Dialect) []checks.Message {
	c := &modelCheck{}
	s := NewSchema(d)
	for _, m := range models {
		if m.link() != nil || !s.makes(m) {
			continue
		}
		c.m = m
		for _, f := range m.Fields {
			c.columnOn(f, d)
		}
		for _, i := range m.Indexes {
			c.lacks(d, i.Where.n != nil && !d.Features.PartialIndexes, "models.W037", "indexes with conditions")
			c.lacks(d, len(i.Include) > 0 && !d.Features.CoveringIndexes, "models.W040", "indexes with non-key columns")
			c.lacks(d, hasExpression(i.Fields) && !d.Features.ExpressionIndexes, "models.W043", "indexes on expressions")
		}
		for _, k := range m.Constraints {
			if k.Kind == UniqueConstraint {
				c.uniqueOn(k, s)
			}
			c.lacks(d, k.Kind == ExclusionConstraint && !s.postgres(), "models.N013", "exclusion constraints")
		}
		c.lacks(d, m.Comment != "" && !d.Features.Comments, "models.W046", "comments on tables")
	}
	return c.found
}

func (c *modelCheck) columnOn(f *Field, d *Dialect) {
	if _, err := d.columnType(f); err != nil {
		c.fieldError(f, "fields.N011", "", "%s has no such column: %v.", d.Name, err)
	}
	if g := f.Generated; g != nil && (f.Virtual && !d.Features.VirtualGenerated || !f.Virtual && !d.Features.StoredGenerated) {
		id, kind := "fields.E222", "non-persisted"
		if !f.Virtual {
			id, kind = "fields.E221", "persisted"
		}
		c.fieldError(f, id, "", "%s does not support %s generated columns.", d.Name, kind)
	}
	c.lacks(d, f.Comment != "" && !d.Features.Comments, "fields.W163", "comments on columns")
}

func (c *modelCheck) uniqueOn(k *Constraint, s *Schema) {
	d := s.d
	c.lacks(d, k.Where.n != nil && !d.Features.PartialIndexes, "models.W036", "unique constraints with conditions")
	c.lacks(d, k.Deferrable != NotDeferrable && !s.postgres(), "models.W038", "deferrable unique constraints")
	c.lacks(d, len(k.Include) > 0 && !d.Features.CoveringIndexes, "models.W039", "unique constraints with non-key columns")
	c.lacks(d, hasExpression(k.Fields) && !d.Features.ExpressionIndexes, "models.W044", "unique constraints on expressions")
	c.lacks(d, k.NullsNotDistinct && !d.Features.NullsNotDistinct, "models.W047", "unique constraints with nulls distinct")
}

func (c *modelCheck) lacks(d *Dialect, lacking bool, id, what string) {
	if lacking {
		c.add(problem{checks.Warning, id, fmt.Sprintf("%s does not support %s.", d.Name, what), "It will not be made. Silence this warning if you don't care about it.", ""})
	}
}
