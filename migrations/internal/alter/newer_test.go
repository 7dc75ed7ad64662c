package alter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
)

// newerCase is an alteration that the distribution's Django does not know, or that
// hostile names stand in the way of: the table must be as one made anew.
type newerCase struct {
	name          string
	before, after []orm.FieldState
	rows          []string // columns and values, after INSERT INTO table
	want          string   // of the column of the last field, in one line; "" is not asked
	only          string   // databases
	finish        func(was, is *orm.ModelState)
	change        func(s *orm.Schema, was, is *orm.Meta)
}

const hostile = "x\"y`z'ä; --"

func field(name, typ string, more func(f *orm.FieldState)) orm.FieldState {
	f := orm.FieldState{Name: name, Type: typ}
	if typ == "CharField" {
		f.MaxLength = 20
	}
	if more != nil {
		more(&f)
	}
	return f
}

// alters changes the last field, adds one, or removes one, as the states say.
func alters(fill any) func(s *orm.Schema, was, is *orm.Meta) {
	return func(s *orm.Schema, was, is *orm.Meta) {
		switch last := len(is.Fields) - 1; {
		case len(was.Fields) < len(is.Fields):
			s.AddField(is, is.Fields[last], fill)
		case len(was.Fields) > len(is.Fields):
			s.RemoveField(was, was.Fields[len(was.Fields)-1])
		default:
			s.AlterField(was, is, was.Fields[last], is.Fields[last], fill)
		}
	}
}

func newerCases() []newerCase {
	x := func(more func(f *orm.FieldState)) []orm.FieldState {
		return []orm.FieldState{field("x", "IntegerField", more)}
	}
	text := func(more func(f *orm.FieldState)) []orm.FieldState {
		return []orm.FieldState{field("x", "CharField", more)}
	}
	null := func(f *orm.FieldState) { f.Null = true }
	def := func(v any) func(f *orm.FieldState) {
		return func(f *orm.FieldState) { f.DBDefault = orm.Val(v) }
	}
	says := func(comment string) func(f *orm.FieldState) {
		return func(f *orm.FieldState) { f.Comment = comment }
	}
	ints := []string{"(name, x) VALUES ('a', 1)", "(name, x) VALUES ('b', 2)"}
	words := []string{"(name, x) VALUES ('a', '1')", "(name, x) VALUES ('b', '2')"}
	bare := []string{"(name) VALUES ('a')", "(name) VALUES ('b')"}
	number := field("n", "IntegerField", nil)
	numbers := []string{"(name, n) VALUES ('a', 1)", "(name, n) VALUES ('b', 2)"}
	generated := func(by int64) []orm.FieldState {
		return []orm.FieldState{number, field("x", "IntegerField", func(f *orm.FieldState) { f.Generated = orm.F("n").Mul(by) })}
	}
	awkward := func(f *orm.FieldState) { f.Column = hostile }
	withIndex := func(name string) func(m *orm.ModelState) {
		return func(m *orm.ModelState) { m.Indexes = []orm.IndexState{{Name: name, Fields: []string{"x"}}} }
	}
	return []newerCase{
		{name: "default of the database", before: x(nil), after: x(def(7)), rows: ints, want: "1 2", change: alters(nil)},
		{name: "another default", before: x(def(7)), after: x(def(8)), rows: ints, want: "1 2", change: alters(nil)},
		{name: "no more default", before: x(def(7)), after: x(nil), rows: ints, want: "1 2", change: alters(nil)},
		{name: "default and type", before: text(def("7")), after: x(def(8)), rows: words, want: "1 2", change: alters(nil)},
		{name: "add with a default", after: x(def(7)), rows: bare, want: "7 7", change: alters(nil)},
		{name: "add with a default and a value", after: x(def(7)), rows: bare, want: "5 5", change: alters(5)},
		{name: "add text with a default", after: []orm.FieldState{field("x", "TextField", def("it's \\ so"))}, rows: bare, want: "it's \\ so it's \\ so", change: alters(nil)},
		{name: "add with an expression", after: x(nil), rows: bare, want: "10 20", change: alters(orm.F("id").Mul(10))},
		{name: "add null with an expression", after: x(null), rows: bare, want: "10 20", change: alters(orm.F("id").Mul(10))},
		{name: "fill with an expression", before: x(null), after: x(nil), rows: append(ints, bare...), want: "1 2 30 40", change: alters(orm.F("id").Mul(10))},
		{name: "fill, with a default", before: x(null), after: x(def(7)), rows: append(ints, bare...), want: "1 2 9 9", change: alters(9)},
		{name: "comment", before: x(nil), after: x(says("it's \\ so")), rows: ints, want: "1 2", change: alters(nil)},
		{name: "other comment and null", before: x(says("a")), after: x(func(f *orm.FieldState) { f.Comment, f.Null = "b", true }), rows: ints, want: "1 2", change: alters(nil)},
		{name: "no more comment", before: x(says("a")), after: x(nil), rows: ints, want: "1 2", change: alters(nil)},
		{name: "add with a comment", after: x(func(f *orm.FieldState) { f.Comment, f.Null = "a", true }), rows: bare, change: alters(nil)},
		{name: "comment, default and name", before: x(func(f *orm.FieldState) { f.Comment, f.DBDefault = "a", orm.Val(3) }), rows: ints, want: "1 2",
			after: []orm.FieldState{field("y", "BigIntegerField", func(f *orm.FieldState) { f.Comment, f.DBDefault = "a", orm.Val(3) })}, change: alters(nil)},
		{name: "table comment", before: x(nil), after: x(nil), rows: ints, finish: func(was, is *orm.ModelState) { is.Comment = "all 'things'" },
			change: func(s *orm.Schema, was, is *orm.Meta) { s.AlterTableComment(is, was.Comment) }},
		{name: "no more table comment", before: x(nil), after: x(nil), rows: ints, finish: func(was, is *orm.ModelState) { was.Comment = "a" },
			change: func(s *orm.Schema, was, is *orm.Meta) { s.AlterTableComment(is, was.Comment) }},
		{name: "add generated", before: []orm.FieldState{number}, after: generated(2), rows: numbers, want: "2 4", change: alters(nil)},
		{name: "generated by another expression", before: generated(2), after: generated(3), rows: numbers, want: "3 6", change: alters(nil)},
		{name: "no more generated", before: generated(2), after: []orm.FieldState{number, field("x", "IntegerField", nil)}, rows: numbers, want: "2 4", change: alters(nil)},
		{name: "remove generated", before: generated(2), after: []orm.FieldState{number}, rows: numbers, change: alters(nil)},
		{name: "collation", before: text(nil), after: text(func(f *orm.FieldState) { f.Collation = "C" }), rows: words, want: "1 2", only: "postgresql", change: alters(nil)},
		{name: "collation of an indexed text", only: "sqlite", before: text(func(f *orm.FieldState) { f.Index = true }), rows: words, want: "1 2",
			after: text(func(f *orm.FieldState) { f.Index, f.Collation = true, "NOCASE" }), change: alters(nil)},
		{name: "collation and length", only: "mysql", before: text(nil), rows: words, want: "1 2",
			after: text(func(f *orm.FieldState) { f.MaxLength, f.Collation = 40, "utf8mb4_bin" }), change: alters(nil)},
		{name: "unique text to unique long text", only: "postgresql sqlite", before: text(func(f *orm.FieldState) { f.Unique = true }), rows: words, want: "1 2",
			after: []orm.FieldState{field("x", "TextField", func(f *orm.FieldState) { f.Unique = true })}, change: alters(nil)},
		{name: "add with a hostile name", after: x(func(f *orm.FieldState) { awkward(f); f.Index, f.Null = true, true }), rows: bare, change: alters(3)},
		{name: "to a hostile name", before: x(nil), after: x(awkward), rows: ints, want: "1 2", change: alters(nil)},
		{name: "to a hostile name, unique and longer", before: text(nil), rows: words, want: "1 2",
			after: text(func(f *orm.FieldState) { awkward(f); f.Unique, f.MaxLength = true, 30 }), change: alters(nil)},
		{name: "remove a hostile name", before: x(func(f *orm.FieldState) { awkward(f); f.Unique, f.Null = true, true }), rows: bare, change: alters(nil)},
		{name: "hostile table", before: x(nil), after: x(nil), rows: ints, finish: func(was, is *orm.ModelState) { is.Table = was.Table + hostile },
			change: func(s *orm.Schema, was, is *orm.Meta) { s.RenameTable(was, is) }},
		{name: "null in a hostile table", before: x(nil), after: x(null), rows: ints, finish: func(was, is *orm.ModelState) {
			was.Table += hostile
			is.Table = was.Table
		}, change: alters(nil)},
		{name: "rename index", before: x(nil), after: x(nil), rows: ints, finish: func(was, is *orm.ModelState) {
			withIndex(was.App + "_old")(was)
			withIndex(was.App + "_new '\"`")(is)
		}, change: func(s *orm.Schema, was, is *orm.Meta) { s.RenameIndex(is, was.Indexes[0], is.Indexes[0]) }},
		{name: "not valid, then valid", before: x(nil), after: x(nil), rows: ints, only: "postgresql", finish: func(was, is *orm.ModelState) {
			is.Constraints = []orm.ConstraintState{{Kind: orm.CheckConstraint, Name: is.App + "_ok", Check: orm.F("x").Gt(0)}}
		}, change: func(s *orm.Schema, was, is *orm.Meta) {
			s.AddConstraintNotValid(is, is.Constraints[0])
			s.ValidateConstraint(is, is.Constraints[0].Name)
		}},
		{name: "rename one with a check of it", before: x(nil), after: []orm.FieldState{field("y", "IntegerField", nil)}, rows: ints, want: "1 2", finish: func(was, is *orm.ModelState) {
			was.Constraints = []orm.ConstraintState{{Kind: orm.CheckConstraint, Name: was.App + "_ok", Check: orm.F("x").Gt(0)}}
			is.Constraints = []orm.ConstraintState{{Kind: orm.CheckConstraint, Name: was.App + "_ok", Check: orm.F("y").Gt(0)}}
		}, change: alters(nil)},
		{name: "rename one with an index", before: x(nil), after: []orm.FieldState{field("y", "BigIntegerField", nil)}, rows: ints, want: "1 2", finish: func(was, is *orm.ModelState) {
			withIndex(was.App + "_idx")(was)
			is.Indexes = []orm.IndexState{{Name: was.App + "_idx", Fields: []string{"y"}}}
		}, change: alters(nil)},
		{name: "remove an index that a key needs", before: append(keyTo(orm.Cascade), number), after: append(keyTo(orm.Cascade), number), finish: func(was, is *orm.ModelState) {
			was.Indexes = []orm.IndexState{{Name: was.App + "_idx", Fields: []string{"x", "n"}}}
		}, change: func(s *orm.Schema, was, is *orm.Meta) { s.RemoveIndex(is, was.Indexes[0]) }},
		{name: "remove a unique constraint that a key needs", before: append(keyTo(orm.Cascade), number), after: append(keyTo(orm.Cascade), number), finish: func(was, is *orm.ModelState) {
			was.Constraints = []orm.ConstraintState{{Kind: orm.UniqueConstraint, Name: was.App + "_uniq", Fields: []string{"x", "n"}}}
		}, change: func(s *orm.Schema, was, is *orm.Meta) { s.RemoveConstraint(is, was.Constraints[0]) }},
		{name: "another rule of the database", before: keyTo(orm.Cascade), after: keyTo(orm.DBCascade), rows: bare, change: alters(nil)},
		{name: "no more rule of the database", before: keyTo(orm.DBSetNull), after: keyTo(orm.SetNull), rows: bare, change: alters(nil)},
	}
}

func keyTo(rule orm.OnDelete) []orm.FieldState {
	return []orm.FieldState{field("x", "ForeignKey", func(f *orm.FieldState) { f.To, f.Null, f.OnDelete = "Thing", true, rule })}
}

// TestNewer changes tables, and compares them with tables made anew.
func TestNewer(t *testing.T) {
	t.Parallel()
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			b, settings := p.open(t)
			anew, anewSettings := p.open(t)
			ctx, fresh := orm.NewContext(t.Context(), orm.NewDB(b)), orm.NewContext(t.Context(), orm.NewDB(anew))
			cases := newerCases()
			for i, c := range cases {
				if c.only != "" && !strings.Contains(c.only, p.name) {
					continue
				}
				if err := c.run(t, ctx, fresh, fmt.Sprintf("a%03d", i)); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			got, want := p.schema(t, ctx, settings), p.schema(t, fresh, anewSettings)
			for i, c := range cases {
				app := fmt.Sprintf("a%03d", i)
				if diff := cmp.Diff(nameless(want[app]), nameless(got[app])); diff != "" {
					t.Errorf("%s (-anew +altered):\n%s", c.name, diff)
				}
			}
		})
	}
}

func (c *newerCase) run(t *testing.T, ctx, fresh context.Context, app string) error {
	t.Helper()
	state := func(fields []orm.FieldState) *orm.ModelState {
		s := things(fields...)
		s.App, s.Table = app, app+"_thing"
		return s
	}
	before, after := state(c.before), state(c.after)
	if c.finish != nil {
		c.finish(before, after)
	}
	model := func(s *orm.ModelState) *orm.Meta {
		made := orm.NewModels([]*orm.ModelState{s})
		if err := made.Check(); err != nil {
			t.Fatal(err)
		}
		return made.All()[0]
	}
	was, is := model(before), model(after)
	if err := orm.CreateTables(ctx, was); err != nil {
		return err
	}
	if err := orm.CreateTables(fresh, is); err != nil {
		return err
	}
	connection, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		return err
	}
	ident := connection.Dialect().Ident
	for _, row := range c.rows {
		if _, err := orm.Exec(ctx, "INSERT INTO "+ident(was.Table)+" "+row); err != nil {
			return err
		}
	}
	if err := change(ctx, func(s *orm.Schema) { c.change(s, was, is) }, nil); err != nil {
		return err
	}
	if c.want != "" {
		column := ident(is.Fields[len(is.Fields)-1].Column)
		got := strings.Join(texts(t, ctx, "SELECT "+column+" FROM "+ident(is.Table)+" ORDER BY id"), " ")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	return nil
}

// TestConcurrently makes and drops an index outside of a transaction.
func TestConcurrently(t *testing.T) {
	t.Parallel()
	plain := things(field("x", "IntegerField", nil))
	indexed := things(field("x", "IntegerField", nil))
	indexed.Indexes = []orm.IndexState{{Name: "a000_idx", Fields: []string{"x"}}}
	was, is := modelOf(t, plain), modelOf(t, indexed)
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			b, settings := p.open(t)
			ctx := orm.NewContext(t.Context(), orm.NewDB(b))
			if err := orm.CreateTables(ctx, was); err != nil {
				t.Fatal(err)
			}
			before := p.schema(t, ctx, settings)
			s := newSchema(ctx, b.Dialect())
			run := func(write func(m *orm.Meta, i *orm.Index)) string {
				write(is, is.Indexes[0])
				statements, _ := s.Statements()
				if err := s.Run(ctx, "", nil); err != nil {
					t.Fatal(err)
				}
				return strings.Join(statements, ";")
			}
			made := run(s.AddIndexConcurrently)
			dropped := run(s.RemoveIndexConcurrently)
			if postgres := p.name == "postgresql"; strings.Contains(made, "INDEX CONCURRENTLY") != postgres || strings.Contains(dropped, "INDEX CONCURRENTLY") != postgres {
				t.Errorf("%s\n%s", made, dropped)
			}
			if diff := cmp.Diff(before, p.schema(t, ctx, settings)); diff != "" {
				t.Errorf("after the index was made and dropped (-before +after):\n%s", diff)
			}
		})
	}
}

// TestPrimaryKey gives a model another primary key, by way of one of two columns.
func TestPrimaryKey(t *testing.T) {
	t.Parallel()
	code := func(primary bool) orm.FieldState {
		return field("code", "CharField", func(f *orm.FieldState) { f.PrimaryKey, f.Unique = primary, !primary })
	}
	model := func(fields ...orm.FieldState) *orm.Meta {
		return modelOf(t, &orm.ModelState{App: "a000", Name: "Thing", Fields: append(fields, nameOf)})
	}
	first, both, last := model(autoKey, code(false)), model(autoKey, code(true)), model(code(true))
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			b, settings := p.open(t)
			ctx := orm.NewContext(t.Context(), orm.NewDB(b))
			if err := orm.CreateTables(ctx, first); err != nil {
				t.Fatal(err)
			}
			start := p.schema(t, ctx, settings)
			mustExec(t, ctx, "INSERT INTO a000_thing (code, name) VALUES ('a', 'one'), ('b', 'two')")
			step := func(write func(s *orm.Schema)) {
				if err := change(ctx, write, nil); err != nil {
					t.Fatal(err)
				}
			}
			alter := func(was, is *orm.Meta) func(s *orm.Schema) {
				return func(s *orm.Schema) { s.AlterField(was, is, fieldOf(t, was, "code"), fieldOf(t, is, "code"), nil) }
			}
			step(alter(first, both))
			step(func(s *orm.Schema) { s.RemoveField(both, fieldOf(t, both, "id")) })
			anew, anewSettings := p.open(t)
			fresh := orm.NewContext(t.Context(), orm.NewDB(anew))
			if err := orm.CreateTables(fresh, last); err != nil {
				t.Fatal(err)
			}
			got, want := p.schema(t, ctx, settings)["a000"], p.schema(t, fresh, anewSettings)["a000"]
			if diff := cmp.Diff(singleKey(want), singleKey(got)); diff != "" {
				t.Errorf("with another key (-anew +altered):\n%s", diff)
			}
			step(func(s *orm.Schema) { s.AddField(both, fieldOf(t, both, "id"), nil) })
			step(alter(both, first))
			mustExec(t, ctx, "INSERT INTO a000_thing (code, name) VALUES ('c', 'three')")
			if got := strings.Join(texts(t, ctx, "SELECT id FROM a000_thing ORDER BY code"), " "); got != "1 2 3" {
				t.Errorf("keys: %s", got)
			}
			if diff := cmp.Diff(nameless(start["a000"]), nameless(p.schema(t, ctx, settings)["a000"])); diff != "" {
				t.Errorf("back again (-before +after):\n%s", diff)
			}
		})
	}
}

// singleKey writes a key of one column that stands apart as one in the column.
func singleKey(definitions []string) []string {
	out := nameless(definitions)
	for i, d := range out {
		if strings.Contains(d, "\nPRIMARY KEY (\"code\")") || strings.Contains(d, "\n  PRIMARY KEY (\"code\")") {
			d = strings.Replace(d, "\n  PRIMARY KEY (\"code\")", "", 1)
			d = strings.Replace(d, "  PRIMARY KEY (\"code\")\n", "", 1)
			out[i] = strings.Replace(d, `"code" varchar(20) NOT NULL`, `"code" varchar(20) NOT NULL PRIMARY KEY`, 1)
		}
	}
	return out
}
