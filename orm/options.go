package orm

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// Options collects what a model's method Meta says about the model as a whole:
// Django's class Meta. Fields are named by their address in the receiver, so that
// the compiler finds those that are gone.
//
//	func (p *Product) Meta(m *orm.Options) {
//		m.Ordering("-created")
//		m.Index(&p.Category, orm.Desc(&p.Created))
//		m.Unique("uniq_name_category", &p.Name, &p.Category)
//		m.Field(&p.Name).Help("Shown in the shop")
//	}
//
// Mistakes are collected, and told by [Check].
type Options struct {
	m       *Meta
	layout  *layout
	base    unsafe.Pointer // of the probe
	app     string
	proxyOf reflect.Type
	wrt     [2]*Field // what OrderWithRespectTo named
}

// optioned is implemented by models and abstract bases with options.
type optioned interface{ Meta(m *Options) }

// Table names the table; without it is the app's label, "_" and the name of the
// model in lower case. A comment (db_table_comment) is stored with it where the
// database can.
func (o *Options) Table(name string) { o.m.Table = name }

// TableComment is stored with the table by databases that can (db_table_comment).
func (o *Options) TableComment(text string) { o.m.Comment = text }

// Tablespace is where the table and its indexes are stored, for databases that
// have such (db_tablespace).
func (o *Options) Tablespace(name string) { o.m.Tablespace = name }

// Verbose names the model for people: one, and several; the second may be empty,
// and is then the first with an s.
func (o *Options) Verbose(one, many string) { o.m.Verbose, o.m.VerbosePlural = one, many }

// AppLabel puts the model into another app than that of its package.
func (o *Options) AppLabel(label string) { o.app = label }

// Managed tells whether migrations create and drop the table. Default true.
func (o *Options) Managed(managed bool) { o.m.Unmanaged = !managed }

// ProxyOf makes the model a proxy: it embeds model and shares its table, and has no
// columns of its own. model is a value of the other's type.
func (o *Options) ProxyOf(model any) { o.proxyOf = reflect.TypeOf(model) }

// Ordering is the order of queries that ask for none. A key is the name of a field
// or a lookup of one ("-created", "category__name", "?"), the address of a field,
// [Desc] of one, or an [Order].
func (o *Options) Ordering(keys ...any) {
	o.m.Ordering = nil
	for _, k := range keys {
		if order, ok := o.order(k); ok {
			o.m.Ordering = append(o.m.Ordering, order)
		}
	}
}

func (o *Options) order(key any) (Order, bool) {
	switch k := key.(type) {
	case string:
		name, desc := strings.CutPrefix(k, "-")
		return Order{name: name, desc: desc}, true
	case Order:
		return k, true
	case AnyExpr:
		return Order{n: k.node()}, true
	}
	ref, ok := o.part(key)
	if !ok || ref.Field == nil {
		return Order{}, false
	}
	return Order{name: ref.Field.Name, desc: ref.Desc}, true
}

// GetLatestBy names the fields that Latest and Earliest order by, with a minus for
// descending order.
func (o *Options) GetLatestBy(names ...string) { o.m.GetLatestBy = names }

// OrderWithRespectTo keeps the rows that belong to one other row in an order of
// their own. parent is the key of the other; order is a whole number of the struct,
// which is stored in Django's column _order and orders the model.
func (o *Options) OrderWithRespectTo(parent, order any) {
	p, ok1 := o.field(parent)
	f, ok2 := o.field(order)
	if ok1 && ok2 {
		o.wrt = [2]*Field{p, f}
	}
}

// DefaultRelatedName is the name of the way back to this model, for relations that
// give none. It may hold %(app_label)s and %(model_name)s.
func (o *Options) DefaultRelatedName(name string) { o.m.DefaultRelatedName = name }

// Permissions adds permissions to those to add, change, delete and view.
func (o *Options) Permissions(permissions ...Permission) {
	o.m.Permissions = append(o.m.Permissions, permissions...)
}

// DefaultPermissions replaces add, change, delete and view.
func (o *Options) DefaultPermissions(actions ...string) {
	o.m.DefaultPermissions = append([]string{}, actions...)
}

// RequiredVendor restricts the table to one kind of database: [Dialect.Name], where
// "mysql" is MariaDB, too (required_db_vendor).
func (o *Options) RequiredVendor(name string) { o.m.RequiredVendor = name }

// RequiredFeatures restricts the table to databases that have all of these features:
// names of members of [Features], such as "Arrays" (required_db_features).
func (o *Options) RequiredFeatures(names ...string) {
	for _, name := range names {
		if _, ok := reflect.TypeFor[Features]().FieldByName(name); !ok {
			o.errorf("models.N014", "There is no feature %q of databases.", name)
		}
	}
	o.m.RequiredFeatures = names
}

// SelectOnSave makes Save look whether the row is there before it updates it, for
// databases that do not tell truly how many rows an update found, such as a PostgreSQL
// trigger that returns NULL (select_on_save).
func (o *Options) SelectOnSave() { o.m.SelectOnSave = true }

// errorf notes a mistake.
func (o *Options) errorf(id, format string, args ...any) { o.m.errorf(id, "", format, args...) }

// field finds the field of the receiver at an address.
func (o *Options) field(ptr any) (*Field, bool) {
	v := reflect.ValueOf(ptr)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		o.errorf("models.N007", "Meta names a field by %T; give the address of a field of the receiver.", ptr)
		return nil, false
	}
	at := uintptr(v.Pointer()) - uintptr(o.base)
	if at < o.m.size {
		if f := o.layout.at(at, v.Type().Elem()); f != nil {
			return f, true
		}
	}
	o.errorf("models.N007", "Meta names a value of type %s that is no field of the receiver.", v.Type().Elem())
	return nil, false
}

// at finds the field of a type at an offset, also in parents.
func (l *layout) at(offset uintptr, t reflect.Type) *Field {
	for _, f := range l.fields {
		if f.offset == offset && f.GoType == t {
			return f
		}
	}
	for _, e := range l.embedded {
		if offset >= e.offset && offset < e.offset+e.m.size {
			if f := e.m.layout.at(offset-e.offset, t); f != nil {
				return f
			}
		}
	}
	return nil
}

// callMeta calls the model's method Meta, or that of its first abstract base that
// has one, with a probe.
func (l *layout) callMeta() (o *Options) {
	probe := reflect.New(l.m.Type)
	o = &Options{m: l.m, layout: l, base: probe.UnsafePointer()}
	defer func() {
		if r := recover(); r != nil {
			o.errorf("models.N008", "Meta panicked: %v.", r)
		}
	}()
	if model, ok := probe.Interface().(optioned); ok {
		if len(l.embedded) == 0 || ownMethod(probe.Type(), "Meta") {
			model.Meta(o)
			return o
		}
	}
	for _, b := range l.bases {
		if base, ok := reflect.NewAt(b.typ, unsafe.Add(o.base, b.offset)).Interface().(optioned); ok {
			base.Meta(o)
			break
		}
	}
	return o
}

// part turns what an index is made of into a column or expression.
func (o *Options) part(key any) (IndexField, bool) {
	switch k := key.(type) {
	case IndexKey:
		part, ok := o.part(k.key)
		part.Desc, part.OpClass, part.Collation = k.desc, k.opClass, k.collation
		return part, ok
	case Order:
		return IndexField{Expr: k.n, Desc: k.desc}, k.n != nil
	case string:
		name, desc := strings.CutPrefix(k, "-")
		for _, f := range o.layout.fields {
			if f.Name == name {
				return IndexField{Field: f, Desc: desc}, true
			}
		}
		o.errorf("models.E012", "An index or constraint refers to the nonexistent field %q.", name)
		return IndexField{}, false
	case AnyExpr:
		return IndexField{Expr: k.node()}, true
	}
	f, ok := o.field(key)
	if !ok {
		return IndexField{}, false
	}
	if f.Model != o.m && o.proxyOf == nil {
		o.errorf("models.E016", "An index or constraint refers to the field %q, which is not local to the model; the table of %s has it.", f.Name, f.Model.Name)
		return IndexField{}, false
	}
	return IndexField{Field: f}, true
}

func (o *Options) parts(keys []any) []IndexField {
	var parts []IndexField
	for _, k := range keys {
		if part, ok := o.part(k); ok {
			parts = append(parts, part)
		}
	}
	return parts
}

func (o *Options) columnsOf(ptrs []any) []*Field {
	var fields []*Field
	for _, p := range o.parts(ptrs) {
		if p.Field == nil {
			o.errorf("models.N009", "An index includes an expression; it can include columns alone.")
			continue
		}
		fields = append(fields, p.Field)
	}
	return fields
}

// expand fills in the placeholders of names that abstract bases give.
func (m *Meta) expand(name string) string {
	return strings.NewReplacer("%(class)s", m.modelName(), "%(model_name)s", m.modelName(),
		"%(app_label)s", strings.ToLower(m.App)).Replace(name)
}

// String returns a short description for messages.
func (p IndexField) String() string {
	if p.Field != nil {
		return p.Field.Name
	}
	return fmt.Sprintf("%T", p.Expr)
}
