package orm

import (
	"encoding/json"
	"reflect"
	"unsafe"
)

// Null is a value or null. The zero value is null. It reads and writes JSON as
// the value or null.
type Null[T any] struct {
	V     T
	Valid bool
}

// Some returns a Null that holds v.
func Some[T any](v T) Null[T] { return Null[T]{V: v, Valid: true} }

// Or returns the value, or other where it is null.
func (n Null[T]) Or(other T) T {
	if n.Valid {
		return n.V
	}
	return other
}

// MarshalJSON writes the value, or null.
func (n Null[T]) MarshalJSON() ([]byte, error) {
	if !n.Valid {
		return []byte("null"), nil
	}
	return json.Marshal(n.V)
}

// UnmarshalJSON reads the value, or null.
func (n *Null[T]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Null[T]{}
		return nil
	}
	if err := json.Unmarshal(b, &n.V); err != nil {
		return err
	}
	n.Valid = true
	return nil
}

func (Null[T]) inner() reflect.Type { return reflect.TypeFor[T]() }

// JSON is a field that holds any Go value as a JSON document.
type JSON[T any] struct{ V T }

// MarshalJSON writes the value.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads the value.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }

func (JSON[T]) jsonField() {}

// State is what the ORM remembers about one row: where it came from, annotations,
// prefetched relations, deferred fields. A model embeds it, usually by embedding
// [Model]. The zero value is a row that is not in the database.
type State struct{ row *rowState }

// Model is embedded by models with the usual key: a 64-bit number that the
// database makes.
type Model struct {
	ID int64 `orm:"pk,auto"`
	State
}

// FKey is a many-to-one relation to T, whose key (or to_field) is of type K; the
// key is its ID. [FK] is the usual one. The zero value points to nothing yet, and
// to save it is a violation of the foreign key.
type FKey[T any, K comparable] = KeyOf[*T, K]

// KeyOf is [FKey] by the type of the rows that it points to, which is a pointer;
// see [QueryOf].
type KeyOf[P any, K comparable] struct {
	ID   K
	obj  P
	link *link
}

// FK is a many-to-one relation to a model with the usual key.
type FK[T any] = FKey[T, int64]

// NullFKey is an [FKey] that may be null.
type NullFKey[T any, K comparable] = NullKeyOf[*T, K]

// NullKeyOf is [NullFKey] by the type of the rows that it points to, which is a
// pointer; see [QueryOf].
type NullKeyOf[P any, K comparable] struct {
	ID    K
	Valid bool
	obj   P
	link  *link
}

// NullFK is an [FK] that may be null.
type NullFK[T any] = NullFKey[T, int64]

// OneToOne is a relation to one row of T, to which no other row points.
type OneToOne[T any] = OneKeyOf[*T, int64]

// NullOneToOne is a [OneToOne] that may be null.
type NullOneToOne[T any] = NullOneKeyOf[*T, int64]

// OneToOneKey is a [OneToOne] to a model whose key is of type K.
type OneToOneKey[T any, K comparable] = OneKeyOf[*T, K]

// NullOneToOneKey is a [OneToOneKey] that may be null.
type NullOneToOneKey[T any, K comparable] = NullOneKeyOf[*T, K]

// OneKeyOf is [OneToOneKey] by the type of the rows that it points to, which is a
// pointer; see [QueryOf].
type OneKeyOf[P any, K comparable] struct{ KeyOf[P, K] }

// NullOneKeyOf is a [OneKeyOf] that may be null.
type NullOneKeyOf[P any, K comparable] struct{ NullKeyOf[P, K] }

// Obj returns the row that was fetched or set, or nil. It never queries.
//
//go:noinline
func (f *KeyOf[P, K]) Obj() P { return f.obj }

// Obj returns the row that was fetched or set, or nil. It never queries.
//
//go:noinline
func (f *NullKeyOf[P, K]) Obj() P { return f.obj }

// relField is how Define recognizes relations.
type relField interface{ relShape() relShape }

// relShape is what a relation is, and where its parts lie.
type relShape struct {
	target           reflect.Type
	obj, link, valid uintptr
	null             bool
}

func (f *KeyOf[P, K]) relShape() relShape {
	return relShape{target: reflect.TypeFor[P]().Elem(), obj: unsafe.Offsetof(f.obj), link: unsafe.Offsetof(f.link)}
}

func (f *NullKeyOf[P, K]) relShape() relShape {
	return relShape{reflect.TypeFor[P]().Elem(), unsafe.Offsetof(f.obj), unsafe.Offsetof(f.link), unsafe.Offsetof(f.Valid), true}
}

func (*OneKeyOf[P, K]) oneToOne()     {}
func (*NullOneKeyOf[P, K]) oneToOne() {}

// M2M is a many-to-many relation to T. It has no column: the pairs stand in a
// table of their own. It works on rows that are in the database; a new struct
// must be created first.
type M2M[T any] = ManyOf[*T]

// ManyOf is [M2M] by the type of its rows, which is a pointer; see [QueryOf].
type ManyOf[P any] struct{ field *Field }

func (*ManyOf[P]) m2mTarget() reflect.Type { return reflect.TypeFor[P]().Elem() }

// CustomField is implemented by the type of a field that stores itself, with
// ScanColumn on its pointer. Package orm/postgres has examples.
type CustomField interface {
	// ColumnType returns the type of the column, or an error that says which
	// databases have it.
	ColumnType(d *Dialect, f *Field) (string, error)
	// ColumnValue returns the argument of a statement; see [Conn].
	ColumnValue() (any, error)
}

// CustomScanner is the reading half of a [CustomField].
type CustomScanner interface {
	ScanColumn(rows Rows, i int) error
}
