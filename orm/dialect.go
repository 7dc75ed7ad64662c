package orm

import "strings"

// Dialect tells how SQL is written for one kind of database: data, and a few
// functions where data does not do. A dialect does not change once it is made.
type Dialect struct {
	// Name is Django's: "sqlite", "postgresql", "mysql", "mariadb" (the last
	// two differ in features and share package orm/mysql).
	Name string
	// Quote is the quotation mark of identifiers, '"' or '`'.
	Quote byte
	// Dollar: placeholders are $1, $2, …; otherwise ?.
	Dollar bool
	// MaxName is how many bytes (characters for MySQL) a name may have; 0 is any.
	MaxName int
	// MaxParams is how many parameters a statement may have; 0 is any.
	MaxParams int

	Features Features

	// Types maps Django's internal types ("CharField") to column types, with
	// {max_length}, {max_digits}, {decimal_places} and {column} filled in.
	Types map[string]string
	// TypeSuffixes follow the column type, as AUTOINCREMENT does.
	TypeSuffixes map[string]string
	// TypeChecks are CHECK constraints of types: "{column} >= 0".
	TypeChecks map[string]string
	// CastTypes are types for CAST where they differ from Types.
	CastTypes map[string]string

	// Operators are the right-hand sides of comparisons by Django's lookup name,
	// with %s for the value: "iexact": "LIKE %s ESCAPE '\\'". Wrap holds what
	// the left side becomes: "iexact": "UPPER(%s)".
	Operators map[string]string
	Wrap      map[string]string

	// Functions maps names of SQL functions (LENGTH, CONCAT_WS, SHA256 …) to
	// templates for this database, with %s for each argument in turn or %[1]s by
	// number; %s... joins the rest with commas. A name that is missing is
	// written as NAME(arg, …); an empty template is a function that the database
	// has not.
	Functions map[string]string

	// Write renders what needs code. It gets the compiler and an expression made
	// by [Fn] whose name has no template, and tells whether it wrote it.
	Write func(c *Compiler, name string, args []Node) bool
}

// Features tells what a database can do.
type Features struct {
	Returning         bool // INSERT … RETURNING
	UpdateFrom        bool // UPDATE … FROM
	ILike             bool // ILIKE
	DistinctOn        bool
	NullsFirst        bool // ORDER BY … NULLS FIRST
	NullsSortHigh     bool // NULL comes after values in ascending order (PostgreSQL)
	GroupByKey        bool // selecting all columns of a table whose key is grouped
	AggregateFilter   bool // FILTER (WHERE …)
	ForUpdate         bool
	NoWait            bool
	SkipLocked        bool
	ForUpdateOf       bool
	ForNoKeyUpdate    bool
	Intersect         bool
	Except            bool
	ParenthesizeUnion bool // members of a UNION may stand in parentheses
	OnConflict        bool // INSERT … ON CONFLICT; without it ON DUPLICATE KEY and IGNORE
	Arrays            bool // = ANY($1) and unnest($1)
	BooleanType       bool // a type of its own, so that a condition can be a value
	TransactionalDDL  bool
	DeferredChecks    bool // DEFERRABLE INITIALLY DEFERRED
	PartialIndexes    bool
	ExpressionIndexes bool
	CoveringIndexes   bool
	NullsNotDistinct  bool // UNIQUE NULLS NOT DISTINCT
	StoredGenerated   bool
	VirtualGenerated  bool
	Comments          bool
	UpdateOrderBy     bool // UPDATE … ORDER BY (MySQL)
	SelfSubquery      bool // UPDATE and DELETE may select from their own table
	JSON              bool
	RowValues         bool // (a, b) IN (…)
	Explain           bool
	DecimalText       bool // decimals are sent as text, and expressions must cast them
}

// Ident returns the name in quotation marks. Names come from metadata, never from
// outside; a quotation mark in one is doubled.
func (d *Dialect) Ident(name string) string {
	q := string(d.Quote)
	if strings.IndexByte(name, d.Quote) >= 0 {
		name = strings.ReplaceAll(name, q, q+q)
	}
	return q + name + q
}
