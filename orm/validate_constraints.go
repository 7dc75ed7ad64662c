package orm

import (
	"context"
	"strings"

	"github.com/nuages-web/nuages/validators"
)

// constraints checks the constraints of the model and of its parents.
func (v *validator) constraints(ctx context.Context) error {
	for _, m := range v.tables() {
		for _, c := range m.Constraints {
			if v.session == nil {
				return ErrNoDatabase
			}
			var err error
			if c.Kind == CheckConstraint {
				err = v.check(ctx, m, c)
			} else {
				err = v.alone(ctx, m, c)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// check asks the database whether the row satisfies a check constraint. Null counts as
// satisfied, as in SQL.
func (v *validator) check(ctx context.Context, m *Meta, c *Constraint) error {
	if v.skips(c.Check.n) {
		return nil
	}
	holds, err := v.holds(ctx, m, c.Check.n, true)
	if err == nil && !holds {
		v.violated(c)
	}
	return err
}

func (v *validator) violated(c *Constraint) {
	message := c.Message
	if message == "" {
		message = "Constraint “%(name)s” is violated."
	}
	v.found.Add(NonFieldErrors, &validators.Error{Code: c.Code, Message: message, Params: map[string]any{"name": c.Name}})
}

// skips tells whether an expression has a field that is excluded.
func (v *validator) skips(n Node) bool {
	return find(n, func(n Node) bool {
		col, ok := n.(*colNode)
		if !ok {
			return false
		}
		f, err := col.field()
		return err != nil || v.excluded[f.Name] || f.Generated != nil && v.skips(f.Generated)
	})
}

// holds evaluates a condition for the row, in the database but without a table.
func (v *validator) holds(ctx context.Context, m *Meta, n Node, ifNull bool) (bool, error) {
	c := newCompiler(v.session.Dialect(), v.session.zone())
	c.bare, c.row = true, v.literal
	yes, no := "1", "0"
	if ifNull {
		c.SQL("SELECT CASE WHEN NOT (")
		yes, no = no, yes
	} else {
		c.SQL("SELECT CASE WHEN (")
	}
	c.condition(n)
	c.SQL(") THEN " + yes + " ELSE " + no + " END")
	return v.first(ctx, c)
}

// first runs a statement and tells whether it gives 1.
func (v *validator) first(ctx context.Context, c *Compiler) (bool, error) {
	st, err := c.statement()
	if err != nil {
		return false, err
	}
	rows, err := v.session.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := rows.Next() && !rows.IsNull(0) && rows.Int64(0) == 1
	return found, rows.Err()
}

// literal is the value of the row in place of a column.
func (v *validator) literal(f *Field) Node {
	f = v.own(f)
	if f.Generated != nil {
		return f.Generated
	}
	return &rowNode{f: f, v: v.value(f)}
}

// rowNode is a value of the validated row, with the type of its column where the
// database could not tell it.
type rowNode struct {
	leaf
	f *Field
	v any
}

func (n *rowNode) write(c *Compiler) {
	value := n.v
	var err error
	if n.f.Kind == KindDecimal {
		value, err = decimalArgument(n.f, value)
	}
	if err != nil {
		c.Fail(err)
		return
	}
	c.value(value)
	if c.d.Name != "postgresql" {
		return
	}
	typ, err := c.d.columnType(n.f)
	if err != nil {
		c.Fail(err)
		return
	}
	if n.f.Kind != KindCustom {
		typ, _, _ = strings.Cut(typ, "(") // a cast to varchar(8) would cut
	}
	c.SQL("::" + typ)
}

// alone looks for another row that a unique or exclusion constraint forbids.
func (v *validator) alone(ctx context.Context, m *Meta, c *Constraint) error {
	if v.skips(c.Where.n) {
		return nil
	}
	var fields []*Field
	for _, p := range c.Fields {
		switch {
		case p.Field == nil && v.skips(p.Expr), p.Field != nil && v.excluded[p.Field.Name]:
			return nil
		case p.Field == nil:
			continue
		}
		fields = append(fields, p.Field)
		if v.value(v.own(p.Field)) == nil && !c.NullsNotDistinct {
			return nil // null is unlike all others
		}
	}
	if c.Where.n != nil {
		if applies, err := v.holds(ctx, m, c.Where.n, false); err != nil || !applies {
			return err
		}
	}
	taken, err := v.conflict(ctx, m, c)
	switch {
	case err != nil || !taken:
		return err
	case c.Kind == UniqueConstraint && len(fields) == len(c.Fields) && c.Where.n == nil && c.Message == "":
		v.addUnique(m, fields)
	default:
		v.violated(c)
	}
	return nil
}

// conflict looks for another row whose keys compare as the constraint forbids.
func (v *validator) conflict(ctx context.Context, m *Meta, k *Constraint) (bool, error) {
	c := newCompiler(v.session.Dialect(), v.session.zone())
	c.bare = true
	c.SQL("SELECT 1 FROM ")
	c.Ident(m.Table)
	c.SQL(" WHERE ")
	for i, p := range k.Fields {
		if i > 0 {
			c.SQL(" AND ")
		}
		operator := "="
		if k.Kind == ExclusionConstraint {
			operator = k.Operators[i]
		}
		v.compareKey(c, p, operator, k.NullsNotDistinct)
	}
	if k.Where.n != nil {
		c.SQL(" AND (")
		c.condition(k.Where.n)
		c.SQL(")")
	}
	if own := v.itself(m); own.n != nil {
		c.SQL(" AND NOT (")
		c.condition(own.n)
		c.SQL(")")
	}
	c.SQL(" LIMIT 1")
	return v.first(ctx, c)
}

// compareKey compares a column or expression with what the row has for it.
func (v *validator) compareKey(c *Compiler, p IndexField, operator string, nulls bool) {
	n := p.Expr
	if p.Field != nil {
		if nulls && v.value(v.own(p.Field)) == nil {
			c.Ident(p.Field.Column)
			c.SQL(" IS NULL")
			return
		}
		n = column(p.Field.Model.root, p.Field.Name)
	}
	c.SQL("(")
	c.Node(n)
	c.SQL(") " + operator + " (")
	c.row = v.literal
	c.Node(n)
	c.row = nil
	c.SQL(")")
}
