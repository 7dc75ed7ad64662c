package orm

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// Types and functions that are generic over the rows of a model take the pointer to
// a row, P, and not its struct: all pointers are of one shape to the compiler, so it
// makes one body for all models, where it would make one for each. The body is kept
// small, and is not inlined into the code that each model has of it.

// rowAt returns the row at an address.
func rowAt[P any](at unsafe.Pointer) P { return *(*P)(unsafe.Pointer(&at)) }

// rowsAt returns the rows at addresses, in the same memory.
func rowsAt[P any](at []unsafe.Pointer) []P { return *(*[]P)(unsafe.Pointer(&at)) }

// addressOf returns where a row is.
func addressOf[P any](row P) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&row)) }

// addressesOf returns where rows are, in the memory of rows.
func addressesOf[P any](rows []P) []unsafe.Pointer {
	return *(*[]unsafe.Pointer)(unsafe.Pointer(&rows))
}

// errNilRow is the error of what needs a row and was given nil.
func (m *Meta) errNilRow(what string) error {
	return fmt.Errorf("orm: %s %s: the row is nil", what, m.Label())
}

// modelOf returns the linked model of rows of type P, which must be a pointer to a
// model.
func modelOf[P any]() (*Meta, error) { return modelOfType(reflect.TypeFor[P]()) }

// rowOf returns the linked model of a row, and where the row is: nil for a nil pointer.
func rowOf(row Row) (*Meta, unsafe.Pointer, error) {
	if row == nil {
		return nil, nil, errors.New("orm: the row is nil")
	}
	m, err := modelOfType(reflect.TypeOf(row))
	return m, reflect.ValueOf(row).UnsafePointer(), err
}

func modelOfType(t reflect.Type) (*Meta, error) {
	if t.Kind() != reflect.Pointer {
		return nil, fmt.Errorf("orm: %s is no row: give the address of one", t)
	}
	defined.link()
	m := defined.byType[t.Elem()]
	if m == nil {
		return nil, fmt.Errorf("orm: %s is no model that was given to orm.Define", t.Elem())
	}
	return m, m.link()
}
