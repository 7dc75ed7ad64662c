//lint:file-ignore ST1005 the texts are Django's

package orm

import (
	"errors"
	"fmt"
	"reflect"
)

// valueOfRow returns field f of a row, which is of the field's model or a child of it.
func valueOfRow(row Row, f *Field) (any, error) {
	v := reflect.ValueOf(row)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, errors.New("The row is missing.")
	}
	v = v.Elem()
	if want := f.Model.Type; want != nil && v.Type() != want {
		embedded := v.FieldByName(want.Name())
		if !embedded.IsValid() || embedded.Type() != want {
			return nil, fmt.Errorf("Cannot query \"%s\": Must be \"%s\" instance.", v.Type().Name(), f.Model.Name)
		}
		v = embedded
	}
	v = keyIn(v.FieldByName(f.GoName))
	if !v.IsValid() {
		return nil, fmt.Errorf("%s has no field %s.", f.Model.Name, f.GoName)
	}
	if f.Auto && v.IsZero() {
		return nil, errors.New("Model instances passed to related filters must be saved.")
	}
	return v.Interface(), nil
}

// keyIn returns the key in a relation's field, and other values as they are.
func keyIn(v reflect.Value) reflect.Value {
	if v.IsValid() && v.Kind() == reflect.Struct && isRelation(v.Type()) {
		return v.FieldByName("ID")
	}
	return v
}
