package orm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// jsonDocs are written as they stand, as Django writes them: escaped.
var jsonDocs = []string{
	`{"k": "Grün", "n": 1, "o": {"a": 1, "b": [true, null]}}`,
	`{"k": "Gr\u00fcn", "n": 1.0, "o": {"b": [true, null], "a": 1}}`,
	`{"k": "grün", "n": "1", "o": [1, 2]}`,
	`{"k": true, "n": null, "o": {"\u00fc": "\ud83c\udf89"}}`,
	`{"k": "true", "o": [2, 1]}`,
	`{"k": null, "n": 123456789012345, "o": {}}`,
	`{}`,
	`{"k":"-","n":0,"o":{"ü":"🎉"}}`, // as others write
}

// JSON is compared by type and value on every database, however it was written;
// but SQLite compares objects as text, and knows the capitals of ASCII only, as
// with Django.
func TestJSONComparisons(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		for _, text := range jsonDocs {
			item := &exprItem{Day: civil.Date{Year: 2024, Month: 1, Day: 1}}
			if err := exprItems.Create(ctx, item); err != nil {
				t.Fatal(err)
			}
			if _, err := orm.ExecNamed(ctx, "UPDATE expr_expritem SET data = :doc WHERE id = :id", orm.Params{"doc": orm.JSONText(text), "id": item.ID}); err != nil {
				t.Fatal(err)
			}
		}
		k, n, o := itemF.Data.Key("k"), itemF.Data.Key("n"), itemF.Data.Key("o")
		sqlite := map[string]string{"object": "1", "text without case": "", "text with case": "1 2 3"}
		for _, test := range []struct {
			name string
			cond orm.Pred
			want string
		}{
			{"text", k.Eq("Grün"), "1 2"},
			{"another case", k.Eq("grün"), "3"},
			{"true", k.Eq(true), "4"},
			{"text true", k.Eq("true"), "5"},
			{"null", k.Eq(nil), "6"},
			{"number", n.Eq(1), "1 2"},
			{"text of a number", n.Eq("1"), "3"},
			{"large number", n.Eq(123456789012345), "6"},
			{"another number", n.Eq(2), ""},
			{"not", orm.Not(n.Eq(1)), "3 4 5 6 7 8"},
			{"list", o.Eq([]int{1, 2}), "3"},
			{"object", o.Eq(map[string]any{"b": []any{true, nil}, "a": 1}), "1 2"},
			{"object with letters", o.Eq(map[string]any{"ü": "🎉"}), "4 8"},
			{"empty object", o.Eq(map[string]any{}), "6"},
			{"document", itemF.Data.Eq(map[string]any{}), "7"},
			{"missing", k.IsNull(), "7"},
			{"in", n.In(1, "1"), "1 2 3"},
			{"text without case", itemF.Data.KeyText("k").IExact("GRÜN"), "1 2 3"},
			{"begin without case", itemF.Data.KeyText("k").IStartsWith("GR"), "1 2 3"},
			{"regular expression without case", itemF.Data.KeyText("k").IRegex("^GR.N$"), "1 2 3"},
			{"text with case", itemF.Data.KeyText("k").StartsWith("gr"), "3"},
		} {
			if other, ok := sqlite[test.name]; ok && strings.HasSuffix(t.Name(), "sqlite") {
				test.want = other
			}
			rows, err := exprItems.Filter(test.cond).OrderBy(itemF.ID.Asc()).All(ctx)
			var ids []string
			for _, row := range rows {
				ids = append(ids, fmt.Sprint(row.ID))
			}
			if got := strings.Join(ids, " "); got != test.want || err != nil {
				t.Errorf("%s: rows %q, want %q, error %v", test.name, got, test.want, err)
			}
		}
	})
}
