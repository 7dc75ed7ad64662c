// Package introspection reads the tables of a database from the database's own
// catalogs (Django's connection.introspection): columns, constraints, indexes,
// sequences. It knows SQLite, PostgreSQL, MySQL and MariaDB.
//
//	table, err := introspection.Table(ctx, "default", "auth_user")
//	for _, c := range table.Columns {
//		fmt.Println(c.Name, c.Type, c.Null)
//	}
//
// It asks on the connection of the context, so in a transaction it sees what the
// transaction has changed. Names may have any characters; the names of other
// schemas than the current one (the first of PostgreSQL's search_path, the database
// of MySQL, SQLite's main) are not found.
package introspection

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/orm"
)

// ErrTableNotFound: the database has no table or view of the name.
var ErrTableNotFound = errors.New("introspection: no such table")

// Kind tells what a name in the list of tables is.
type Kind uint8

// Kinds of tables. A materialized view of PostgreSQL is a view, its foreign and
// partitioned tables are tables.
const (
	BaseTable Kind = iota
	View
	Partition // of PostgreSQL: its rows are those of another table too
)

// String returns "table", "view" or "partition".
func (k Kind) String() string { return [...]string{"table", "view", "partition"}[k] }

// TableInfo is one line of [Tables].
type TableInfo struct {
	Name    string
	Kind    Kind
	Comment string // "" where there is none, and with SQLite
}

// Description is what the database says of a table or view; see [Table].
type Description struct {
	TableInfo
	// Columns are in the order of the table.
	Columns []Column
	// Constraints are what [Constraints] returns.
	Constraints []orm.TableConstraint
	// SQL is the statement that made the table or view, of SQLite alone; Indexes and
	// Triggers are those of its indexes and triggers, in the order in which they were made.
	// Whoever makes a table anew runs them again.
	SQL               string
	Indexes, Triggers []Statement
}

// Statement is the text by which SQLite made something.
type Statement struct{ Name, SQL string }

// Column returns the column of a name, and whether there is one.
func (d *Description) Column(name string) (*Column, bool) {
	for i := range d.Columns {
		if d.Columns[i].Name == name {
			return &d.Columns[i], true
		}
	}
	return nil, false
}

// PrimaryKey returns the columns of the primary key in its order; none for views.
func (d *Description) PrimaryKey() []string {
	for _, c := range d.Constraints {
		if c.PrimaryKey {
			return c.Columns
		}
	}
	return nil
}

// Column is a column of a table or view.
type Column struct {
	Name string
	// Type is the type as the database writes it, with its length: "varchar(20)",
	// "numeric(8,2)", "int(10) unsigned", "timestamp with time zone". BaseType is the type
	// below a domain of PostgreSQL, and else the same. SQLite's is what the table
	// declares, and may be "".
	Type, BaseType string
	// Enum are the values of an enumerated type, in its order.
	Enum []string
	Null bool
	// Default is the expression of the default, in SQL: "'new'::character varying", "0".
	Default orm.Null[string]
	// Auto: the database makes the value of rows that come without one: a rowid, an
	// AUTO_INCREMENT, an identity, a default of the next value of a sequence.
	Auto bool
	// Identity is "ALWAYS" or "BY DEFAULT" for an identity of PostgreSQL.
	Identity string
	// Collation is that of the column, where it is not that of the table or type.
	Collation string
	Comment   string
	// Generated is the expression of a column that the database computes, in SQL, or "".
	// Virtual: it is computed when it is read.
	Generated string
	Virtual   bool
	// PrimaryKey is the place in the primary key, from 1; 0 is none.
	PrimaryKey int
	// JSON: the type is JSON, or a check says that its text is JSON, which is the type
	// JSON of MariaDB and Django's JSONField on SQLite.
	JSON bool
}

// Sequence makes the values of a column.
type Sequence struct {
	// Name is that of PostgreSQL's sequence; other databases have counters without a name.
	Name          string
	Table, Column string
}

// reader reads the catalogs of one kind of database. Names have been checked.
type reader interface {
	tables(ctx context.Context) ([]TableInfo, error)
	// table fills in what is not shared: all but the constraints and PrimaryKey.
	table(ctx context.Context, d *Description) error
	constraints(ctx context.Context, info TableInfo) ([]orm.TableConstraint, error)
	// find returns the table of a name as the database writes it.
	find(ctx context.Context, name string) (TableInfo, error)
	sequences(ctx context.Context, table string) ([]Sequence, error)
}

// readerOf returns the reader of a database; "" is the default one.
func readerOf(ctx context.Context, alias string) (reader, error) {
	c, err := orm.ConnectionOf(ctx, alias)
	if err != nil {
		return nil, err
	}
	switch name := c.Dialect().Name; name {
	case "sqlite":
		return sqlite{c}, nil
	case "postgresql":
		return postgres{c}, nil
	case "mysql", "mariadb":
		return mysql{c, name == "mariadb"}, nil
	default:
		return nil, fmt.Errorf("introspection: %s: %w", name, orm.ErrNotSupported)
	}
}

// found returns the reader of a database and the table of a name.
func found(ctx context.Context, alias, table string) (reader, TableInfo, error) {
	r, err := readerOf(ctx, alias)
	if err != nil {
		return nil, TableInfo{}, err
	}
	// PostgreSQL would fail, and with it the transaction; SQLite would end the name there.
	if strings.IndexByte(table, 0) >= 0 || !utf8.ValidString(table) {
		return nil, TableInfo{}, fmt.Errorf("%w: %q cannot be the name of one", ErrTableNotFound, table)
	}
	info, err := r.find(ctx, table)
	if err != nil {
		return nil, TableInfo{}, fmt.Errorf("introspect %q: %w", table, err)
	}
	return r, info, nil
}

// Tables returns the tables and views of the database of an alias ("" is the default
// one) in the order of their names. The tables of SQLite itself are not among them.
func Tables(ctx context.Context, alias string) ([]TableInfo, error) {
	r, err := readerOf(ctx, alias)
	if err != nil {
		return nil, err
	}
	infos, err := r.tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("introspect tables: %w", err)
	}
	slices.SortFunc(infos, func(a, b TableInfo) int { return cmp.Compare(a.Name, b.Name) })
	return infos, nil
}

// Table describes a table or view of the database of an alias. The error is
// [ErrTableNotFound] where there is none.
func Table(ctx context.Context, alias, name string) (*Description, error) {
	r, info, err := found(ctx, alias, name)
	if err != nil {
		return nil, err
	}
	d := &Description{TableInfo: info}
	if err := r.table(ctx, d); err != nil {
		return nil, fmt.Errorf("introspect %q: %w", name, err)
	}
	if d.Constraints, err = constraintsOf(ctx, r, info); err != nil {
		return nil, err
	}
	for i, column := range d.PrimaryKey() {
		if c, ok := d.Column(column); ok {
			c.PrimaryKey = i + 1
		}
	}
	for i := range d.Columns {
		if c := &d.Columns[i]; c.BaseType == "" {
			c.BaseType = c.Type
		}
	}
	return d, nil
}

// Constraints returns the constraints and indexes of a table of the database of an
// alias: the primary key first, the others in the order of their names, and before
// them, as the table has them, those of SQLite and MariaDB that have no name. A
// primary key is Unique, too. A view has none.
//
// Where a key refers to a table of another schema, the schema and a dot stand before
// the name of the table.
func Constraints(ctx context.Context, alias, table string) ([]orm.TableConstraint, error) {
	r, info, err := found(ctx, alias, table)
	if err != nil {
		return nil, err
	}
	return constraintsOf(ctx, r, info)
}

func constraintsOf(ctx context.Context, r reader, info TableInfo) ([]orm.TableConstraint, error) {
	list, err := r.constraints(ctx, info)
	if err != nil {
		return nil, fmt.Errorf("introspect constraints of %q: %w", info.Name, err)
	}
	slices.SortStableFunc(list, func(a, b orm.TableConstraint) int {
		if a.PrimaryKey != b.PrimaryKey {
			if a.PrimaryKey {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return list, nil
}

// Sequences returns what makes the values of a table's columns: the sequences of
// identities and serial columns, and the counters of other databases.
func Sequences(ctx context.Context, alias, table string) ([]Sequence, error) {
	r, info, err := found(ctx, alias, table)
	if err != nil {
		return nil, err
	}
	list, err := r.sequences(ctx, info.Name)
	if err != nil {
		return nil, fmt.Errorf("introspect sequences of %q: %w", info.Name, err)
	}
	return list, nil
}

// autoSequences are the sequences of a database whose counters have no name.
func autoSequences(d *Description) []Sequence {
	var list []Sequence
	for _, c := range d.Columns {
		if c.Auto {
			list = append(list, Sequence{Table: d.Name, Column: c.Name})
		}
	}
	return list
}

// each calls f with each row of a query.
func each(ctx context.Context, c orm.Connection, query string, args []any, f func(r orm.Rows) error) error {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// text returns a text, "" for null.
func text(r orm.Rows, i int) string {
	if r.IsNull(i) {
		return ""
	}
	return r.Text(i)
}

// nullText returns a text or null.
func nullText(r orm.Rows, i int) orm.Null[string] {
	if r.IsNull(i) {
		return orm.Null[string]{}
	}
	return orm.Some(r.Text(i))
}

// onDelete returns the rule of a key, "" for none.
func onDelete(rule string) string {
	if rule == "NO ACTION" {
		return ""
	}
	return rule
}

// descending returns nil where no column is.
func descending(desc []bool) []bool {
	if !slices.Contains(desc, true) {
		return nil
	}
	return desc
}
