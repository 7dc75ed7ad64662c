package orm

import (
	"strings"
	"testing"
)

func TestMentions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		definition, column string
		want               bool
	}{
		{`CREATE INDEX name ON name (x)`, "name", false},
		{`CREATE INDEX i ON t ("name")`, "name", true},
		{`CREATE INDEX i ON t ([Name] DESC)`, "name", true},
		{"CREATE INDEX i ON t (`na``me`)", "na`me", true},
		{`CREATE INDEX i ON t (x) WHERE name IS NULL`, "name", true},
		{`CREATE INDEX i ON t (x) WHERE y = 'name' -- name`, "name", false},
		{`CREATE INDEX i ON t (x /* name */, lower(y))`, "name", false},
		{`CHECK (lower("a""b") = 'it''s')`, `a"b`, true},
		{`CHECK (surname > 0)`, "name", false},
		{`UNIQUE ("x`, "x", true},
	}
	for _, test := range tests {
		if got := mentions(test.definition, test.column); got != test.want {
			t.Errorf("mentions(%s, %s): got %v", test.definition, test.column, got)
		}
	}
}

func TestServerName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("t", 70)
	tests := []struct{ table, column, label, want string }{
		{"shop_product", "slug", "key", "shop_product_slug_key"},
		{"shop_product", "", "pkey", "shop_product_pkey"},
		{long, "c", "check", long[:55] + "_c_check"},
		{long, long, "seq", long[:29] + "_" + long[:29] + "_seq"},
		{strings.Repeat("ä", 40), "", "pkey", strings.Repeat("ä", 29) + "_pkey"},
	}
	for _, test := range tests {
		if got := new(Schema).serverName(test.table, test.column, test.label); got != test.want || len(got) > 63 {
			t.Errorf("serverName(%s, %s, %s): got %s, want %s", test.table, test.column, test.label, got, test.want)
		}
	}
}

// FuzzTokens reads any text as SQL: it ends, and finds the names that were quoted.
func FuzzTokens(f *testing.F) {
	f.Add(`CREATE INDEX "a""b" ON [t] (x, 'it''s') -- end`, "a", "b")
	f.Add("/* open", "\x00", "]")
	f.Add("'", "`", "\"")
	f.Fuzz(func(t *testing.T, sql, name, column string) {
		n := 0
		sqlTokens(sql, func(token string, _ bool) bool { n++; return true })
		if n > len(sql) {
			t.Errorf("%d tokens in %d bytes", n, len(sql))
		}
		d := &Dialect{Quote: '"'}
		statement := "CREATE UNIQUE INDEX " + d.Ident(name) + " ON " + d.Ident("t"+name) + " (" + d.Ident(column) + ")"
		if got := createdName(statement); got != name {
			t.Errorf("createdName(%q): got %q", statement, got)
		}
		if !mentions(statement, column) {
			t.Errorf("%q does not mention %q", statement, column)
		}
	})
}
