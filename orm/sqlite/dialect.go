package sqlite

import "github.com/nuages-web/nuages/orm"

// Dialect returns how SQL is written for SQLite. Column types, comparisons and
// functions are those of Django's backend, so both frameworks can use one file.
// As in Django, contains, startswith and endswith do not mind the capitals of
// ASCII, since LIKE does not.
func Dialect() *orm.Dialect {
	const positive = "{column} >= 0"
	return &orm.Dialect{
		Name:         name,
		Quote:        '"',
		MaxParams:    maxParams,
		Features:     features(),
		Types:        types(),
		TypeSuffixes: map[string]string{"AutoField": "AUTOINCREMENT", "BigAutoField": "AUTOINCREMENT", "SmallAutoField": "AUTOINCREMENT"},
		TypeChecks: map[string]string{
			"PositiveBigIntegerField": positive, "PositiveIntegerField": positive, "PositiveSmallIntegerField": positive,
			"JSONField": "(JSON_VALID({column}) OR {column} IS NULL)",
		},
		// A column of type date or datetime has numeric affinity, and CAST to it
		// would keep the year only.
		CastTypes: map[string]string{
			"DateField": "TEXT", "DateTimeField": "TEXT", "TimeField": "TEXT", "CharField": "TEXT", "DecimalField": "NUMERIC",
		},
		Operators: operators(),
		Functions: templates(),
		Write:     write,
	}
}

func features() orm.Features {
	return orm.Features{
		Returning: true, UpdateFrom: true, NullsFirst: true, GroupByKey: true, AggregateFilter: true,
		Intersect: true, Except: true, OnConflict: true,
		BooleanType:      true, // a condition is 1 or 0
		TransactionalDDL: true, DeferredChecks: true, PartialIndexes: true, ExpressionIndexes: true,
		StoredGenerated: true, VirtualGenerated: true,
		SelfSubquery: true, JSON: true, RowValues: true, Explain: true, DecimalText: true,
	}
}

// types are Django's data_types.
func types() map[string]string {
	return map[string]string{
		"AutoField":                 "integer",
		"BigAutoField":              "integer",
		"SmallAutoField":            "integer",
		"BinaryField":               "BLOB",
		"BooleanField":              "bool",
		"CharField":                 "varchar({max_length})",
		"DateField":                 "date",
		"DateTimeField":             "datetime",
		"DecimalField":              "decimal",
		"DurationField":             "bigint",
		"EmailField":                "varchar({max_length})",
		"FileField":                 "varchar({max_length})",
		"FilePathField":             "varchar({max_length})",
		"ImageField":                "varchar({max_length})",
		"FloatField":                "real",
		"IntegerField":              "integer",
		"BigIntegerField":           "bigint",
		"IPAddressField":            "char(15)",
		"GenericIPAddressField":     "char(39)",
		"JSONField":                 "text",
		"PositiveBigIntegerField":   "bigint unsigned",
		"PositiveIntegerField":      "integer unsigned",
		"PositiveSmallIntegerField": "smallint unsigned",
		"SlugField":                 "varchar({max_length})",
		"SmallIntegerField":         "smallint",
		"TextField":                 "text",
		"TimeField":                 "time",
		"URLField":                  "varchar({max_length})",
		"UUIDField":                 "char(32)",
	}
}

// operators are Django's. LIKE needs its ESCAPE here, as there is none by default.
func operators() map[string]string {
	const like = `LIKE %s ESCAPE '\'`
	return map[string]string{
		"exact": "= %s", "gt": "> %s", "gte": ">= %s", "lt": "< %s", "lte": "<= %s",
		"iexact": like, "contains": like, "icontains": like, "startswith": like, "istartswith": like,
		"endswith": like, "iendswith": like,
		"regex": "REGEXP %s", "iregex": "REGEXP '(?i)' || %s",
	}
}

// templates are the functions that SQLite writes in another way.
func templates() map[string]string {
	return map[string]string{
		"CHR": "CHAR(%s)", "ASCII": "UNICODE(%s)", "ORD": "UNICODE(%s)",
		"LEFT": "SUBSTR(%s, 1, %s)", "RIGHT": "SUBSTR(%s, -1 * %s)", "SUBSTRING": "SUBSTR(%s...)",
		"STRPOS": "INSTR(%s, %s)", "GREATEST": "MAX(%s...)", "LEAST": "MIN(%s...)",
		"CEIL": "CEILING(%s)", "RANDOM": "RAND()",
		"UUID4": "UUIDV4()", "UUID7": "UUIDV7()", "RANDOM_UUID": "UUIDV4()",
	}
}

// write renders the functions that a template cannot.
func write(c *orm.Compiler, name string, args []orm.Node) bool {
	switch name {
	case "CONCAT":
		// SQLite has CONCAT since 3.44 only, and checks and generated columns
		// are read by older programs, too.
		c.SQL("(")
		for i, arg := range args {
			if i > 0 {
				c.SQL(" || ")
			}
			c.SQL("COALESCE(")
			c.Node(arg)
			c.SQL(", '')")
		}
		c.SQL(")")
	case "NOW":
		c.SQL("STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')")
	default:
		return false
	}
	return true
}
