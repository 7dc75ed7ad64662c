package orm

import (
	"reflect"
	"unsafe"
)

// Meta describes a model: its table, fields, relations and options. It is made
// by [Define] from the struct, linked with the other models when it is first
// used, and read-only from then on.
type Meta struct {
	App  string // the app's label: "shop"
	Name string // the struct's name: "Product"
	// Table is the name of the table: "shop_product" unless Options.Table says
	// another.
	Table string
	Type  reflect.Type // the struct; nil for models that migrations make of data
	// Source is the place that declares the model.
	Source Source

	// Fields are the columns in the order of the table, those of abstract bases
	// where the base is embedded. The columns of a parent (multi-table
	// inheritance) are not among them: they belong to Parents.
	Fields []*Field
	// ManyToMany are the fields of type [M2M], which have no column.
	ManyToMany []*Field
	// Generic are the fields of type [GenericRelation], which have no column, those
	// of parent models too: for rows of a child they are relations of the child.
	Generic []*Field
	// PK is the primary key, and for a composite key its first part.
	PK *Field
	// PKs are the parts of the primary key.
	PKs []*Field
	// Parents are the fields that link to parent models (multi-table inheritance).
	Parents []*Field
	// Proxy is the model whose table this one shares, or nil.
	Proxy *Meta

	// What Options said.
	Verbose, VerbosePlural string
	Ordering               []Order
	Indexes                []*Index
	Constraints            []*Constraint
	UniqueTogether         [][]*Field
	GetLatestBy            []string
	OrderWithRespectTo     *Field
	Permissions            []Permission
	DefaultPermissions     []string // nil: add, change, delete, view
	Unmanaged              bool     // the table is not ours to create (managed = False)
	Comment                string
	Tablespace             string
	RequiredVendor         string   // Dialect.Name of the only kind of database that has the table
	RequiredFeatures       []string // of [Features], without which there is no table
	SelectOnSave           bool     // Save looks for the row before it updates it
	DefaultRelatedName     string
	AutoCreated            bool // the table of an M2M without a model of its own

	byName    map[string]*Field    // by name and attribute ("category", "category_id", "pk")
	relations map[string]*Relation // by query name, forward and reverse
	root      *Path
	incoming  []*Field // keys of all models that point here, hidden ones and links of children too
	linked    linkState
	problems  []problem
	layout    *layout // while models are linked

	// Memory of the struct: see scan.go.
	size       uintptr
	stateOff   uintptr // of State
	newChunk   func(n int) unsafe.Pointer
	scanPlan   []scanStep
	many       []manyField
	stateless  bool // the struct does not embed State
	fetchHook  bool // it is an AfterFetcher
	layoutOnce layoutState
	plans      planCache
	writes     sharedMap // planKey → *writePlan
}

// Label returns "shop.Product".
func (m *Meta) Label() string { return m.App + "." + m.Name }

// Permission is an extra permission of a model, beside add, change, delete and view.
type Permission struct{ Codename, Name string }

// Kind is how a field's value lies in memory.
type Kind uint8

// Kinds of fields. A named type has the kind of its underlying type.
const (
	KindInvalid Kind = iota
	KindBool
	KindInt // int
	KindInt8
	KindInt16
	KindInt32
	KindInt64
	KindUint
	KindUint8
	KindUint16
	KindUint32
	KindUint64
	KindFloat32
	KindFloat64
	KindString
	KindBytes
	KindTime      // time.Time
	KindDate      // civil.Date
	KindTimeOfDay // civil.Time
	KindDuration  // time.Duration
	KindUUID      // [16]byte
	KindDecimal   // decimal.Decimal
	KindIP        // netip.Addr
	KindJSON      // JSON[T], json.RawMessage
	KindCustom    // a type with methods of [CustomField]
	KindM2M       // no column: M2M, GenericRelation
)

// Field describes one field of a model. Type is Django's internal type, which
// decides the type of the column.
type Field struct {
	Model  *Meta
	Name   string // "category"
	GoName string // "Category"
	Column string // "category_id"; empty for M2M and GenericRelation
	Type   string // "ForeignKey", "CharField", …
	Kind   Kind   // of the value; for relations, of the key
	GoType reflect.Type

	Null          bool // Null[T] and the Null… relations
	Blank         bool // may be empty in validation
	PrimaryKey    bool
	AutoCreated   bool // nobody declared it: links to parents, keys of automatic tables
	Auto          bool // the database makes the key
	Unique        bool
	Index         bool // db_index
	MaxLength     int
	MaxDigits     int
	DecimalPlaces int
	Size          int // most elements of an array; 0 is any number
	AutoNow       bool
	AutoNowAdd    bool
	Collation     string
	Comment       string
	Protocol      string           // of GenericIPAddressField: "both", "IPv4", "IPv6"
	AllowUnicode  bool             // of SlugField
	UnpackIPv4    bool             // of GenericIPAddressField: ::ffff:192.0.2.1 is stored as 192.0.2.1
	FilePath      *FilePathOptions // of FilePathField, or nil

	// Default makes the value that New gives, or is nil.
	Default func() any
	// DBDefault is the default that the database knows, or nil.
	DBDefault Node
	// Generated is the expression of a column that the database computes, or nil.
	Generated Node
	// Virtual: a generated column is computed when it is read, not stored.
	Virtual bool

	Verbose        string // "category" unless said otherwise
	Help           string
	Choices        []Choice
	Validators     []func(value any) error
	NotEditable    bool
	Tablespace     string // of its index
	ErrorMessages  map[string]string
	UniqueForDate  string // name of a date field
	UniqueForMonth string
	UniqueForYear  string
	LimitChoicesTo Pred
	NotInForms     bool
	// Lookups and Transforms are the field's own, for lookups in text (Django's
	// register_lookup); see [CustomLookups] for those of a type.
	Lookups    map[string]func(left AnyExpr, value any) (Pred, error)
	Transforms map[string]func(left AnyExpr) (TypedExpr, error)
	Bilateral  map[string]bool // transforms that are applied to the value, too

	// Relation is set for ForeignKey, OneToOneField, ManyToManyField and GenericRelation.
	Relation *Relation

	offset    uintptr      // in the struct of Model
	depth     int          // of the embedded structs around it
	parentOff uintptr      // of the parent, where the field links to one
	valueType reflect.Type // of the value without Null or of the key
	typed     bool         // an FK or one like it, which can hold the object; else the bare key
	nullOff   uintptr      // of Null[T].Valid, from the field
	objOff    uintptr      // of a relation's loaded object, from the field
	linkOff   uintptr      // of a relation's *link, from the field
	target    targetRef
}

// Choice is one of a field's allowed values with its text; Group is the heading
// that it stands under, if any.
type Choice struct {
	Value any
	Label string
	Group string
}

// Attr returns Django's attribute name: "category_id" for a key, else Name.
func (f *Field) Attr() string {
	if f.Relation != nil && f.Column != "" {
		return f.Name + "_id"
	}
	return f.Name
}

// String returns "shop.Product.category".
func (f *Field) String() string { return f.Model.Label() + "." + f.Name }

// targetRef names the model that a relation points to, before it is linked.
type targetRef struct {
	typ    reflect.Type // of FK[T]
	label  string       // of the tag fk=auth.User
	toName string       // to_field
}

// OnDelete is what happens to rows whose key points to a deleted row.
type OnDelete uint8

// The rules, as in Django. DBCascade, DBSetNull and DBSetDefault are left to the
// database.
const (
	Cascade OnDelete = iota
	Protect
	Restrict
	SetNull
	SetDefault
	SetValue
	DoNothing
	DBCascade
	DBSetNull
	DBSetDefault
)

// RelationKind is the kind of a relation, seen from Relation.From.
type RelationKind uint8

// Kinds of relations.
const (
	ManyToOne     RelationKind = iota // ForeignKey, forward
	OneToOneRel                       // OneToOneField, forward
	OneToMany                         // ForeignKey, reverse
	OneToOneBack                      // OneToOneField, reverse
	ManyToManyRel                     // ManyToManyField, forward or reverse
	GenericMany                       // GenericRelation: rows that point here by content type and key
	GenericBack                       // the same, seen from those rows; only for conditions
)

// Relation is one direction of a relation between two models.
type Relation struct {
	Kind RelationKind
	// Name is what lookups call it: "category", "products" (related_query_name,
	// related_name, or the model's name in lower case).
	Name string
	// Accessor is what instances call it: "products" or "product_set"; "" when
	// hidden (related_name=+).
	Accessor string
	From, To *Meta
	Reverse  bool
	// Field is the field that declares the relation.
	Field *Field
	// Inverse is the other direction. A hidden one (related_name=+, and the
	// relations of automatic M2M tables) is in From's relations too, under a name that
	// begins with +, so that no lookup finds it.
	Inverse *Relation
	// ToField is the column that a key refers to: usually the primary key of the
	// target.
	ToField *Field

	OnDelete     OnDelete
	OnDeleteTo   func() any // value of SetValue
	NoConstraint bool       // db_constraint=false
	ParentLink   bool       // the link to a parent model
	RelatedName  string
	QueryName    string // related_query_name

	// Of generic relations: the fields of the rows that point, by which they do.
	ContentType, ObjectID *Field

	// Of many-to-many relations.
	Through       *Meta
	ThroughFrom   *Field // key of Through to From
	ThroughTo     *Field // key of Through to To
	Symmetrical   bool
	parent        *Relation // of a parent model, that this one is inherited from
	throughTable  string    // db_table
	throughFields [2]string
	throughRef    targetRef
	genericFields [2]string // content_type, object_id

	hops []hop
}

// Many tells whether one row has several related rows.
func (r *Relation) Many() bool {
	return r.Kind == OneToMany || r.Kind == ManyToManyRel || r.Kind == GenericMany
}

// hop is one join of a relation.
type hop struct {
	to         *Meta
	from, into *Field // the columns that are equal: on the left, and of to
	many       bool
	forward    bool // along a key, so that into is what the key says
	nullable   bool // a row may have no partner
	text       bool // from is a number, and into text
	// extra writes a further condition on the two tables, or is nil.
	extra func(c *Compiler, left, right string)
	// filter is the filtered relation whose condition the join has, and origin the
	// join that this one is a copy of; or nil.
	filter *Path
	origin *hop
}

// same tells whether h joins what o joins: the link to a parent is the beginning of
// every relation inherited from it.
func (h *hop) same(o *hop) bool {
	h, o = h.original(), o.original()
	return h == o || !h.many && !o.many && h.from == o.from && h.into == o.into && h.plain() && o.plain()
}

func (h *hop) original() *hop {
	if h.origin != nil {
		return h.origin
	}
	return h
}

// plain tells whether nothing but the two columns decides.
func (h *hop) plain() bool { return h.extra == nil && h.filter == nil }

// sameKey tells whether the table before has the value of f, a column of h.to.
func (h *hop) sameKey(f *Field) bool { return h.forward && h.into == f && h.plain() }

// Index is an index of a model.
type Index struct {
	Name    string // Django's hashed name unless given
	Fields  []IndexField
	Where   Pred     // of a partial index
	Include []*Field // of a covering index
	// Using is the method, as PostgreSQL's gin; empty for the database's default.
	Using      string
	With       map[string]string // storage parameters
	Tablespace string
}

// IndexField is a column or an expression of an index or constraint.
type IndexField struct {
	Field     *Field
	Expr      Node // where Field is nil
	Desc      bool
	OpClass   string
	Collation string
}

// ConstraintKind is the kind of a constraint.
type ConstraintKind uint8

// Kinds of constraints.
const (
	CheckConstraint ConstraintKind = iota
	UniqueConstraint
	ExclusionConstraint // PostgreSQL
)

// Deferrable tells when a constraint is checked.
type Deferrable uint8

// When a constraint is checked.
const (
	NotDeferrable Deferrable = iota
	DeferredInitially
	ImmediateInitially
)

// Constraint is a constraint of a model.
type Constraint struct {
	Kind             ConstraintKind
	Name             string
	Check            Pred // of CheckConstraint
	Fields           []IndexField
	Operators        []string // of ExclusionConstraint, one per field
	Where            Pred     // of partial unique and exclusion constraints
	Include          []*Field
	Deferrable       Deferrable
	NullsNotDistinct bool
	Using            string
	// Message is what validation says; Code is its code.
	Message, Code string
}
