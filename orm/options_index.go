package orm

// IndexKey is a column or expression of an index with how it is indexed. [Desc] and
// [Key] make it.
type IndexKey struct {
	key                any
	desc               bool
	opClass, collation string
}

// Key takes the address of a field or an expression for an index.
func Key(field any) IndexKey { return IndexKey{key: field} }

// Desc is [Key] in descending order.
func Desc(field any) IndexKey { return IndexKey{key: field, desc: true} }

// OpClass names the operator class, as PostgreSQL's varchar_pattern_ops.
func (k IndexKey) OpClass(name string) IndexKey { k.opClass = name; return k }

// Collate names the collation of the index.
func (k IndexKey) Collate(name string) IndexKey { k.collation = name; return k }

// IndexOptions describe an index that is more than a list of columns.
type IndexOptions struct {
	// Name of the index; default Django's hashed name. An index of expressions
	// needs one. It may hold %(app_label)s and %(class)s in an abstract base.
	Name string
	// Where restricts the index to some rows.
	Where Pred
	// Include are addresses of further fields to store in it.
	Include []any
	// Using is the method, as PostgreSQL's gin; default the database's.
	Using string
	// With are storage parameters of PostgreSQL.
	With map[string]string
	// Tablespace is where it is stored.
	Tablespace string
}

// Index adds an index of fields given by address, of [Desc] of such, or of
// expressions.
func (o *Options) Index(keys ...any) { o.AddIndex(IndexOptions{}, keys...) }

// AddIndex adds an index; see [Options.Index].
func (o *Options) AddIndex(opts IndexOptions, keys ...any) {
	parts := o.parts(keys)
	if len(parts) < len(keys) {
		return // noted already
	}
	if len(parts) == 0 {
		o.errorf("models.N009", "An index has no fields.")
		return
	}
	o.m.Indexes = append(o.m.Indexes, &Index{
		Name: opts.Name, Fields: parts, Where: opts.Where, Include: o.columnsOf(opts.Include),
		Using: opts.Using, With: opts.With, Tablespace: opts.Tablespace,
	})
}

// UniqueOptions describe a unique constraint.
type UniqueOptions struct {
	// Name of the constraint. It may hold %(app_label)s and %(class)s in an
	// abstract base.
	Name string
	// Where restricts the constraint to some rows.
	Where Pred
	// Include are addresses of further fields to store in its index.
	Include []any
	// Deferrable is when it is checked; default at once.
	Deferrable Deferrable
	// NullsNotDistinct lets one row alone have null.
	NullsNotDistinct bool
	// Message and Code are what validation says of a violation; default Django's.
	Message, Code string
}

// Unique adds a unique constraint of fields given by address, or of expressions.
func (o *Options) Unique(name string, keys ...any) { o.AddUnique(UniqueOptions{Name: name}, keys...) }

// AddUnique adds a unique constraint; see [Options.Unique].
func (o *Options) AddUnique(opts UniqueOptions, keys ...any) {
	parts := o.parts(keys)
	if len(parts) < len(keys) {
		return
	}
	if len(parts) == 0 {
		o.errorf("models.N009", "The constraint %q has no fields.", opts.Name)
		return
	}
	o.constraint(&Constraint{
		Kind: UniqueConstraint, Name: opts.Name, Fields: parts, Where: opts.Where, Include: o.columnsOf(opts.Include),
		Deferrable: opts.Deferrable, NullsNotDistinct: opts.NullsNotDistinct, Message: opts.Message, Code: opts.Code,
	})
}

// UniqueTogether is Django's older form of a unique constraint of several fields,
// named by the database's rules.
func (o *Options) UniqueTogether(fields ...any) {
	if together := o.columnsOf(fields); len(together) == len(fields) && len(fields) > 0 {
		o.m.UniqueTogether = append(o.m.UniqueTogether, together)
	}
}

// Check adds a check constraint.
func (o *Options) Check(name string, check Pred) { o.AddCheck(CheckOptions{Name: name, Check: check}) }

// CheckOptions describe a check constraint.
type CheckOptions struct {
	// Name of the constraint. It may hold %(app_label)s and %(class)s in an
	// abstract base.
	Name string
	// Check must hold for every row.
	Check Pred
	// Message and Code are what validation says of a violation; default Django's.
	Message, Code string
}

// AddCheck adds a check constraint.
func (o *Options) AddCheck(opts CheckOptions) {
	if opts.Check.n == nil {
		o.errorf("models.N009", "The constraint %q has no condition.", opts.Name)
		return
	}
	o.constraint(&Constraint{Kind: CheckConstraint, Name: opts.Name, Check: opts.Check, Message: opts.Message, Code: opts.Code})
}

// ExclusionOptions describe an exclusion constraint of PostgreSQL.
type ExclusionOptions struct {
	// Name of the constraint. It may hold %(app_label)s and %(class)s in an
	// abstract base.
	Name string
	// Operators compare the keys of two rows, one for each key: "&&", "=". No
	// two rows may give true for all.
	Operators []string
	// Using is the index's method; default gist.
	Using string
	// Where restricts the constraint to some rows.
	Where Pred
	// Include are addresses of further fields to store in its index.
	Include []any
	// Deferrable is when it is checked; default at once.
	Deferrable Deferrable
	// Message and Code are what validation says of a violation; default Django's.
	Message, Code string
}

// AddExclusion adds an exclusion constraint of fields given by address, or of
// expressions.
func (o *Options) AddExclusion(opts ExclusionOptions, keys ...any) {
	parts := o.parts(keys)
	if len(parts) < len(keys) {
		return
	}
	if len(parts) == 0 || len(parts) != len(opts.Operators) {
		o.errorf("models.N009", "The constraint %q needs one operator for each of its %d keys.", opts.Name, len(parts))
		return
	}
	if opts.Using == "" {
		opts.Using = "gist"
	}
	o.constraint(&Constraint{
		Kind: ExclusionConstraint, Name: opts.Name, Fields: parts, Operators: opts.Operators, Using: opts.Using, Where: opts.Where,
		Include: o.columnsOf(opts.Include), Deferrable: opts.Deferrable, Message: opts.Message, Code: opts.Code,
	})
}

func (o *Options) constraint(c *Constraint) {
	if c.Name == "" {
		o.errorf("models.N009", "A constraint has no name.")
		return
	}
	o.m.Constraints = append(o.m.Constraints, c)
}
