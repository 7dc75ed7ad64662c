package introspection

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection/internal/sqltoken"
)

// mysql reads the information_schema of MySQL and MariaDB. Names are compared there
// without regard to case, so each query tells the table's name, and rows of others are
// passed over. A table that is joined is named once more, or the server would open all.
type mysql struct {
	c       orm.Connection
	mariadb bool
}

const mysqlTables = `
SELECT table_name, table_type, table_comment FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')`

func (m mysql) tables(ctx context.Context) ([]TableInfo, error) { return m.list(ctx, "") }

func (m mysql) list(ctx context.Context, condition string, args ...any) ([]TableInfo, error) {
	var list []TableInfo
	err := each(ctx, m.c, mysqlTables+condition, args, func(r orm.Rows) error {
		info := TableInfo{Name: r.Text(0)}
		if r.Text(1) == "VIEW" {
			info.Kind = View // whose comment is always VIEW
		} else {
			info.Comment = text(r, 2)
		}
		list = append(list, info)
		return nil
	})
	return list, err
}

func (m mysql) find(ctx context.Context, name string) (TableInfo, error) {
	list, err := m.list(ctx, " AND (table_name = ? AND (@@lower_case_table_names > 0 OR BINARY table_name = ?))", name, name)
	if err == nil && len(list) == 0 {
		err = ErrTableNotFound
	}
	if err != nil {
		return TableInfo{}, err
	}
	return list[0], nil
}

func (m mysql) table(ctx context.Context, d *Description) error {
	checks, err := m.checks(ctx, d.Name)
	if err != nil {
		return err
	}
	return each(ctx, m.c, `
SELECT c.table_name, c.column_name, c.column_type, c.data_type, c.is_nullable, c.column_default, c.extra, c.column_comment,
	CASE WHEN c.collation_name <> t.table_collation THEN c.collation_name END, c.generation_expression
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND BINARY t.table_name = c.table_name
WHERE c.table_schema = DATABASE() AND c.table_name = ? AND t.table_schema = DATABASE() AND t.table_name = ?
ORDER BY c.ordinal_position`, []any{d.Name, d.Name}, func(r orm.Rows) error {
		if r.Text(0) != d.Name {
			return nil
		}
		c := Column{Name: r.Text(1), Type: r.Text(2)}
		data := strings.ToLower(r.Text(3))
		if data == "enum" {
			for _, t := range sqltoken.SplitMySQL(c.Type) {
				if t.Kind == sqltoken.Text {
					c.Enum = append(c.Enum, t.Name())
				}
			}
		}
		c.Null = r.Text(4) == "YES"
		value, extra := nullText(r, 5), strings.ToUpper(r.Text(6))
		c.Default = m.defaultOf(value, data, extra)
		c.Auto = strings.Contains(extra, "AUTO_INCREMENT")
		c.Comment, c.Collation, c.Generated = text(r, 7), text(r, 8), text(r, 9)
		if c.Generated != "" {
			c.Virtual, c.Default = strings.Contains(extra, "VIRTUAL GENERATED"), orm.Null[string]{}
		}
		c.JSON = data == "json" || slices.ContainsFunc(checks, func(k orm.TableConstraint) bool {
			return k.Definition == "CHECK (json_valid("+m.c.Dialect().Ident(c.Name)+"))"
		})
		if c.JSON {
			c.Collation = "" // the binary one belongs to the type
		}
		d.Columns = append(d.Columns, c)
		return nil
	})
}

var mysqlNumber = regexp.MustCompile(`^(b'[01]*'|-?[0-9.]+(e[-+]?[0-9]+)?)$`)

// defaultOf returns a default as an expression. MariaDB tells one; MySQL tells the
// value, unless the default is an expression.
func (m mysql) defaultOf(value orm.Null[string], data, extra string) orm.Null[string] {
	switch {
	case !value.Valid || m.mariadb && value.V == "NULL":
		return orm.Null[string]{}
	case m.mariadb, strings.Contains(extra, "DEFAULT_GENERATED"), strings.HasPrefix(strings.ToUpper(value.V), "CURRENT_TIMESTAMP"):
		return value
	case mysqlNumber.MatchString(value.V) && !strings.Contains(data, "char") && !strings.Contains(data, "text"):
		return value
	}
	return orm.Some("'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(value.V) + "'")
}

func (m mysql) constraints(ctx context.Context, info TableInfo) ([]orm.TableConstraint, error) {
	list, err := m.checks(ctx, info.Name)
	if err != nil {
		return nil, err
	}
	indexes, err := m.indexes(ctx, info.Name)
	if err != nil {
		return nil, err
	}
	keys, err := m.foreignKeys(ctx, info.Name)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		// InnoDB makes an index for a key, which has its name.
		at := slices.IndexFunc(indexes, func(c orm.TableConstraint) bool { return c.Name == key.Name && !c.Unique })
		if at < 0 {
			list = append(list, key)
			continue
		}
		indexes[at].References, indexes[at].Definition = key.References, key.Definition
	}
	return append(list, indexes...), nil
}

// indexes reads the indexes, unique ones and the primary key among them.
func (m mysql) indexes(ctx context.Context, table string) ([]orm.TableConstraint, error) {
	expression := "NULL"
	if !m.mariadb {
		expression = "expression"
	}
	var list []orm.TableConstraint
	var keys [][]string // as the definition writes them
	err := each(ctx, m.c, `
SELECT table_name, index_name, non_unique, column_name, collation, sub_part, index_type, `+expression+`
FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?
ORDER BY index_name, seq_in_index`, []any{table}, func(r orm.Rows) error {
		if r.Text(0) != table {
			return nil
		}
		name := r.Text(1)
		if len(list) == 0 || list[len(list)-1].Name != name {
			unique := r.Int64(2) == 0
			list = append(list, orm.TableConstraint{Name: name, Unique: unique, PrimaryKey: name == "PRIMARY", Index: true})
			keys = append(keys, nil)
		}
		c := &list[len(list)-1]
		column, desc := text(r, 3), text(r, 4) == "D"
		key := m.c.Dialect().Ident(column)
		if !r.IsNull(5) {
			key += "(" + strconv.FormatInt(r.Int64(5), 10) + ")"
		}
		c.Method = strings.ToLower(r.Text(6))
		if expr := text(r, 7); expr != "" {
			key = "(" + expr + ")"
		}
		if desc {
			key += " DESC"
		}
		c.Columns, c.Desc = append(c.Columns, column), append(c.Desc, desc)
		keys[len(keys)-1] = append(keys[len(keys)-1], key)
		return nil
	})
	for i := range list {
		list[i].Desc = descending(list[i].Desc)
		list[i].Definition = m.definition(table, list[i], strings.Join(keys[i], ", "))
	}
	return list, err
}

func (m mysql) definition(table string, c orm.TableConstraint, keys string) string {
	switch {
	case c.PrimaryKey:
		return "PRIMARY KEY (" + keys + ")"
	case c.Unique:
		return "UNIQUE (" + keys + ")"
	}
	kind := map[string]string{"fulltext": "FULLTEXT ", "spatial": "SPATIAL ", "rtree": "SPATIAL "}[c.Method]
	return "CREATE " + kind + "INDEX " + m.c.Dialect().Ident(c.Name) + " ON " + m.c.Dialect().Ident(table) + " (" + keys + ")"
}

// mysqlKey is a foreign key with the parts of its definition.
type mysqlKey struct {
	constraint       orm.TableConstraint
	target, onUpdate string
	columns, to      []string
}

func (m mysql) foreignKeys(ctx context.Context, table string) ([]orm.TableConstraint, error) {
	var keys []mysqlKey
	ident := m.c.Dialect().Ident
	err := each(ctx, m.c, `
SELECT k.table_name, k.constraint_name, k.column_name,
	CASE WHEN k.referenced_table_schema <> k.table_schema THEN k.referenced_table_schema END,
	k.referenced_table_name, k.referenced_column_name, f.delete_rule, f.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints f ON f.constraint_schema = k.constraint_schema
	AND f.constraint_name = k.constraint_name AND BINARY f.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.table_name = ? AND k.referenced_table_name IS NOT NULL
	AND f.constraint_schema = DATABASE() AND f.table_name = ?
ORDER BY k.constraint_name, k.ordinal_position`, []any{table, table}, func(r orm.Rows) error {
		if r.Text(0) != table {
			return nil
		}
		name, column, schema, target, toColumn := r.Text(1), r.Text(2), text(r, 3), r.Text(4), r.Text(5)
		if len(keys) == 0 || keys[len(keys)-1].constraint.Name != name {
			k := mysqlKey{target: ident(target), onUpdate: mysqlRule(r.Text(7))}
			if schema != "" {
				target, k.target = schema+"."+target, ident(schema)+"."+k.target
			}
			k.constraint = orm.TableConstraint{Name: name, References: &orm.TableReference{Table: target, Column: toColumn, OnDelete: mysqlRule(r.Text(6))}}
			keys = append(keys, k)
		}
		k := &keys[len(keys)-1]
		k.constraint.Columns = append(k.constraint.Columns, column)
		k.columns, k.to = append(k.columns, ident(column)), append(k.to, ident(toColumn))
		return nil
	})
	list := make([]orm.TableConstraint, len(keys))
	for i, k := range keys {
		list[i] = k.constraint
		list[i].Definition = "FOREIGN KEY (" + strings.Join(k.columns, ", ") + ") REFERENCES " + k.target + " (" + strings.Join(k.to, ", ") + ")"
		if rule := k.constraint.References.OnDelete; rule != "" {
			list[i].Definition += " ON DELETE " + rule
		}
		if k.onUpdate != "" {
			list[i].Definition += " ON UPDATE " + k.onUpdate
		}
	}
	return list, err
}

// mysqlRule returns the rule of a key. RESTRICT is what InnoDB does without any, and
// what servers say of keys without one.
func mysqlRule(rule string) string {
	if rule == "RESTRICT" || rule == "NO ACTION" {
		return ""
	}
	return rule
}

// checks reads the check constraints. Those that MariaDB has of a column have no name.
func (m mysql) checks(ctx context.Context, table string) ([]orm.TableConstraint, error) {
	query := `
SELECT table_name, CASE WHEN level = 'Column' THEN '' ELSE constraint_name END, check_clause
FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() AND table_name = ?`
	if !m.mariadb {
		query = `
SELECT t.table_name, c.constraint_name, c.check_clause
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
WHERE t.table_schema = DATABASE() AND t.constraint_type = 'CHECK' AND t.table_name = ?`
	}
	var list []orm.TableConstraint
	err := each(ctx, m.c, query, []any{table}, func(r orm.Rows) error {
		if r.Text(0) != table {
			return nil
		}
		c := orm.TableConstraint{Name: r.Text(1), Check: true}
		clause := r.Text(2)
		c.Definition = "CHECK (" + clause + ")"
		for _, t := range sqltoken.SplitMySQL(clause) {
			if name := t.Name(); t.Kind == sqltoken.Quoted && !slices.Contains(c.Columns, name) {
				c.Columns = append(c.Columns, name) // nothing else stands in such marks
			}
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

func (m mysql) sequences(ctx context.Context, table string) ([]Sequence, error) {
	d := &Description{TableInfo: TableInfo{Name: table}}
	if err := m.table(ctx, d); err != nil {
		return nil, err
	}
	return autoSequences(d), nil
}
