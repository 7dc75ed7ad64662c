package mysql_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm/mysql"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"8.0.36":                              "MySQL 8.0.36",
		"8.4.3-0ubuntu0.24.04.1":              "MySQL 8.4.3",
		"9.1.0":                               "MySQL 9.1.0",
		"8.0.36a":                             "MySQL 8.0.36",
		"10.11.6-MariaDB-0+deb12u1":           "MariaDB 10.11.6",
		"5.5.5-10.5.8-MariaDB-1:10.5.8+maria": "MariaDB 10.5.8",
		"11.4.2-MariaDB":                      "MariaDB 11.4.2",
	} {
		s, err := mysql.ParseVersion(text)
		if err != nil || s.String() != want {
			t.Errorf("ParseVersion(%q) = %v, %v, want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "8.0", "x.y.z", "8..1", "MariaDB"} {
		if s, err := mysql.ParseVersion(text); err == nil {
			t.Errorf("ParseVersion(%q) = %v without an error", text, s)
		}
	}
}

// What versions can do, as Django's features tell for them.
func TestFeatures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version string
		want    string
	}{
		{"8.0.11", "groupByKey nowait skipLocked of"},
		{"8.0.13", "groupByKey nowait skipLocked of expressionIndexes"},
		{"8.0.31", "groupByKey nowait skipLocked of intersect except expressionIndexes"},
		{"10.5.2-MariaDB", "returning groupByKey nowait intersect except selfSubquery"},
		{"10.6.0-MariaDB", "returning groupByKey nowait skipLocked intersect except selfSubquery"},
	} {
		s, err := mysql.ParseVersion(test.version)
		if err != nil {
			t.Fatal(err)
		}
		f := mysql.NewDialect(s).Features
		var got []string
		for _, feature := range []struct {
			name string
			has  bool
		}{
			{"returning", f.Returning}, {"groupByKey", f.GroupByKey}, {"nowait", f.NoWait}, {"skipLocked", f.SkipLocked}, {"of", f.ForUpdateOf},
			{"intersect", f.Intersect}, {"except", f.Except}, {"selfSubquery", f.SelfSubquery}, {"expressionIndexes", f.ExpressionIndexes},
		} {
			if feature.has {
				got = append(got, feature.name)
			}
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("features of %s (-want +got):\n%s", s, diff)
		}
	}
}

// Every function of the dialect runs and gives what Django expects.
func TestFunctions(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	args := map[string][]string{
		"CHR": {"8364"}, "CONCAT": {"'a'", "NULL", "'b'"}, "LENGTH": {"'Köln'"}, "CEIL": {"1.2"}, "STRPOS": {"'abc'", "'c'"},
		"SHA1": {"'x'"}, "SHA224": {"'x'"}, "SHA256": {"'x'"}, "SHA384": {"'x'"}, "SHA512": {"'x'"}, "ANY_VALUE": {"1"},
	}
	want := map[string]any{"CHR": "€", "CONCAT": "ab", "LENGTH": int64(4), "CEIL": int64(2), "STRPOS": int64(3),
		"SHA1": "11f6ad8ec52a2984abaafd7c3b516503785c2072"}
	for name, template := range db.Dialect().Functions {
		if template == "" {
			continue // this server has none
		}
		sql := strings.ReplaceAll(template, "%s...", strings.Join(args[name], ", "))
		for _, arg := range args[name] {
			sql = strings.Replace(sql, "%s", arg, 1)
		}
		got := one(t, db, "SELECT "+sql)[0]
		if d, ok := got.(decimal.Decimal); ok {
			got = d.IntPart()
		}
		if w, ok := want[name]; ok && got != w {
			t.Errorf("%s is %v, want %v", sql, got, w)
		}
	}
}

// Every lookup compares as Django's does.
func TestOperators(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	d := db.Dialect()
	for _, test := range []struct {
		lookup, left, right string
		want                int64
	}{
		{"exact", "'a'", "'A'", 1}, // the collation's, as in Django
		{"iexact", "'a'", "'A'", 1},
		{"contains", "'xay'", "'%A%'", 0},
		{"icontains", "'xay'", "'%A%'", 1},
		{"startswith", "'ab'", "'A%'", 0},
		{"istartswith", "'ab'", "'A%'", 1},
		{"endswith", "'ba'", "'%A'", 0},
		{"iendswith", "'ba'", `'%\\A'`, 1},
		{"regex", "'ab'", "'^A'", 0},
		{"regex", "'ab'", "'^a'", 1},
		{"iregex", "'ab'", "'^A'", 1},
		{"gt", "2", "1", 1},
		{"gte", "2", "2", 1},
		{"lt", "2", "1", 0},
		{"lte", "2", "2", 1},
	} {
		left := test.left
		if wrap := d.Wrap[test.lookup]; wrap != "" {
			left = strings.Replace(wrap, "%s", left, 1)
		}
		sql := left + " " + strings.Replace(d.Operators[test.lookup], "%s", test.right, 1)
		if got := one(t, db, "SELECT "+sql)[0]; got != test.want {
			t.Errorf("%s is %v, want %d", sql, got, test.want)
		}
	}
}

// A table with every type can be made, and every cast be written.
func TestTypes(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	d := db.Dialect()
	r := strings.NewReplacer("{max_length}", "10", "{max_digits}", "8", "{decimal_places}", "2")
	for kind, sql := range d.Types {
		column := d.Ident("the `" + kind)
		constraint := ""
		if check := d.TypeChecks[kind]; check != "" {
			constraint = " CHECK (" + strings.ReplaceAll(check, "{column}", column) + ")"
		}
		key := ""
		if d.TypeSuffixes[kind] != "" {
			key = " PRIMARY KEY"
		}
		mustExec(t, db, "CREATE TABLE "+d.Ident(kind)+" ("+column+" "+r.Replace(sql)+" NOT NULL "+d.TypeSuffixes[kind]+key+constraint+")")
		cast := d.CastTypes[kind]
		if cast == "" {
			cast = sql
		}
		value := "'1'"
		if strings.HasPrefix(kind, "Date") {
			value = "'2024-02-29'"
		}
		if kind == "JSONField" && !db.Server().MariaDB || kind == "UUIDField" || strings.Contains(kind, "IPAddress") {
			continue
		}
		one(t, db, "SELECT CAST("+value+" AS "+r.Replace(cast)+")")
	}
}
