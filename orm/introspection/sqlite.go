package introspection

import (
	"context"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// sqlite asks SQLite's pragmas, as functions that take names as arguments, and reads
// what they don't tell from the text of the tables.
type sqlite struct{ c orm.Connection }

// Names that begin so are SQLite's own, and shadow tables those of virtual tables.
const sqliteTables = `
SELECT name, type FROM pragma_table_list
WHERE schema = 'main' AND type <> 'shadow' AND lower(substr(name, 1, 7)) <> 'sqlite_'`

func (s sqlite) tables(ctx context.Context) ([]TableInfo, error) { return s.list(ctx, "") }

func (s sqlite) list(ctx context.Context, condition string, args ...any) ([]TableInfo, error) {
	var list []TableInfo
	err := each(ctx, s.c, sqliteTables+condition, args, func(r orm.Rows) error {
		info := TableInfo{Name: r.Text(0)}
		if r.Text(1) == "view" {
			info.Kind = View
		}
		list = append(list, info)
		return nil
	})
	return list, err
}

func (s sqlite) find(ctx context.Context, name string) (TableInfo, error) {
	list, err := s.list(ctx, " AND name = ? COLLATE NOCASE", name)
	if err == nil && len(list) == 0 {
		err = ErrTableNotFound
	}
	if err != nil {
		return TableInfo{}, err
	}
	return list[0], nil
}

func (s sqlite) table(ctx context.Context, d *Description) error {
	if err := s.statements(ctx, d); err != nil {
		return err
	}
	text, err := s.columns(ctx, d)
	if err != nil {
		return err
	}
	for i := range d.Columns {
		c := &d.Columns[i]
		if declared := text.columns[strings.ToLower(c.Name)]; declared != nil {
			c.Collation, c.Generated = declared.collation, declared.generated
		}
		c.JSON = slices.ContainsFunc(text.constraints, func(k sqliteConstraint) bool {
			return k.kind == "CHECK" && saysJSON(k.text) && slices.Equal(columnsIn(k.text, d.Columns), []string{c.Name})
		})
	}
	return nil
}

// statements reads the texts of a table, its indexes and triggers.
func (s sqlite) statements(ctx context.Context, d *Description) error {
	return each(ctx, s.c, `
SELECT type, name, sql FROM main.sqlite_master WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid`,
		[]any{d.Name}, func(r orm.Rows) error {
			kind, st := r.Text(0), Statement{Name: r.Text(1), SQL: r.Text(2)}
			switch kind {
			case "index":
				d.Indexes = append(d.Indexes, st)
			case "trigger":
				d.Triggers = append(d.Triggers, st)
			default:
				d.SQL = st.SQL
			}
			return nil
		})
}

// columns reads the columns of a table whose text is known, and parses the text.
func (s sqlite) columns(ctx context.Context, d *Description) (*sqliteTable, error) {
	parsed := &sqliteTable{}
	if d.Kind == BaseTable {
		parsed = parseSQLite(d.SQL)
	}
	keys := 0
	err := each(ctx, s.c, `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`,
		[]any{d.Name}, func(r orm.Rows) error {
			c := Column{Name: r.Text(0), Type: r.Text(1), Null: r.Int64(2) == 0, Default: nullText(r, 3)}
			if r.Int64(4) > 0 {
				keys++
				c.PrimaryKey = int(r.Int64(4))
			}
			const hidden, virtual = 1, 2
			h := r.Int64(5)
			if h == hidden { // of a virtual table
				return nil
			}
			c.Virtual = h == virtual
			d.Columns = append(d.Columns, c)
			return nil
		})
	if err != nil || keys != 1 {
		return parsed, err
	}
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.PrimaryKey == 0 || !strings.EqualFold(c.Type, "INTEGER") {
			continue
		}
		// Such a key is the rowid, unless it has an index of its own.
		index, err := s.keyIndex(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		if c.Auto = index == ""; c.Auto {
			c.Null = false
		}
	}
	return parsed, nil
}

// keyIndex returns the name of the index of the primary key, or "".
func (s sqlite) keyIndex(ctx context.Context, table string) (name string, err error) {
	err = each(ctx, s.c, "SELECT name FROM pragma_index_list(?, 'main') WHERE origin = 'pk'", []any{table}, func(r orm.Rows) error {
		name = r.Text(0)
		return nil
	})
	return name, err
}

func (s sqlite) constraints(ctx context.Context, info TableInfo) ([]orm.TableConstraint, error) {
	if info.Kind == View {
		return nil, nil
	}
	d := &Description{TableInfo: info}
	if err := s.statements(ctx, d); err != nil {
		return nil, err
	}
	declared, err := s.columns(ctx, d)
	if err != nil {
		return nil, err
	}
	list := declared.checks(d)
	indexes, err := s.indexes(ctx, d, declared)
	if err != nil {
		return nil, err
	}
	keys, err := s.foreignKeys(ctx, d, declared)
	if err != nil {
		return nil, err
	}
	return slices.Concat(list, indexes, keys), nil
}

// checks are in no pragma at all.
func (t *sqliteTable) checks(d *Description) []orm.TableConstraint {
	var list []orm.TableConstraint
	for _, c := range t.constraints {
		if c.kind == "CHECK" {
			list = append(list, orm.TableConstraint{Name: c.name, Check: true, Columns: columnsIn(c.text, d.Columns), Definition: c.text})
		}
	}
	return list
}

// of returns the declared constraint of a kind and of columns, which has no other name
// than the text gives it.
func (t *sqliteTable) of(kind string, columns []string) sqliteConstraint {
	for _, c := range t.constraints {
		if c.kind == kind && slices.EqualFunc(c.columns, columns, strings.EqualFold) {
			return c
		}
	}
	return sqliteConstraint{}
}

// indexes reads the indexes, and the primary key, which may have none.
func (s sqlite) indexes(ctx context.Context, d *Description, declared *sqliteTable) ([]orm.TableConstraint, error) {
	var list []orm.TableConstraint
	origins := []string{}
	err := each(ctx, s.c, `SELECT name, "unique", origin, partial FROM pragma_index_list(?, 'main')`, []any{d.Name}, func(r orm.Rows) error {
		list = append(list, orm.TableConstraint{Name: r.Text(0), Unique: r.Int64(1) != 0, Index: true, Partial: r.Int64(3) != 0})
		origins = append(origins, r.Text(2))
		return nil
	})
	if err != nil {
		return nil, err
	}
	hasKey := false
	for i := range list {
		c := &list[i]
		if err := s.keys(ctx, c); err != nil {
			return nil, err
		}
		switch origins[i] {
		case "c":
			at := slices.IndexFunc(d.Indexes, func(st Statement) bool { return st.Name == c.Name })
			if at >= 0 {
				c.Definition = d.Indexes[at].SQL
			}
		case "pk":
			hasKey = true
			*c = s.primaryKey(c.Columns, declared)
			c.Index = true
		case "u":
			named := declared.of("UNIQUE", c.Columns)
			c.Name, c.Definition = named.name, named.text
			if named.ofColumn {
				c.Definition = "UNIQUE (" + s.idents(c.Columns) + ")" + named.text[len("UNIQUE"):]
			}
		}
	}
	if columns := keyColumns(d); !hasKey && len(columns) > 0 {
		list = append(list, s.primaryKey(columns, declared))
	}
	return list, nil
}

func keyColumns(d *Description) []string {
	var key []Column
	for _, c := range d.Columns {
		if c.PrimaryKey > 0 {
			key = append(key, c)
		}
	}
	slices.SortFunc(key, func(a, b Column) int { return a.PrimaryKey - b.PrimaryKey })
	var names []string
	for _, c := range key {
		names = append(names, c.Name)
	}
	return names
}

func (s sqlite) primaryKey(columns []string, declared *sqliteTable) orm.TableConstraint {
	named := declared.of("PRIMARY", columns)
	c := orm.TableConstraint{Name: named.name, Columns: columns, PrimaryKey: true, Unique: true, Definition: named.text}
	if named.ofColumn {
		c.Definition = "PRIMARY KEY (" + s.idents(columns) + ")"
	}
	return c
}

// keys reads the columns of an index.
func (s sqlite) keys(ctx context.Context, c *orm.TableConstraint) error {
	err := each(ctx, s.c, `SELECT name, "desc" FROM pragma_index_xinfo(?, 'main') WHERE key ORDER BY seqno`, []any{c.Name}, func(r orm.Rows) error {
		c.Columns = append(c.Columns, text(r, 0)) // null for an expression
		c.Desc = append(c.Desc, r.Int64(1) != 0)
		return nil
	})
	c.Desc = descending(c.Desc)
	return err
}

// sqliteKeys reads the foreign keys of a table, with names as the other table writes
// them. A key that names no column refers to the primary key.
const sqliteKeys = `
SELECT f.id,
	coalesce((SELECT m.name FROM main.sqlite_master m WHERE m.type = 'table' AND m.name = f."table" COLLATE NOCASE), f."table"),
	f."from",
	coalesce((SELECT x.name FROM pragma_table_xinfo(f."table", 'main') x
		WHERE CASE WHEN f."to" IS NULL THEN x.pk = f.seq + 1 ELSE x.name = f."to" COLLATE NOCASE END), f."to"),
	f.on_delete
FROM pragma_foreign_key_list(?, 'main') f ORDER BY f.id DESC, f.seq`

// foreignKeys reads the keys. SQLite numbers them from the last to the first, and
// doesn't tell their names.
func (s sqlite) foreignKeys(ctx context.Context, d *Description, declared *sqliteTable) ([]orm.TableConstraint, error) {
	var list []orm.TableConstraint
	last := int64(-1)
	err := each(ctx, s.c, sqliteKeys, []any{d.Name}, func(r orm.Rows) error {
		if id := r.Int64(0); len(list) == 0 || id != last {
			last = id
			list = append(list, orm.TableConstraint{References: &orm.TableReference{Table: r.Text(1), Column: text(r, 3), OnDelete: onDelete(r.Text(4))}})
		}
		c := &list[len(list)-1]
		c.Columns = append(c.Columns, r.Text(2))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var keys []sqliteConstraint
	for _, c := range declared.constraints {
		if c.kind == "REFERENCES" {
			keys = append(keys, c)
		}
	}
	for i := range list {
		c := &list[i]
		if len(keys) == len(list) {
			c.Name, c.Definition = keys[i].name, keys[i].text
			if keys[i].ofColumn {
				c.Definition = "FOREIGN KEY (" + s.idents(c.Columns) + ") " + c.Definition
			}
		}
	}
	return list, nil
}

func (s sqlite) idents(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = s.c.Dialect().Ident(name)
	}
	return strings.Join(quoted, ", ")
}

func (s sqlite) sequences(ctx context.Context, table string) ([]Sequence, error) {
	d := &Description{TableInfo: TableInfo{Name: table}}
	if _, err := s.columns(ctx, d); err != nil {
		return nil, err
	}
	return autoSequences(d), nil
}
