package orm

// TableConstraint is a constraint or an index as a table in a database has it;
// package orm/introspection reads them.
type TableConstraint struct {
	Name string
	// Columns are in the order of the index; an expression has an empty name.
	Columns []string
	// PrimaryKey, Unique, Check, Exclusion and References say what it demands; an
	// index that demands nothing has none of them.
	PrimaryKey, Unique, Check, Exclusion bool
	References                           *TableReference
	// Include are further columns that a covering index stores.
	Include []string
	// Index tells whether there is an index of that name. A unique constraint has one.
	Index bool
	// Desc tells for each column whether it is in descending order; nil is none.
	Desc []bool
	// Partial tells that it is about some rows only.
	Partial bool
	// Method is PostgreSQL's access method ("btree", "gin"), MySQL's index type in lower
	// case, and "" for SQLite.
	Method string
	// Definition is the text by which the database would make it again, where it
	// knows one.
	Definition string
}

// TableReference is what a foreign key refers to.
type TableReference struct {
	Table, Column string
	// OnDelete is the rule of the database: "CASCADE", "SET NULL"; "" is none.
	OnDelete string
}
