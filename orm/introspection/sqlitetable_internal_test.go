package introspection

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm/introspection/internal/sqltoken"
)

func TestParseSQLite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ sql, want string }{
		{`CREATE TABLE "a ( b" ("c" integer NOT NULL PRIMARY KEY AUTOINCREMENT)`, `PRIMARY "" [c] "PRIMARY KEY AUTOINCREMENT"`},
		{`CREATE TABLE a(b UNIQUE,c)`, `UNIQUE "" [b] "UNIQUE"`},
		{`CREATE TABLE a('b' int CONSTRAINT x CHECK(b>(1)) CHECK (b<')'), c)`, `CHECK "x" [b] "CHECK(b>(1))"` + "\n" + `CHECK "" [b] "CHECK (b<')')"`},
		{`CREATE TABLE a(b DEFAULT NULL CONSTRAINT "y y" REFERENCES [t t] ON UPDATE SET DEFAULT ON DELETE NO ACTION NOT DEFERRABLE NOT NULL)`,
			`REFERENCES "y y" [b] "REFERENCES [t t] ON UPDATE SET DEFAULT ON DELETE NO ACTION NOT DEFERRABLE"`},
		{"CREATE TABLE a(b CONSTRAINT nn NOT NULL UNIQUE, -- UNIQUE (x)\n c /* , d UNIQUE */, UNIQUE(b, `c` COLLATE nocase DESC) ON CONFLICT IGNORE)",
			`UNIQUE "" [b] "UNIQUE"` + "\n" + "UNIQUE \"\" [b c] \"UNIQUE(b, `c` COLLATE nocase DESC) ON CONFLICT IGNORE\""},
		{`CREATE TABLE a(b, CONSTRAINT p PRIMARY KEY(b) CONSTRAINT f FOREIGN KEY("b") REFERENCES t DEFERRABLE INITIALLY DEFERRED CHECK(1)) STRICT`,
			`PRIMARY "p" [b] "PRIMARY KEY(b)"` + "\n" + `REFERENCES "f" [b] "FOREIGN KEY(\"b\") REFERENCES t DEFERRABLE INITIALLY DEFERRED"` + "\n" + `CHECK "" [] "CHECK(1)"`},
		{`CREATE TABLE a(b varchar(3, 4) COLLATE "x" DEFAULT -1 AS (c || ')') STORED)`, `column b collation x generated c || ')'`},
		{`CREATE TABLE a(b DEFAULT (1, 2) COLLATE x, "check" int, "b""c" COLLATE y)`, "column b collation x generated \ncolumn b\"c collation y generated "},
		{`CREATE VIRTUAL TABLE a USING fts5(b, tokenize = 'x')`, ""},
		{`CREATE TABLE a(b CHECK (`, `CHECK "" [b] "CHECK ("`},
		{``, ""},
	} {
		if diff := cmp.Diff(test.want, strings.Join(parsed(parseSQLite(test.sql)), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.sql, diff)
		}
	}
}

func parsed(table *sqliteTable) []string {
	var lines []string
	for _, name := range []string{"b", `b"c`} {
		if c := table.columns[name]; c != nil && (c.collation != "" || c.generated != "") {
			lines = append(lines, fmt.Sprintf("column %s collation %s generated %s", name, c.collation, c.generated))
		}
	}
	for _, c := range table.constraints {
		lines = append(lines, fmt.Sprintf("%s %q %v %q", c.kind, c.name, c.columns, c.text))
	}
	return lines
}

// FuzzParseSQLite parses anything: it ends, and what it finds stands in the text.
func FuzzParseSQLite(f *testing.F) {
	for _, sql := range []string{
		`CREATE TABLE "a" ("b" integer NOT NULL PRIMARY KEY AUTOINCREMENT, c varchar(3) COLLATE x DEFAULT 'a' UNIQUE CHECK (c > 0))`,
		`CREATE TABLE a(b, CONSTRAINT f FOREIGN KEY(b) REFERENCES [t](c) ON DELETE SET NULL MATCH x NOT DEFERRABLE, PRIMARY KEY(b) ON CONFLICT FAIL)`,
		"CREATE TABLE a(b AS (`c` + 1) -- x\n /* y */)", `(a"b'c[d`, `(a CONSTRAINT`, `(CHECK`, `(a DEFAULT`, `(FOREIGN KEY(a) REFERENCES`, `(a REFERENCES b ON`,
	} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		at := 0
		for _, token := range sqltoken.Split(sql) {
			if token.Start < at || token.End <= token.Start || sql[token.Start:token.End] != token.Text {
				t.Fatalf("token %+v after %d", token, at)
			}
			if name := token.Name(); len(name) > len(token.Text) {
				t.Errorf("the name %q of %+v is longer than its text", name, token)
			}
			at = token.End
		}
		table := parseSQLite(sql)
		for _, c := range table.constraints {
			if !strings.Contains(sql, c.text) {
				t.Errorf("constraint %+v is not in the text", c)
			}
			saysJSON(c.text)
		}
	})
}
