package template

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/goname"
	"github.com/nuages-web/nuages/markup"
)

// typeInfo is what the engine knows of a Go type: how a value of it is read, and the plan of each
// name that a template may ask it for. It is made once per type.
type typeInfo struct {
	typ  reflect.Type
	read func(reflect.Value) Value
	// get is the index of a method Get(context.Context) (T, error): the object stands for what it
	// returns, as a foreign key does. all is the same for All(context.Context) ([]T, error).
	get, all int
	keys     keyMode

	once  sync.Once
	attrs map[string]*attr // made when the first name is asked for
}

// keyMode says what comes before the fields and methods of a type.
type keyMode uint8

const (
	keysNone    keyMode = iota
	keysAny             // map[string]any
	keysMap             // other maps
	keysMapping         // Mapping
	keysTime            // time.Time, civil.Date, civil.Time
	keysLoop            // forloop
)

func keysOf(t reflect.Type) keyMode {
	base := t
	if base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	switch {
	case t == reflect.TypeFor[*forLoop]():
		return keysLoop
	case t.Implements(reflect.TypeFor[Mapping]()):
		return keysMapping
	case t == reflect.TypeFor[map[string]any]():
		return keysAny
	case base.Kind() == reflect.Map:
		return keysMap
	case base == timeType, base == dateType, base == clockType:
		return keysTime
	}
	return keysNone
}

// attr is the plan of one name of a type: a field, or a method.
type attr struct {
	field  []int                     // path of the field
	plain  reflect.Kind              // of a field whose type has no text of its own
	read   func(reflect.Value) Value // of the field
	method int                       // of the method set of pointers to the type, where onPtr; -1 for a field
	onPtr  bool
	call   *signature
	result reflect.Type
}

var (
	types       sync.Map // reflect.Type → *typeInfo
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
	valueType   = reflect.TypeFor[Value]()
	htmlType    = reflect.TypeFor[markup.HTML]()
	timeType    = reflect.TypeFor[time.Time]()
	dateType    = reflect.TypeFor[civil.Date]()
	clockType   = reflect.TypeFor[civil.Time]()
)

func typeOf(t reflect.Type) *typeInfo {
	if info, ok := types.Load(t); ok {
		return info.(*typeInfo)
	}
	info := &typeInfo{typ: t, read: readerOf(t), get: -1, all: -1, keys: keysOf(t)}
	if m, ok := lookupMethod(t, "Get"); ok && m.Type.NumOut() == 2 {
		info.get = m.Index
	}
	if m, ok := lookupMethod(t, "All"); ok && m.Type.NumOut() == 2 && m.Type.Out(0).Kind() == reflect.Slice {
		info.all = m.Index
	}
	actual, _ := types.LoadOrStore(t, info)
	return actual.(*typeInfo)
}

// lookupMethod finds a method name(context.Context) (T, error) of t, or of *t where t is none.
func lookupMethod(t reflect.Type, name string) (reflect.Method, bool) {
	if t.Kind() == reflect.Interface {
		return reflect.Method{}, false
	}
	if t.Kind() != reflect.Pointer {
		t = reflect.PointerTo(t)
	}
	m, ok := t.MethodByName(name)
	ok = ok && m.Type.NumIn() == 2 && m.Type.In(1) == contextType && m.Type.NumOut() == 2 && m.Type.Out(1) == errorType
	return m, ok
}

// readerOf returns the function that turns values of t into Values. Types with a text of their own
// (String, HTML, Error) stay objects, so that it is shown.
func readerOf(t reflect.Type) func(reflect.Value) Value {
	switch t {
	case valueType:
		return func(r reflect.Value) Value { v, _ := as[Value](r); return v }
	case htmlType:
		return func(r reflect.Value) Value { return HTML(markup.HTML(r.String())) }
	}
	if hasText(t) && t.Kind() != reflect.Pointer {
		return object
	}
	if isNullable(t) {
		return readNullable
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(r reflect.Value) Value { return Bool(r.Bool()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(r reflect.Value) Value { return Int(r.Int()) }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return readUint
	case reflect.Float32, reflect.Float64:
		return func(r reflect.Value) Value { return Float(r.Float()) }
	case reflect.String:
		return func(r reflect.Value) Value { return Text(r.String()) }
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return readBytes
		}
		return readNilable
	case reflect.Map, reflect.Func, reflect.Chan:
		return readNilable
	case reflect.Pointer:
		return readerOfPointer(t)
	}
	return object
}

func readUint(r reflect.Value) Value {
	if u := r.Uint(); u <= math.MaxInt64 {
		return Int(int64(u))
	}
	return object(r)
}

// readNilable keeps nil slices and maps, which are empty, and makes None of nil functions and
// channels.
func readNilable(r reflect.Value) Value {
	if k := r.Kind(); (k == reflect.Func || k == reflect.Chan) && r.IsNil() {
		return Value{}
	}
	return object(r)
}

func readBytes(r reflect.Value) Value { return Text(string(r.Bytes())) }

// referred are the kinds to which pointers stay pointers.
var referred = []reflect.Kind{reflect.Struct, reflect.Array, reflect.Map, reflect.Slice, reflect.Interface}

func readerOfPointer(t reflect.Type) func(reflect.Value) Value {
	switch kind := t.Elem().Kind(); {
	case kind == reflect.Struct && isNullable(t.Elem()) && !hasText(t):
		return func(r reflect.Value) Value {
			if r.IsNil() {
				return Value{}
			}
			return readNullable(r.Elem())
		}
	case slices.Contains(referred, kind):
		return func(r reflect.Value) Value {
			if r.IsNil() {
				return Value{}
			}
			return object(r)
		}
	}
	return func(r reflect.Value) Value {
		if r.IsNil() {
			return Value{}
		}
		return reflected(r.Elem())
	}
}

// hasText tells whether values of t say themselves how they read.
func hasText(t reflect.Type) bool {
	for _, i := range []reflect.Type{reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[markup.HTMLer](), errorType} {
		if t.Implements(i) || t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(i) {
			return true
		}
	}
	return false
}

// attr returns the plan of a name of a struct type, a pointer to one, or any type with methods; nil
// where it has none. A name is a field's or method's Go name, its snake_case form, or "get_" and the
// snake_case form of a method.
func (t *typeInfo) attr(name string) *attr {
	t.once.Do(func() { t.attrs = attrsOf(t.typ) })
	return t.attrs[name]
}

func attrsOf(t reflect.Type) map[string]*attr {
	attrs := map[string]*attr{}
	add := func(name string, a *attr) {
		if _, taken := attrs[name]; !taken {
			attrs[name] = a
		}
	}
	base := t
	if base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	fields, methods := fieldAttrs(base), methodAttrs(base)
	for _, group := range []map[string]*attr{fields, methods} {
		for name, a := range group {
			add(name, a)
		}
	}
	for _, group := range []map[string]*attr{fields, methods} {
		for name, a := range group {
			add(goname.Snake(name), a)
		}
	}
	for name, a := range methods {
		add("get_"+goname.Snake(name), a)
	}
	for name, a := range fields {
		name = goname.Snake(name)
		if id := keyField(base, a); id != nil {
			add(name+"_id", id)
		}
		if label := labelField(base, a); label != nil {
			add("get_"+name+"_display", label)
		}
	}
	if id := fields["ID"]; id != nil {
		add("pk", id)
	}
	return attrs
}

func fieldAttrs(t reflect.Type) map[string]*attr {
	attrs := map[string]*attr{}
	if t.Kind() != reflect.Struct {
		return attrs
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() {
			a := &attr{field: f.Index, read: fieldReader(f.Type), method: -1, result: f.Type}
			if !hasText(f.Type) {
				a.plain = f.Type.Kind()
			}
			attrs[f.Name] = a
		}
	}
	return attrs
}

// fieldReader returns the function that reads fields and items of a static type.
func fieldReader(t reflect.Type) func(reflect.Value) Value {
	if t.Kind() == reflect.Interface {
		return reflected
	}
	return typeOf(t).read
}

func methodAttrs(t reflect.Type) map[string]*attr {
	attrs := map[string]*attr{}
	if t.Kind() == reflect.Interface {
		return attrs
	}
	for i := range t.NumMethod() {
		m := t.Method(i)
		attrs[m.Name] = &attr{method: i, call: signatureOf(m.Type, 1)}
	}
	ptr := reflect.PointerTo(t)
	for i := range ptr.NumMethod() {
		m := ptr.Method(i)
		if attrs[m.Name] == nil {
			attrs[m.Name] = &attr{method: i, onPtr: true, call: signatureOf(m.Type, 1)}
		}
	}
	for name, a := range attrs {
		a.result = a.call.result
		a.call.refused = a.call.refused || mutators[name]
	}
	return attrs
}

// mutators are names of methods that change data, whatever they return: templates never call them
// (Django's alters_data).
var mutators = map[string]bool{
	"Save": true, "Delete": true, "Create": true, "Update": true, "Insert": true, "Upsert": true, "Remove": true, "Clear": true,
	"Refresh": true, "BulkCreate": true, "BulkUpdate": true, "GetOrCreate": true, "UpdateOrCreate": true, "Set": true, "Add": true,
	"Close": true, "Commit": true, "Rollback": true, "Truncate": true, "Drop": true, "Destroy": true, "Pop": true, "Push": true,
	"Lock": true, "Unlock": true, "TryLock": true,
}

// ofField sets *v to the field of r, which is of the plan's type or points to it. A nil embedded
// pointer on the way gives None.
func (a *attr) ofField(r reflect.Value, v *Value) {
	for r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if len(a.field) > 1 {
		f, err := r.FieldByIndexErr(a.field)
		if err != nil {
			*v = Value{}
			return
		}
		*v = a.read(f)
		return
	}
	r = r.Field(a.field[0])
	switch a.plain {
	case reflect.String:
		*v = Text(r.String())
	case reflect.Int:
		*v = Int(r.Int())
	default:
		*v = a.read(r)
	}
}

// ofMethod returns the bound method of r, which is of the plan's type or points to it.
func (a *attr) ofMethod(r reflect.Value) reflect.Value {
	for r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if !a.onPtr {
		return r.Method(a.method)
	}
	return addressable(r).Addr().Method(a.method)
}

// addressable returns r, or a copy of it that has an address.
func addressable(r reflect.Value) reflect.Value {
	if r.CanAddr() {
		return r
	}
	c := reflect.New(r.Type()).Elem()
	c.Set(r)
	return c
}
