package introspection_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/introspection/internal/djangodb"
)

// ask prints what Django's introspection finds.
const ask = `
import re
inspect = connection.introspection
with connection.cursor() as cursor:
    tables = {}
    for info in inspect.get_table_list(cursor):
        constraints = {}
        for name, c in inspect.get_constraints(cursor, info.name).items():
            constraints[name] = {'columns': list(c['columns']), 'orders': c.get('orders') or [], 'references': c['foreign_key'],
                'primary_key': c['primary_key'], 'unique': c['unique'], 'check': c['check'], 'index': c['index']}
        tables[info.name] = {
            'type': info.type, 'constraints': constraints,
            'columns': [{'name': c.name, 'null': bool(c.null_ok), 'size': c.internal_size or 0, 'precision': c.precision or 0,
                'scale': c.scale or 0, 'default': c.default, 'json': getattr(c, 'has_json_constraint', False),
                'type': str(inspect.get_field_type(c.type_code, c))} for c in inspect.get_table_description(cursor, info.name)],
            'sequences': sorted(s['column'] for s in inspect.get_sequences(cursor, info.name) if s['column']),
        }
print(json.dumps(tables))
`

type djangoTable struct {
	Type        string
	Constraints map[string]djangoConstraint
	Columns     []djangoColumn
	Sequences   []string
}

type djangoConstraint struct {
	Columns, Orders, References []string
	PrimaryKey                  bool `json:"primary_key"`
	Unique, Check, Index        bool
}

type djangoColumn struct {
	Name, Type             string
	Null                   bool
	Size, Precision, Scale int
	Default                *string
	JSON                   bool
}

// TestDjango compares what we read of Django's tables with what Django reads.
func TestDjango(t *testing.T) {
	t.Parallel()
	djangodb.Each(t, func(t *testing.T, d, _ *djangodb.Database) {
		ctx := d.Context(t)
		var want map[string]djangoTable
		if err := json.Unmarshal(d.Run(t, ask), &want); err != nil {
			t.Fatal(err)
		}
		tables, err := introspection.Tables(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(tables) != len(want) || len(tables) < 20 {
			t.Errorf("got %d tables, Django has %d", len(tables), len(want))
		}
		for _, info := range tables {
			theirs, ok := want[info.Name]
			if !ok || theirs.Type != "t" || info.Kind != introspection.BaseTable {
				t.Errorf("%s is a %s, in Django's eyes %q", info.Name, info.Kind, theirs.Type)
			}
			table, err := introspection.Table(ctx, "", info.Name)
			if err != nil {
				t.Fatal(err)
			}
			vendor := t.Name()[strings.LastIndexByte(t.Name(), '/')+1:]
			if diff := cmp.Diff(djangoColumns(theirs.Columns, vendor), ourColumns(table.Columns, vendor)); diff != "" {
				t.Errorf("columns of %s (-Django +ours):\n%s", info.Name, diff)
			}
			if diff := cmp.Diff(djangoConstraints(theirs.Constraints, vendor), ourConstraints(table.Constraints, vendor)); diff != "" {
				t.Errorf("constraints of %s (-Django +ours):\n%s", info.Name, diff)
			}
			sequences, err := introspection.Sequences(ctx, "", info.Name)
			if err != nil {
				t.Fatal(err)
			}
			var columns []string
			for _, s := range sequences {
				columns = append(columns, s.Column)
			}
			if vendor == "sqlite" { // Django names any key
				if auto := slices.ContainsFunc(table.Columns, func(c introspection.Column) bool { return c.Auto }); auto != (len(columns) == 1) {
					t.Errorf("sequences of %s: %v", info.Name, columns)
				}
			} else if !slices.Equal(columns, theirs.Sequences) {
				t.Errorf("sequences of %s: got %v, want %v", info.Name, columns, theirs.Sequences)
			}
		}
	})
}

// djangoColumns and ourColumns write what both know of a column.
func djangoColumns(columns []djangoColumn, vendor string) []string {
	var lines []string
	for _, c := range columns {
		line := fmt.Sprintf("%s %s null=%v", c.Name, c.Type, c.Null)
		switch {
		case vendor == "sqlite":
		case c.Type == "CharField":
			line += fmt.Sprintf(" %d", c.Size)
		case c.Type == "DecimalField":
			line += fmt.Sprintf(" %d,%d", c.Precision, c.Scale)
		}
		lines = append(lines, line)
	}
	return lines
}

func ourColumns(columns []introspection.Column, vendor string) []string {
	var lines []string
	for _, c := range columns {
		typ := djangoType(c)
		line := fmt.Sprintf("%s %s null=%v", c.Name, typ, c.Null)
		if _, size, ok := strings.Cut(c.Type, "("); ok && vendor != "sqlite" && (typ == "CharField" || typ == "DecimalField") {
			line += " " + strings.TrimSuffix(size, ")")
		}
		lines = append(lines, line)
	}
	return lines
}

// djangoTypes are Django's fields for types of databases.
var djangoTypes = map[string]string{
	"bool": "BooleanField", "boolean": "BooleanField", "tinyint": "IntegerField",
	"smallint": "SmallIntegerField", "int": "IntegerField", "integer": "IntegerField", "bigint": "BigIntegerField",
	"decimal": "DecimalField", "numeric": "DecimalField", "real": "FloatField", "double": "FloatField", "double precision": "FloatField",
	"text": "TextField", "longtext": "TextField", "char": "CharField", "varchar": "CharField", "character varying": "CharField",
	"blob": "BinaryField", "bytea": "BinaryField", "longblob": "TextField",
	"date": "DateField", "datetime": "DateTimeField", "timestamp with time zone": "DateTimeField",
	"time": "TimeField", "time without time zone": "TimeField", "interval": "DurationField",
	"uuid": "UUIDField", "inet": "GenericIPAddressField", "jsonb": "JSONField",
}

func djangoType(c introspection.Column) string {
	base, unsigned := strings.CutSuffix(strings.ToLower(c.Type), " unsigned")
	base, _, _ = strings.Cut(base, "(")
	field := djangoTypes[base]
	switch {
	case c.JSON:
		return "JSONField"
	case c.Auto && field != "":
		return strings.Replace(field, "Integer", "Auto", 1)
	case unsigned:
		return "Positive" + field
	}
	return field
}

// djangoConstraints and ourConstraints write what both know of a constraint.
func djangoConstraints(constraints map[string]djangoConstraint, vendor string) []string {
	var lines []string
	for name, c := range constraints {
		if vendor == "sqlite" && (c.PrimaryKey || c.References != nil) || strings.HasPrefix(name, "__unnamed") {
			name = "" // Django makes them up
		}
		// Django 3.2 does not ask MariaDB for the order.
		desc := slices.Contains(c.Orders, "DESC") || vendor == "mysql" && name == "work_status_created"
		var columns []string // without those that a check of SQLite names twice
		for _, column := range c.Columns {
			if !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		}
		lines = append(lines, fmt.Sprintf("%s %q desc=%v to %v pk=%v unique=%v check=%v", name, columns, desc, c.References, c.PrimaryKey, c.Unique || c.PrimaryKey, c.Check))
	}
	slices.Sort(lines)
	return lines
}

func ourConstraints(constraints []orm.TableConstraint, vendor string) []string {
	var lines []string
	for _, c := range constraints {
		var to []string
		if c.References != nil {
			to = []string{c.References.Table, c.References.Column}
		}
		lines = append(lines, fmt.Sprintf("%s %q desc=%v to %v pk=%v unique=%v check=%v", c.Name, c.Columns, c.Desc != nil, to, c.PrimaryKey, c.Unique, c.Check))
	}
	slices.Sort(lines)
	return lines
}
