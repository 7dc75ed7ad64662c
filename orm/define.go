package orm

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/nuages-web/nuages/checks"
)

// Source is the place that declares a model: "models.go", or "models.go:12". Generated
// code leaves the line out, so that an edit above a model leaves it as it is.
type Source string

// split returns the file and the line, 0 where it is not known.
func (s Source) split() (file string, line int) {
	i := strings.LastIndexByte(string(s), ':')
	if i < 0 {
		return string(s), 0
	}
	line, err := strconv.Atoi(string(s[i+1:]))
	if err != nil {
		return string(s), 0
	}
	return string(s[:i]), line
}

// registry holds models that may point to each other. The program's own are in
// defined; migrations have others.
type registry struct {
	linked  atomic.Bool
	mu      sync.Mutex
	models  []*Meta
	byType  map[reflect.Type]*Meta
	byLabel map[string]*Meta // in lower case
}

// defined are the models of the program. It is written while packages are
// initialised, and once more when they are linked.
var defined = newRegistry()

func newRegistry() *registry {
	return &registry{byType: map[reflect.Type]*Meta{}, byLabel: map[string]*Meta{}}
}

// linkState is where a model is registered, and what kept it from being linked.
type linkState struct {
	registry *registry
	err      error
}

// problem is a mistake in a model, as [Check] reports it. Those of level Error make
// every use of the model fail.
type problem struct {
	level          checks.Level
	id, text, hint string
	object         string // "shop.Product.name"; "" is the model
}

// Define makes the metadata of a model of an app, which is the type that row points
// to: Define((*Product)(nil), "shop", "models.go:12"). Generated code calls it for
// variables of packages. It only notes the model: the struct is looked at, and its
// method Meta called, when models are first used; mistakes are told by [Check], and
// by every use of the model.
func Define(row any, app string, source Source) *Meta {
	t := reflect.TypeOf(row)
	switch {
	case t == nil:
		t = reflect.TypeFor[any]() // which is no model, as Check tells
	case t.Kind() == reflect.Pointer:
		t = t.Elem()
	}
	return defined.define(t, app, source)
}

func (r *registry) define(t reflect.Type, app string, source Source) *Meta {
	m := &Meta{App: app, Type: t, Source: source}
	m.Name, _, _ = strings.Cut(m.Type.Name(), "[")
	m.root = &Path{model: m}
	m.size = m.Type.Size()
	rows := reflect.SliceOf(t)
	m.newChunk = func(n int) unsafe.Pointer { return reflect.MakeSlice(rows, n, n).UnsafePointer() }
	r.add(m)
	return m
}

func (r *registry) add(m *Meta) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.linked.Load() {
		m.linked.err = fmt.Errorf("orm: %s was defined after models were first used: call Define for a variable of a package", m.Label())
		return
	}
	m.linked.registry = r
	r.models = append(r.models, m)
	if m.layout == nil { // structs of package reflect are equal where their fields are
		if _, again := r.byType[m.Type]; again {
			m.errorf("models.N001", "", "%s is defined twice.", m.Type)
			return
		}
		r.byType[m.Type] = m
	}
	key := m.LabelLower()
	if other := r.byLabel[key]; other != nil {
		m.errorf("models.N002", "Rename one of them.", "The app %s has another model %s, at %s.", m.App, other.Name, other.Source)
		return
	}
	r.byLabel[key] = m
}

func (m *Meta) errorf(id, hint, format string, args ...any) {
	m.problems = append(m.problems, problem{checks.Error, id, fmt.Sprintf(format, args...), hint, ""})
}

// errorf notes a mistake of a field.
func (f *Field) errorf(id, hint, format string, args ...any) {
	f.Model.problems = append(f.Model.problems,
		problem{checks.Error, id, fmt.Sprintf(format, args...), hint, f.String()})
}

// Root returns the path of the model itself, from which generated code makes its
// columns.
func (m *Meta) Root() *Path { return m.root }

// MetaOf returns the metadata of model T, linked with the other models, or nil
// where T was not given to [Define].
func MetaOf[T any]() *Meta {
	defined.link()
	return defined.byType[reflect.TypeFor[T]()]
}

// New returns a T whose fields have their defaults: those of [FieldOptions.Default].
// Fields without one, and types that are no models, have their zero value.
func New[T any]() *T {
	p := new(T)
	if m := MetaOf[T](); m != nil {
		m.setDefaults(unsafe.Pointer(p))
	}
	return p
}

func (m *Meta) setDefaults(p unsafe.Pointer) {
	for f, offset := range m.columns() {
		if f.Default != nil {
			f.setValue(unsafe.Add(p, offset), f.Default())
		}
	}
}

// setValue writes a value to the field at p; FieldOptions.Default has checked that it fits.
func (f *Field) setValue(p unsafe.Pointer, v any) {
	dest := reflect.NewAt(f.GoType, p).Elem()
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		dest.SetZero()
		return
	}
	if value.Type().AssignableTo(f.GoType) {
		dest.Set(value)
		return
	}
	if f.Null {
		*(*bool)(unsafe.Add(p, f.nullOff)) = true
	}
	inner := reflect.NewAt(f.valueType, p).Elem() // the value comes first in Null, FKey, NullFKey
	inner.Set(value.Convert(f.valueType))
}
