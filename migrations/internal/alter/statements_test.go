package alter_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
)

// history is what a model looks like, change after change.
func history() [][]orm.FieldState {
	key := func(more func(f *orm.FieldState)) orm.FieldState {
		return field("owner", "ForeignKey", func(f *orm.FieldState) {
			f.To = "Thing"
			more(f)
		})
	}
	char := func(n int, more func(f *orm.FieldState)) orm.FieldState {
		f := field("code", "CharField", more)
		f.MaxLength = n
		return f
	}
	null := func(f *orm.FieldState) { f.Null = true }
	unique := func(f *orm.FieldState) { f.Unique = true }
	return [][]orm.FieldState{
		{char(10, unique)},
		{char(20, unique)},
		{char(20, nil)},
		{field("code", "PositiveIntegerField", null)},
		{field("code", "PositiveIntegerField", nil)}, // filled
		{field("code", "BigIntegerField", func(f *orm.FieldState) { f.Index = true })},
		{field("number", "BigIntegerField", nil)},
		{field("number", "BigIntegerField", nil), key(null)},
		{field("number", "BigIntegerField", nil), key(func(f *orm.FieldState) { f.Null, f.Type = true, "OneToOneField" })},
		{field("number", "BigIntegerField", nil), field("owner_id", "BigIntegerField", null)},
		{field("number", "BigIntegerField", nil)},
		{},
	}
}

// TestStatements keeps the statements of a history of changes in testdata, and runs
// them.
func TestStatements(t *testing.T) {
	t.Parallel()
	var models []*orm.Meta
	for _, fields := range history() {
		s := things(fields...)
		s.Table = "shelf"
		models = append(models, modelOf(t, s))
	}
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			b, _ := p.open(t)
			ctx := orm.NewContext(t.Context(), orm.NewDB(b))
			if err := orm.CreateTables(ctx, models[0]); err != nil {
				t.Fatal(err)
			}
			mustExec(t, ctx, "INSERT INTO "+b.Dialect().Ident(models[0].Table)+" (name, code) VALUES ('a', '1'), ('b', '2')")
			var all strings.Builder
			for i, is := range models[1:] {
				was := models[i]
				s := newSchema(ctx, b.Dialect())
				last := func(m *orm.Meta) *orm.Field { return m.Fields[len(m.Fields)-1] }
				switch {
				case len(is.Fields) > len(was.Fields):
					s.AddField(is, last(is), nil)
				case len(is.Fields) < len(was.Fields):
					s.RemoveField(was, last(was))
				default:
					var fill any
					if last(was).Null && !last(is).Null {
						fill = 7
					}
					s.AlterField(was, is, last(was), last(is), fill)
				}
				statements, err := s.Statements()
				if err != nil {
					t.Fatal(err)
				}
				all.WriteString(strings.Join(statements, ";\n") + ";\n\n")
				if err := change(ctx, func(run *orm.Schema) { *run = *s }, nil); err != nil {
					t.Fatalf("change %d: %v", i+1, err)
				}
			}
			goldentest.Equal(t, "statements_"+p.name+".sql", all.String())
		})
	}
}
