package orm

import "reflect"

// A ModelState describes a model as data, without its Go struct: what migrations
// know of models (Django's ModelState). [Meta.State] takes it from a model, and
// [NewModels] makes models of it.
type ModelState struct {
	App, Name string
	// Fields are the fields of the model's own table, and its many-to-many
	// relations, in their order.
	Fields []FieldState
	// Bases are the labels of the models whose rows it extends ("shop.Place"):
	// each has a field with ParentLink. ProxyOf is the label of the model whose
	// table a proxy shares; it has no fields.
	Bases   []string
	ProxyOf string

	Table              string // "" is App_Name in lower case
	Comment            string
	Tablespace         string
	Unmanaged          bool
	RequiredVendor     string
	RequiredFeatures   []string
	Ordering           []string // names, with "-" for descending order; "?"
	GetLatestBy        []string
	OrderWithRespectTo string // the key that its field of type OrderWrt belongs to
	UniqueTogether     [][]string
	Indexes            []IndexState
	Constraints        []ConstraintState
}

// A FieldState describes a field as data. The zero value of a member is the usual.
type FieldState struct {
	Name string
	// Type is Django's internal type: "CharField", "ForeignKey", "ManyToManyField";
	// "CustomField" for GoType, and "OrderWrt" for Django's column _order.
	Type string
	// Column is its column, where it is not the name, or the name and "_id".
	Column string
	// GoType is the type of a CustomField.
	GoType reflect.Type

	Null, PrimaryKey, Unique, Index     bool
	MaxLength, MaxDigits, DecimalPlaces int
	Size                                int // most elements of an array; 0 is any number
	Collation, Comment, Tablespace      string
	AutoNow, AutoNowAdd                 bool
	// DBDefault is the default that the database knows, or nil.
	DBDefault AnyExpr
	// Generated is the expression of a column that the database computes, or nil;
	// Virtual: when it is read.
	Generated AnyExpr
	Virtual   bool

	// Of relations. To and Through are labels: "shop.Category".
	To                            string
	ToField                       string
	OnDelete                      OnDelete
	RelatedName, RelatedQueryName string
	NoConstraint, ParentLink      bool
	Through                       string
	ThroughFields                 [2]string
	DBTable                       string // of a many-to-many relation without Through
	NotSymmetrical                bool
}

// An IndexState describes an index as data.
type IndexState struct {
	Name string
	// Fields are names, with "-" for descending order; Keys stands in its place
	// where one needs more.
	Fields     []string
	Keys       []KeyState
	Where      Pred
	Include    []string
	Using      string
	With       map[string]string
	Tablespace string
}

// A KeyState is one key of an index or constraint: a field or an expression.
type KeyState struct {
	Field     string
	Expr      AnyExpr
	Desc      bool
	OpClass   string
	Collation string
}

// A ConstraintState describes a constraint as data.
type ConstraintState struct {
	Kind ConstraintKind
	Name string
	// Check is the condition of a CheckConstraint.
	Check Pred
	// Fields and Keys are those of the others, as in [IndexState].
	Fields           []string
	Keys             []KeyState
	Operators        []string // of an ExclusionConstraint, one per key
	Where            Pred
	Include          []string
	Deferrable       Deferrable
	NullsNotDistinct bool
	Using            string
}
