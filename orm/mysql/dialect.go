package mysql

import "github.com/nuages-web/nuages/orm"

// NewDialect returns how SQL is written for a server. It is what [DB.Dialect]
// returns, for those who only want the text of statements.
func NewDialect(s Server) *orm.Dialect {
	d := &orm.Dialect{
		Name:         "mysql",
		Quote:        '`',
		MaxName:      64,
		MaxParams:    65535, // the protocol counts them in two bytes
		Features:     features(s),
		Types:        types(),
		TypeSuffixes: map[string]string{"AutoField": "AUTO_INCREMENT", "BigAutoField": "AUTO_INCREMENT", "SmallAutoField": "AUTO_INCREMENT"},
		TypeChecks: map[string]string{
			"PositiveBigIntegerField": "{column} >= 0", "PositiveIntegerField": "{column} >= 0", "PositiveSmallIntegerField": "{column} >= 0",
		},
		CastTypes: castTypes(s),
		Operators: operators(s),
		Wrap:      map[string]string{},
		Functions: functions(s),
	}
	if s.MariaDB {
		d.Name = "mariadb"
	} else {
		// REGEXP BINARY is wrong in MySQL 8, and REGEXP_LIKE is not in MariaDB
		// (Django's regex_lookup). The operators close the parenthesis.
		d.Wrap["regex"], d.Wrap["iregex"] = "REGEXP_LIKE(%s", "REGEXP_LIKE(%s"
	}
	return d
}

// The first versions of MariaDB and MySQL that have something.
func features(s Server) orm.Features {
	return orm.Features{
		Returning: s.atLeast([3]int{10, 5, 0}, never), // of INSERT; UPDATE has none
		// MariaDB does not see that a key determines the other columns.
		GroupByKey:        !s.MariaDB || !s.FullGroupBy,
		ForUpdate:         true,
		NoWait:            s.atLeast([3]int{10, 3, 0}, [3]int{8, 0, 1}),
		SkipLocked:        s.atLeast([3]int{10, 6, 0}, [3]int{8, 0, 1}),
		ForUpdateOf:       s.atLeast(never, [3]int{8, 0, 1}),
		Intersect:         s.atLeast([3]int{10, 3, 0}, [3]int{8, 0, 31}),
		Except:            s.atLeast([3]int{10, 3, 0}, [3]int{8, 0, 31}),
		ParenthesizeUnion: true,
		BooleanType:       true, // a condition is 1 or 0
		ExpressionIndexes: s.atLeast(never, [3]int{8, 0, 13}),
		StoredGenerated:   true,
		VirtualGenerated:  true,
		Comments:          true,
		UpdateOrderBy:     true,
		SelfSubquery:      s.atLeast([3]int{10, 3, 2}, never),
		JSON:              true,
		RowValues:         true,
		Explain:           true,
	}
}

// types are Django's data_types.
func types() map[string]string {
	return map[string]string{
		"AutoField":                 "integer",
		"BigAutoField":              "bigint",
		"BinaryField":               "longblob",
		"BooleanField":              "bool",
		"CharField":                 "varchar({max_length})",
		"DateField":                 "date",
		"DateTimeField":             "datetime(6)",
		"DecimalField":              "numeric({max_digits}, {decimal_places})",
		"DurationField":             "bigint",
		"EmailField":                "varchar({max_length})",
		"FileField":                 "varchar({max_length})",
		"FilePathField":             "varchar({max_length})",
		"FloatField":                "double precision",
		"IntegerField":              "integer",
		"BigIntegerField":           "bigint",
		"IPAddressField":            "char(15)",
		"GenericIPAddressField":     "char(39)",
		"ImageField":                "varchar({max_length})",
		"JSONField":                 "json",
		"PositiveBigIntegerField":   "bigint UNSIGNED",
		"PositiveIntegerField":      "integer UNSIGNED",
		"PositiveSmallIntegerField": "smallint UNSIGNED",
		"SlugField":                 "varchar({max_length})",
		"SmallAutoField":            "smallint",
		"SmallIntegerField":         "smallint",
		"TextField":                 "longtext",
		"TimeField":                 "time(6)",
		"URLField":                  "varchar({max_length})",
		"UUIDField":                 "char(32)",
	}
}

// castTypes are Django's cast_data_types; the others can be cast to as they are,
// but for double precision, which needs a newer server.
func castTypes(s Server) map[string]string {
	casts := map[string]string{
		"AutoField":                 "signed integer",
		"BigAutoField":              "signed integer",
		"SmallAutoField":            "signed integer",
		"BinaryField":               "binary",
		"BooleanField":              "unsigned integer",
		"CharField":                 "char({max_length})",
		"DecimalField":              "decimal({max_digits}, {decimal_places})",
		"DurationField":             "signed integer",
		"EmailField":                "char({max_length})",
		"FileField":                 "char({max_length})",
		"FilePathField":             "char({max_length})",
		"FloatField":                "double",
		"ImageField":                "char({max_length})",
		"IntegerField":              "signed integer",
		"BigIntegerField":           "signed integer",
		"PositiveBigIntegerField":   "unsigned integer",
		"PositiveIntegerField":      "unsigned integer",
		"PositiveSmallIntegerField": "unsigned integer",
		"SlugField":                 "char({max_length})",
		"SmallIntegerField":         "signed integer",
		"TextField":                 "char",
		"URLField":                  "char({max_length})",
	}
	if s.MariaDB {
		casts["JSONField"] = "char" // its JSON is text
	}
	return casts
}

// operators are Django's, who compares as the collation does unless it says
// BINARY.
func operators(s Server) map[string]string {
	ops := map[string]string{
		"exact":       "= %s",
		"iexact":      "LIKE %s",
		"contains":    "LIKE BINARY %s",
		"icontains":   "LIKE %s",
		"gt":          "> %s",
		"gte":         ">= %s",
		"lt":          "< %s",
		"lte":         "<= %s",
		"startswith":  "LIKE BINARY %s",
		"endswith":    "LIKE BINARY %s",
		"istartswith": "LIKE %s",
		"iendswith":   "LIKE %s",
	}
	if s.MariaDB {
		ops["regex"], ops["iregex"] = "REGEXP BINARY %s", "REGEXP %s"
	} else {
		ops["regex"], ops["iregex"] = ", %s, 'c')", ", %s, 'i')" // Wrap has the beginning
	}
	return ops
}
