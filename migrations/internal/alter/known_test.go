package alter_test

import (
	"slices"
	"strings"
)

// differences are those between Django 3.2 and this program. A kind "names" still
// compares all but the names of indexes and constraints.
var differences = []struct {
	why, database, kind string
	names               []string
}{
	{"Django does not double quotation marks in names", "*", "error", []string{"other column", "table"}},
	{"Django builds the table anew, so that its indexes get new names; here the column is renamed in place, as on other databases", "sqlite", "names", []string{
		"other column and longer", "key other column", "key other column and null", "rename key", "rename many", "many other table",
		"many to another model", "model with many", "model that many are to", "model with many to itself", "model with key to itself",
	}},
	{"Django compares the type of the key, which is integer both times, not that of the columns that refer to it", "sqlite", "schema", []string{
		"auto with keys", "auto with one-to-one", "auto with many", "parent of a child",
	}},
	{"a check keeps its name when its column gets another", "postgresql", "names", []string{"rename positive"}},
	{"Django's foreign keys that it makes anew for a column that they refer to have a shorter name than others", "postgresql mysql", "names", []string{
		"auto with keys", "auto with one-to-one", "auto with key to itself", "primary char longer with keys", "unique char longer with keys", "parent of a child",
	}},
	{"Django forgets the constraint of the table between", "postgresql mysql", "schema", []string{"auto with many"}},
	{"constraints keep their names when a model gets another", "postgresql mysql", "names", []string{
		"model with keys", "model with many", "model that many are to", "model with many to itself", "model with key to itself",
	}},
	{"on MariaDB Django loses the check of a positive number, or adds it to the table, where CREATE TABLE has it in the column", "mysql", "schema", []string{
		"positive to null", "rename positive", "positive from null with a value", "int to positive", "positive to positive big", "positive null",
	}},
	{"Django makes an index that MySQL makes itself for the foreign key", "mysql", "names", []string{"one-to-one to key", "int to key"}},
}

// known tells of what is not compared.
func known(name, database, kind string) bool {
	for _, d := range differences {
		if d.kind == kind && (d.database == "*" || strings.Contains(d.database, database)) && slices.Contains(d.names, name) {
			return true
		}
	}
	return false
}
