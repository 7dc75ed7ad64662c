package orm

import (
	"iter"
	"reflect"
	"strings"
)

// layout is a struct while it is looked at.
type layout struct {
	m         *Meta
	fields    []*Field
	depth     map[string]int // of the structs around the field, by name
	removed   map[string]int // fields of abstract bases that orm:"-" takes away
	embedded  []embeddedModel
	bases     []abstractBase
	options   *Options
	state     *ModelState // that the model was made of, or nil
	assembled bool
}

// embeddedModel is a model embedded in another: its parent, or what it is a proxy of.
type embeddedModel struct {
	m      *Meta
	offset uintptr
	tag    tag
}

// abstractBase is an embedded struct that is no model.
type abstractBase struct {
	typ    reflect.Type
	offset uintptr
}

var (
	stateType = reflect.TypeFor[State]()
	modelType = reflect.TypeFor[Model]()
)

// read looks at the struct of m.
func (r *registry) read(m *Meta) *layout {
	l := &layout{m: m, depth: map[string]int{}, removed: map[string]int{}}
	m.stateless = true
	if m.Type.Kind() != reflect.Struct {
		m.errorf("models.N003", "", "%s is no struct.", m.Type)
		return l
	}
	l.walk(r, m.Type, 0, 0)
	kept := l.fields[:0]
	for _, f := range l.fields {
		if d, gone := l.removed[f.Name]; !gone || d >= f.depth {
			kept = append(kept, f)
		}
	}
	l.fields = kept
	if m.stateless {
		m.errorf("models.N004", "Embed orm.Model, or orm.State with a key of your own.", "%s does not embed orm.State.", m.Type)
	}
	return l
}

func (l *layout) walk(r *registry, t reflect.Type, offset uintptr, depth int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := offset + sf.Offset
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct && l.embed(r, sf, at, depth) {
			continue
		}
		if sf.Name == "_" || !sf.IsExported() {
			if _, ok := sf.Tag.Lookup("orm"); ok {
				l.m.errorf("models.N005", "Begin its name with a capital letter.", "The field %s has an orm tag, but is not exported.", sf.Name)
			}
			continue
		}
		l.field(sf, at, depth)
	}
}

// embed takes an embedded struct, and tells whether it is one of ours.
func (l *layout) embed(r *registry, sf reflect.StructField, at uintptr, depth int) bool {
	switch {
	case sf.Type == stateType:
		if l.m.stateless {
			l.m.stateless, l.m.stateOff = false, at
		}
		return true
	case isFieldType(sf.Type):
		return false
	}
	tag, skip, errs := parseTag(sf.Tag)
	if skip {
		return true
	}
	for _, err := range errs {
		l.m.errorf("models.N006", "", "%s: %v.", sf.Name, err)
	}
	if parent := r.byType[sf.Type]; parent != nil {
		l.embedded = append(l.embedded, embeddedModel{parent, at, tag})
		if off, ok := stateOffset(sf.Type); ok && l.m.stateless {
			l.m.stateless, l.m.stateOff = false, at+off
		}
		return true
	}
	if sf.Type != modelType {
		l.bases = append(l.bases, abstractBase{sf.Type, at})
	}
	l.walk(r, sf.Type, at, depth+1)
	return true
}

// stateOffset finds State in a struct.
func stateOffset(t reflect.Type) (uintptr, bool) {
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.Anonymous || sf.Type.Kind() != reflect.Struct {
			continue
		}
		if sf.Type == stateType {
			return sf.Offset, true
		}
		if off, ok := stateOffset(sf.Type); ok {
			return sf.Offset + off, true
		}
	}
	return 0, false
}

// field takes one field of the struct. A field hides those of the same name in
// structs that are embedded deeper, as in Go and as Django's models hide fields of
// their abstract bases.
func (l *layout) field(sf reflect.StructField, at uintptr, depth int) {
	f := &Field{Model: l.m, GoName: sf.Name, Name: snake(sf.Name), GoType: sf.Type, offset: at, depth: depth}
	f.Verbose = strings.ReplaceAll(f.Name, "_", " ")
	t, skip, errs := parseTag(sf.Tag)
	if skip {
		l.removed[f.Name] = depth
		return
	}
	for _, err := range errs {
		f.errorf("fields.N001", "", "%v.", err)
	}
	if err := f.setType(t); err != nil {
		f.errorf("fields.N002", "", "%v.", err)
		return
	}
	f.setOptions(t)
	if before, ok := l.depth[f.Name]; ok {
		switch {
		case before < depth:
			return
		case before == depth:
			f.errorf("models.E006", "", "The field %q clashes with another field of that name.", f.Name)
			return
		}
		l.drop(f.Name)
	}
	l.depth[f.Name] = depth
	l.fields = append(l.fields, f)
}

func (l *layout) drop(name string) {
	for i, f := range l.fields {
		if f.Name == name {
			l.fields = append(l.fields[:i], l.fields[i+1:]...)
			return
		}
	}
}

// columns yields the fields that have a column, those of parents first, with their
// offset in the struct of m. The link to a parent is where the parent's key is.
func (m *Meta) columns() iter.Seq2[*Field, uintptr] {
	return func(yield func(*Field, uintptr) bool) { m.eachColumn(0, yield) }
}

func (m *Meta) eachColumn(base uintptr, yield func(*Field, uintptr) bool) bool {
	for _, link := range m.Parents {
		if !link.Relation.To.eachColumn(base+link.parentOff, yield) {
			return false
		}
	}
	for _, f := range m.Fields {
		if !yield(f, base+f.offset) {
			return false
		}
	}
	return true
}

// offsetOf returns where field f of m, or of one of its parents, lies in the struct of m.
func (m *Meta) offsetOf(f *Field) (uintptr, bool) {
	if f.Model == m {
		return f.offset, true
	}
	for _, link := range m.Parents {
		if off, ok := link.Relation.To.offsetOf(f); ok {
			return link.parentOff + off, true
		}
	}
	return 0, false
}
