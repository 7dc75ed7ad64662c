package serializers_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

var list = regexp.MustCompile(`(?:["'][a-z_]+["'], )+["'][a-z_]+["']`)

// sorted puts statements, and the tables within one, into one order: Django's is that
// of a set.
func sorted(statements []string) []string {
	var out []string
	for _, s := range statements {
		if s == "" || s == "BEGIN;" || s == "COMMIT;" {
			continue
		}
		out = append(out, list.ReplaceAllStringFunc(s, func(names string) string {
			return strings.Join(slices.Sorted(slices.Values(strings.Split(names, ", "))), ", ")
		}))
	}
	slices.Sort(out)
	return out
}

// TestSQLAsDjango compares the statements of sqlflush and sqlsequencereset.
func TestSQLAsDjango(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind string) {
		d := newDatabase(t, kind)
		c, err := orm.ConnectionOf(d.ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		want := d.ask(t, `
call_command("sqlflush", no_color=True)
call_command("sqlsequencereset", "shop", no_color=True, verbosity=0)
`, nil)
		got := append(orm.FlushSQL(c.Dialect(), shop.Models...), orm.SequenceResetSQL(c.Dialect(), shop.Models...)...)
		if diff := cmp.Diff(sorted(strings.Split(string(want), "\n")), sorted(got)); diff != "" {
			t.Errorf("(-Django +ours):\n%s", diff)
		}
	})
}
