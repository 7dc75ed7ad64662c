package introspection_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// TestTables makes the tables of testdata/*.sql and keeps what is read of them.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, ...*orm.Meta) context.Context{
		"sqlite": ormtest.SQLite, "postgresql": ormtest.Postgres, "mariadb": ormtest.MySQL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := open(t)
			script, err := os.ReadFile("testdata/" + name + ".sql")
			if err != nil {
				t.Fatal(err)
			}
			for statement := range strings.SplitSeq(string(script), "\n\n") {
				exec(t, ctx, statement)
			}
			goldentest.Equal(t, name+".txt", describe(t, ctx))
		})
	}
}

func exec(t *testing.T, ctx context.Context, statement string) {
	t.Helper()
	if _, err := orm.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// describe writes all that is read of all tables.
func describe(t *testing.T, ctx context.Context) string {
	t.Helper()
	tables, err := introspection.Tables(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, info := range tables {
		table, err := introspection.Table(ctx, "", info.Name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s %q\n", info.Kind, info.Name, info.Comment)
		for _, c := range table.Columns {
			fmt.Fprintf(&b, "\tcolumn %s: %s\n", c.Name, columnText(c))
		}
		for _, c := range table.Constraints {
			fmt.Fprintf(&b, "\tconstraint %s: %s\n", c.Name, constraintText(c))
		}
		sequences, err := introspection.Sequences(ctx, "", info.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sequences {
			fmt.Fprintf(&b, "\tsequence %s of %s.%s\n", s.Name, s.Table, s.Column)
		}
		for _, s := range append(table.Indexes, table.Triggers...) {
			fmt.Fprintf(&b, "\tmade by %s: %q\n", s.Name, s.SQL)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func columnText(c introspection.Column) string {
	parts := []string{c.Type}
	add := func(yes bool, format string, args ...any) {
		if yes {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(c.BaseType != c.Type, "over %s", c.BaseType)
	add(c.Enum != nil, "values %q", c.Enum)
	add(c.Null, "null")
	add(c.PrimaryKey > 0, "key %d", c.PrimaryKey)
	add(c.Auto, "auto")
	add(c.Identity != "", "identity %s", c.Identity)
	add(c.JSON, "JSON")
	add(c.Default.Valid, "default %s", c.Default.V)
	add(c.Collation != "", "collation %s", c.Collation)
	add(c.Generated != "", "generated %s", c.Generated)
	add(c.Virtual, "virtual")
	add(c.Comment != "", "comment %q", c.Comment)
	return strings.Join(parts, ", ")
}

func constraintText(c orm.TableConstraint) string {
	var parts []string
	for _, flag := range []struct {
		set  bool
		name string
	}{{c.PrimaryKey, "primary key"}, {c.Unique, "unique"}, {c.Check, "check"}, {c.Exclusion, "exclusion"}, {c.Index, "index"}, {c.Partial, "partial"}} {
		if flag.set {
			parts = append(parts, flag.name)
		}
	}
	text := fmt.Sprintf("%s %q", strings.Join(parts, ", "), c.Columns)
	if c.Desc != nil {
		text += fmt.Sprintf(" desc %v", c.Desc)
	}
	if c.Include != nil {
		text += fmt.Sprintf(" include %q", c.Include)
	}
	if c.References != nil {
		text += fmt.Sprintf(" to %s.%s %s", c.References.Table, c.References.Column, c.References.OnDelete)
	}
	return strings.TrimSpace(text + " " + c.Method + " " + fmt.Sprintf("%q", c.Definition))
}

// TestNames has tables, columns and constraints with names that must be quoted.
func TestNames(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		for _, name := range []string{
			`double "quoted"`, "back`tick", "it's", "x\"; DROP TABLE y; --", "[brackets]", "a]b", "日本 table", "new\nline", "-- no comment",
			"/* open", "dotted.name", "?", "$1", "%s", "select", "(", "UpperCase", "é", ":name",
		} {
			ident := mustDialect(t, ctx).Ident
			exec(t, ctx, fmt.Sprintf("CREATE TABLE %[1]s (%[1]s int NOT NULL, CONSTRAINT %[2]s CHECK (%[1]s > 0))", ident(name), ident("c "+name)))
			exec(t, ctx, fmt.Sprintf("CREATE INDEX %[2]s ON %[1]s (%[1]s)", ident(name), ident("i "+name)))
			table, err := introspection.Table(ctx, "", name)
			if err != nil {
				t.Errorf("%q: %v", name, err)
				continue
			}
			got := fmt.Sprintf("%q", []string{table.Name, table.Columns[0].Name})
			for _, c := range table.Constraints {
				got += fmt.Sprintf(" %q %q", c.Name, c.Columns)
			}
			if want := fmt.Sprintf("%q %q %q %q %[3]q", []string{name, name}, "c "+name, []string{name}, "i "+name); got != want {
				t.Errorf("%q: got %s, want %s", name, got, want)
			}
		}
		exec(t, ctx, "CREATE TABLE y (a int)")
		for _, name := range []string{"", "nonesuch", "y\x00", "\x00", "y\xff", "y; --", "y'", strings.Repeat("y", 100000)} {
			if _, err := introspection.Table(ctx, "", name); !errors.Is(err, introspection.ErrTableNotFound) {
				t.Errorf("Table(%.20q): %v, want ErrTableNotFound", name, err)
			}
			if _, err := introspection.Constraints(ctx, "", name); !errors.Is(err, introspection.ErrTableNotFound) {
				t.Errorf("Constraints(%.20q): %v, want ErrTableNotFound", name, err)
			}
		}
		if _, err := introspection.Tables(ctx, "nonesuch"); err == nil {
			t.Error("there is a database called nonesuch")
		}
	})
}

func mustDialect(t *testing.T, ctx context.Context) *orm.Dialect {
	t.Helper()
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.Dialect()
}

// TestTransaction reads a table that only the transaction sees, and goes on in the
// transaction after a table that is not there.
func TestTransaction(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		if !mustDialect(t, ctx).Features.TransactionalDDL {
			return // a table ends the transaction of MySQL
		}
		undo := errors.New("undo")
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			exec(t, ctx, "CREATE TABLE fresh (a int)")
			if _, err := introspection.Table(ctx, "", "nonesuch\x00"); !errors.Is(err, introspection.ErrTableNotFound) {
				t.Error(err)
			}
			if _, err := introspection.Table(ctx, "", "nonesuch"); !errors.Is(err, introspection.ErrTableNotFound) {
				t.Error(err)
			}
			tables, err := introspection.Tables(ctx, "")
			if err != nil || len(tables) != 1 || tables[0].Name != "fresh" {
				t.Errorf("got %v, %v", tables, err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		if _, err := introspection.Table(ctx, "", "fresh"); !errors.Is(err, introspection.ErrTableNotFound) {
			t.Errorf("after the transaction: %v", err)
		}
	})
}
