package sqlite_test

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

//go:embed testdata/dialect.py
var dialectPy string

// TestDialectAsDjango: column types, checks and comparisons are Django's.
func TestDialectAsDjango(t *testing.T) {
	t.Parallel()
	var django map[string]map[string]string
	if err := json.Unmarshal(realdjango.Run(t, dialectPy, nil), &django); err != nil {
		t.Fatal(err)
	}
	d := sqlite.Dialect()
	// Fields that are other fields, or are gone from newer versions.
	delete(django["Types"], "NullBooleanField")
	delete(django["Types"], "OneToOneField")
	for what, ours := range map[string]map[string]string{"Types": d.Types, "TypeSuffixes": d.TypeSuffixes, "TypeChecks": d.TypeChecks, "Operators": d.Operators} {
		if len(django[what]) == 0 {
			t.Errorf("Django told no %s", what)
		}
		for name, want := range django[what] {
			if ours[name] != want {
				t.Errorf("%s of %s: %q, Django %q", what, name, ours[name], want)
			}
		}
	}
}

// TestLookups pins which rows the comparisons find; LIKE does not mind the
// capitals of ASCII, as in Django.
func TestLookups(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	exec(t, db, "CREATE TABLE t (v text)")
	exec(t, db, `INSERT INTO t VALUES ('Abc'), ('xabcx'), ('a%c'), ('a_c'), ('a\c'), ('Ärger'), (NULL)`)
	d := db.Dialect()
	for _, test := range []struct{ lookup, arg, want string }{
		{"exact", "Abc", "Abc"}, {"iexact", "aBC", "Abc"}, {"iexact", `a\%c`, "a%c"}, {"iexact", "ärger", ""},
		{"contains", "%ABC%", "Abc xabcx"}, {"startswith", "abc%", "Abc"}, {"endswith", "%BC", "Abc"},
		{"contains", `%\%%`, "a%c"}, {"contains", `%\_%`, "a_c"}, {"contains", `%\\%`, `a\c`},
		{"regex", "^[A-Z]b", "Abc"}, {"iregex", "^[A-Z]B", "Abc"}, {"regex", `^\w+$`, "Abc xabcx a_c Ärger"}, {"regex", "", `Abc xabcx a%c a_c a\c Ärger`},
	} {
		op := strings.Replace(d.Operators[test.lookup], "%s", "?", 1)
		var got []string
		for _, row := range all(t, db, "SELECT v FROM t WHERE v "+op+" ORDER BY rowid", test.arg) {
			got = append(got, row[0].(string))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s %q: %q, want %q", test.lookup, test.arg, got, test.want)
		}
	}
}

// TestTemplates runs the functions that SQLite writes in another way.
func TestTemplates(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	for name, call := range map[string][2]string{
		"CHR": {"65", "A"}, "ORD": {"'ü'", "252"}, "LEFT": {"'abc', 2", "ab"}, "RIGHT": {"'abc', 2", "bc"}, "SUBSTRING": {"'abc', 2, 1", "b"},
		"STRPOS": {"'abc', 'c'", "3"}, "GREATEST": {"1, 3, 2", "3"}, "LEAST": {"3, 1, 2", "1"}, "CEIL": {"1.2", "2"}, "ASCII": {"'A'", "65"},
	} {
		template := db.Dialect().Functions[name]
		args := strings.Split(call[0], ", ")
		for strings.Contains(template, "%s") {
			if strings.Contains(template, "%s...") {
				template = strings.Replace(template, "%s...", strings.Join(args, ", "), 1)
				break
			}
			template = strings.Replace(template, "%s", args[0], 1)
			args = args[1:]
		}
		if got := one(t, db, "SELECT CAST("+template+" AS text)"); got != call[1] {
			t.Errorf("%s: %v, want %s", template, got, call[1])
		}
	}
}

var _ interface {
	orm.Backend
	orm.BulkInserter
} = (*sqlite.DB)(nil)
