package introspection

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// postgres reads the catalogs of PostgreSQL 14 and later.
type postgres struct{ c orm.Connection }

const postgresTables = `
SELECT c.relname::text,
	CASE WHEN c.relispartition THEN 2 WHEN c.relkind IN ('m', 'v') THEN 1 ELSE 0 END,
	obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('f', 'm', 'p', 'r', 'v')`

// postgresTable is the table of a name, for conditions. A parameter of type name would be
// cut at 63 bytes, and find another table.
const postgresTable = `(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = current_schema() AND c.relkind IN ('f', 'm', 'p', 'r', 'v') AND c.relname = $1::text)`

func (p postgres) tables(ctx context.Context) ([]TableInfo, error) { return p.list(ctx, "") }

func (p postgres) list(ctx context.Context, condition string, args ...any) ([]TableInfo, error) {
	var list []TableInfo
	err := each(ctx, p.c, postgresTables+condition, args, func(r orm.Rows) error {
		list = append(list, TableInfo{Name: r.Text(0), Kind: Kind(r.Int64(1)), Comment: text(r, 2)})
		return nil
	})
	return list, err
}

func (p postgres) find(ctx context.Context, name string) (TableInfo, error) {
	list, err := p.list(ctx, " AND c.relname = $1::text", name)
	if err == nil && len(list) == 0 {
		err = ErrTableNotFound
	}
	if err != nil {
		return TableInfo{}, err
	}
	return list[0], nil
}

func (p postgres) table(ctx context.Context, d *Description) error {
	return each(ctx, p.c, `
SELECT a.attname::text,
	format_type(a.atttypid, a.atttypmod),
	CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
	NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull),
	pg_get_expr(ad.adbin, ad.adrelid),
	a.attidentity::text,
	a.attgenerated::text,
	CASE WHEN a.attcollation <> t.typcollation THEN co.collname::text END,
	col_description(a.attrelid, a.attnum),
	(SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_catalog.pg_enum e
		WHERE e.enumtypid IN (t.oid, t.typbasetype))
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
WHERE a.attrelid = `+postgresTable+` AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`, []any{d.Name}, func(r orm.Rows) error {
		c := Column{Name: r.Text(0), Type: r.Text(1), BaseType: text(r, 2), Null: r.Bool(3)}
		expr := nullText(r, 4)
		c.Identity = map[string]string{"a": "ALWAYS", "d": "BY DEFAULT"}[r.Text(5)]
		switch generated := r.Text(6); generated {
		case "":
			c.Default = expr
		default:
			c.Generated, c.Virtual = expr.V, generated == "v"
		}
		c.Auto = c.Identity != "" || strings.HasPrefix(c.Default.V, "nextval(")
		c.Collation, c.Comment = text(r, 7), text(r, 8)
		if list := text(r, 9); list != "" {
			if err := json.Unmarshal([]byte(list), &c.Enum); err != nil {
				return err
			}
		}
		base := c.BaseType
		if base == "" {
			base = c.Type
		}
		c.JSON = base == "json" || base == "jsonb"
		d.Columns = append(d.Columns, c)
		return nil
	})
}

func (p postgres) constraints(ctx context.Context, info TableInfo) ([]orm.TableConstraint, error) {
	list, err := p.declared(ctx, info.Name)
	if err != nil {
		return nil, err
	}
	indexed := map[string]int{} // constraints that have an index, which has their name
	for i, c := range list {
		if c.Index {
			indexed[c.Name] = i
		}
	}
	err = each(ctx, p.c, `
SELECT i.relname::text, x.indisunique, x.indisprimary, x.indpred IS NOT NULL, am.amname::text, pg_get_indexdef(i.oid),
	(SELECT json_agg(json_build_object(
			'name', coalesce(a.attname, ''), 'desc', am.amname = 'btree' AND (x.indoption[k.place - 1] & 1) = 1,
			'included', k.place > x.indnkeyatts) ORDER BY k.place)::text
		FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place)
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = i.relam
WHERE x.indrelid = `+postgresTable, []any{info.Name}, func(r orm.Rows) error {
		name := r.Text(0)
		at, ok := indexed[name]
		if !ok {
			at = len(list)
			list = append(list, orm.TableConstraint{Name: name, Unique: r.Bool(1), PrimaryKey: r.Bool(2), Index: true, Definition: r.Text(5)})
		}
		c := &list[at]
		c.Partial, c.Method = r.Bool(3), r.Text(4)
		return keysOf(c, r.Text(6))
	})
	return list, err
}

// keysOf reads the columns of an index from JSON.
func keysOf(c *orm.TableConstraint, list string) error {
	var keys []struct {
		Name           string
		Desc, Included bool
	}
	if err := json.Unmarshal([]byte(list), &keys); err != nil {
		return err
	}
	c.Columns = nil
	for _, k := range keys {
		if k.Included {
			c.Include = append(c.Include, k.Name)
			continue
		}
		c.Columns = append(c.Columns, k.Name)
		c.Desc = append(c.Desc, k.Desc)
	}
	c.Desc = descending(c.Desc)
	return nil
}

// declared reads pg_constraint. A key to a partitioned table has a constraint for each
// partition besides its own, which are left out.
func (p postgres) declared(ctx context.Context, table string) ([]orm.TableConstraint, error) {
	var list []orm.TableConstraint
	err := each(ctx, p.c, `
SELECT c.conname::text, c.contype::text, pg_get_constraintdef(c.oid),
	(SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]')::text
		FROM unnest(c.conkey) WITH ORDINALITY AS k(number, place)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
	CASE WHEN f.relnamespace = t.relnamespace THEN '' ELSE fn.nspname || '.' END || f.relname,
	fa.attname::text, c.confdeltype::text
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = c.confrelid AND fa.attnum = c.confkey[1]
LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = c.conparentid AND parent.conrelid = c.conrelid
WHERE c.conrelid = `+postgresTable+` AND c.contype IN ('c', 'f', 'p', 'u', 'x') AND parent.oid IS NULL`, []any{table}, func(r orm.Rows) error {
		c := orm.TableConstraint{Name: r.Text(0)}
		kind := r.Text(1)
		c.Definition = r.Text(2)
		c.PrimaryKey, c.Check, c.Exclusion = kind == "p", kind == "c", kind == "x"
		c.Unique = kind == "p" || kind == "u"
		c.Index = c.Unique || c.Exclusion
		if err := json.Unmarshal([]byte(r.Text(3)), &c.Columns); err != nil {
			return err
		}
		if kind == "f" {
			rules := map[string]string{"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
			c.References = &orm.TableReference{Table: r.Text(4), Column: r.Text(5), OnDelete: rules[r.Text(6)]}
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

func (p postgres) sequences(ctx context.Context, table string) ([]Sequence, error) {
	var list []Sequence
	// An identity's sequence depends on the column inwardly (i), that of serial depends on
	// it (a), and a default that takes from any other depends on that one (n).
	err := each(ctx, p.c, `
SELECT s.relname::text, a.attname::text
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class s ON s.relkind = 'S' AND (
	EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
		AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i'))
	OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
		WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND ad.adrelid = a.attrelid AND ad.adnum = a.attnum))
WHERE a.attrelid = `+postgresTable+` AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum, s.relname`, []any{table}, func(r orm.Rows) error {
		list = append(list, Sequence{Name: r.Text(0), Table: table, Column: r.Text(1)})
		return nil
	})
	return list, err
}
