package template

import (
	"reflect"
)

// Rows of models, their keys and their queries mean in templates what they mean in Django's. This
// package knows none of their types: it goes by fields and methods.

// isNullable tells whether a type is a value or null: a struct of the value and a field Valid, as
// orm.Null and those of database/sql are.
func isNullable(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() == 2 && t.Field(0).IsExported() &&
		t.Field(1).Name == "Valid" && t.Field(1).Type.Kind() == reflect.Bool
}

func readNullable(r reflect.Value) Value {
	if !r.Field(1).Bool() {
		return Value{}
	}
	return reflected(r.Field(0))
}

// keyField returns the plan of the key of a field that is a foreign key, one whose type stands for
// another object (Get) and has a field ID: book.author_id is book.Author.ID.
func keyField(t reflect.Type, a *attr) *attr {
	f := t.FieldByIndex(a.field)
	if f.Type.Kind() != reflect.Struct || typeOf(f.Type).get < 0 {
		return nil
	}
	id, ok := f.Type.FieldByName("ID")
	if !ok {
		return nil
	}
	read := fieldReader(id.Type)
	valid, nullable := f.Type.FieldByName("Valid")
	key := &attr{field: a.field, method: -1, result: id.Type}
	key.read = func(r reflect.Value) Value {
		if nullable && !r.FieldByIndex(valid.Index).Bool() {
			return Value{}
		}
		return read(r.FieldByIndex(id.Index))
	}
	return key
}

// labelField returns the plan of what a field whose type has a method Label shows: Django's
// get_status_display, of the field Status.
func labelField(t reflect.Type, a *attr) *attr {
	type labelled interface{ Label() string }
	if !t.FieldByIndex(a.field).Type.Implements(reflect.TypeFor[labelled]()) {
		return nil
	}
	return &attr{field: a.field, method: -1, result: reflect.TypeFor[string](), read: func(r reflect.Value) Value {
		return Text(r.Interface().(labelled).Label())
	}}
}

// sameRow tells whether two structs of one type have the same ID, as rows of a model are equal in
// Django. Those without one, as they are before they are saved, are not.
func sameRow(a, b Value) bool {
	x, y := a.deref(), b.deref()
	if x.Kind() != reflect.Struct || x.Type() != y.Type() {
		return false
	}
	id := typeOf(x.Type()).attr("ID")
	if id == nil || id.method >= 0 || !id.result.Comparable() {
		return false
	}
	var i, j Value
	id.ofField(x, &i)
	id.ofField(y, &j)
	return i.Truth() && Equal(i, j)
}

// truth is [Value.Truth] that asks a query whether it has rows.
func (c *Context) truth(v Value) (bool, error) {
	if v.kind != KindObject {
		return v.Truth(), nil
	}
	info := typeOf(v.ref.Type())
	if info.all < 0 {
		return v.Truth(), nil
	}
	rows, err := v.rows(c, info)
	return rows.length > 0, err
}
