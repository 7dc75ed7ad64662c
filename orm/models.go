package orm

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// A ModelSet holds models that were made of data, apart from those of the program: the
// models of migrations, which are as they were at one point of the history.
type ModelSet struct{ r *registry }

// NewModels makes models of states. Rows of them are [Record]s. A relation to a model
// that is not among them is an error of [ModelSet.Check] and of every use of the model.
func NewModels(states []*ModelState) *ModelSet {
	b := &modelMaker{registry: newRegistry(), states: map[string]*ModelState{}, made: map[string]*Meta{}}
	for _, s := range states {
		b.states[strings.ToLower(s.Label())] = s
	}
	for _, s := range states {
		b.model(s, nil)
	}
	b.registry.link()
	return &ModelSet{b.registry}
}

// All returns the models, each after those that it extends, without those of automatic
// many-to-many tables.
func (m *ModelSet) All() []*Meta {
	return slices.DeleteFunc(slices.Clone(m.r.models), func(m *Meta) bool { return m.AutoCreated })
}

// Get returns the model of an app, and whether there is one. Names of models are
// compared without regard to case, as in Django.
func (m *ModelSet) Get(app, name string) (*Meta, bool) {
	meta, ok := m.r.byLabel[strings.ToLower(app+"."+name)]
	return meta, ok
}

// Check returns the first mistake of each model, or nil.
func (m *ModelSet) Check() error {
	for _, meta := range m.r.models {
		if err := meta.link(); err != nil {
			return err
		}
	}
	return nil
}

// Label returns "shop.Product".
func (s *ModelState) Label() string { return s.App + "." + s.Name }

// goTypes are the types of values by Django's types of fields; the rest is text.
var goTypes = map[string]reflect.Type{
	"AutoField": reflect.TypeFor[int32](), "BigAutoField": reflect.TypeFor[int64](), "SmallAutoField": reflect.TypeFor[int16](),
	"IntegerField": reflect.TypeFor[int32](), "BigIntegerField": reflect.TypeFor[int64](), "SmallIntegerField": reflect.TypeFor[int16](),
	"PositiveIntegerField": reflect.TypeFor[int32](), "PositiveBigIntegerField": reflect.TypeFor[int64](),
	"PositiveSmallIntegerField": reflect.TypeFor[int16](), "OrderWrt": reflect.TypeFor[int32](),
	"BooleanField": reflect.TypeFor[bool](), "FloatField": reflect.TypeFor[float64](), "DecimalField": reflect.TypeFor[decimal.Decimal](),
	"DateTimeField": reflect.TypeFor[time.Time](), "DateField": reflect.TypeFor[civil.Date](), "TimeField": reflect.TypeFor[civil.Time](),
	"DurationField": reflect.TypeFor[time.Duration](), "UUIDField": reflect.TypeFor[uuid.UUID](), "BinaryField": reflect.TypeFor[[]byte](),
	"JSONField": reflect.TypeFor[json.RawMessage](), "GenericIPAddressField": reflect.TypeFor[netip.Addr](),
}

// manyType is that of a many-to-many field of a model without a struct.
var manyType = reflect.TypeFor[ManyOf[*struct{}]]()

// modelMaker makes models of states. The struct of a model is made by package
// reflect: the state of a row or the structs of parents, which have one, then its fields.
type modelMaker struct {
	registry *registry
	states   map[string]*ModelState // by label in lower case
	made     map[string]*Meta
}

// model makes the model of a state, after those that it extends. path are the
// labels that led here.
func (b *modelMaker) model(s *ModelState, path []string) *Meta {
	label := strings.ToLower(s.Label())
	if m := b.made[label]; m != nil {
		return m
	}
	m := &Meta{App: s.App, Name: s.Name, Source: Source(s.Label())}
	m.root = &Path{model: m}
	b.made[label] = m
	bases := s.Bases
	if s.ProxyOf != "" {
		bases = []string{s.ProxyOf}
	}
	l := &layout{m: m, depth: map[string]int{}, removed: map[string]int{}, options: &Options{m: m}}
	l.options.layout = l
	m.layout = l
	var shape []reflect.StructField
	for i, base := range bases {
		parent := b.states[strings.ToLower(base)]
		if parent == nil || slices.Contains(path, label) {
			m.errorf("models.N013", "", "It extends %q, which is not known.", base)
			continue
		}
		p := b.model(parent, append(path, label))
		if p.Type == nil {
			m.errorf("models.N013", "", "It extends %q, which extends it.", base)
			continue
		}
		shape = append(shape, reflect.StructField{Name: fmt.Sprintf("Base%d", i), Type: p.Type})
		l.embedded = append(l.embedded, embeddedModel{m: p})
		if s.ProxyOf != "" {
			l.options.proxyOf = p.Type
		}
	}
	if len(shape) == 0 {
		shape = []reflect.StructField{{Name: "State", Type: stateType}}
	}
	for i := range s.Fields {
		b.field(l, &s.Fields[i], &shape)
	}
	b.allocate(l, shape)
	l.state = s
	b.registry.add(m)
	return m
}

// allocate gives the struct its type, and the fields their places in it.
func (b *modelMaker) allocate(l *layout, shape []reflect.StructField) {
	m := l.m
	m.Type = reflect.StructOf(shape)
	m.size = m.Type.Size()
	rows := reflect.SliceOf(m.Type)
	m.newChunk = func(n int) unsafe.Pointer { return reflect.MakeSlice(rows, n, n).UnsafePointer() }
	for i := range l.embedded {
		l.embedded[i].offset = m.Type.Field(i).Offset
	}
	first := max(len(l.embedded), 1)
	if len(l.embedded) > 0 {
		m.stateOff = l.embedded[0].m.stateOff
	}
	for i, f := range l.fields {
		f.offset = m.Type.Field(first + i).Offset
	}
}

// field adds a field of the model's own table. The link to a parent lies in the
// parent's struct: its state says only what it is called.
func (b *modelMaker) field(l *layout, s *FieldState, shape *[]reflect.StructField) {
	if s.ParentLink {
		b.parentLink(l, s)
		return
	}
	f := &Field{Model: l.m, Name: s.Name, GoName: s.Name, Type: s.Type, Column: s.Column, Null: s.Null,
		PrimaryKey: s.PrimaryKey, Unique: s.Unique || s.PrimaryKey, Index: s.Index, MaxLength: s.MaxLength, MaxDigits: s.MaxDigits,
		DecimalPlaces: s.DecimalPlaces, AutoNow: s.AutoNow, AutoNowAdd: s.AutoNowAdd, Collation: s.Collation, Comment: s.Comment,
		Tablespace: s.Tablespace, Virtual: s.Virtual, Size: s.Size, Verbose: strings.ReplaceAll(s.Name, "_", " ")}
	f.Auto = strings.HasSuffix(s.Type, "AutoField")
	f.DBDefault, f.Generated = bound(l.m, s.DBDefault), bound(l.m, s.Generated)
	switch s.Type {
	case "ForeignKey", "OneToOneField", "ManyToManyField":
		b.relation(f, s)
	default:
		f.valueType = goTypes[s.Type]
		if s.Type == "CustomField" {
			f.valueType = s.GoType
		}
		if f.valueType == nil {
			f.valueType = stringType
		}
		f.Kind = kindOf(f.valueType)
	}
	if f.Column == "" && f.Kind != KindM2M {
		f.Column = f.Name
		if f.Relation != nil {
			f.Column += "_id"
		}
	}
	f.GoType = f.valueType
	if f.Kind == KindM2M {
		f.GoType = manyType
	} else if f.Null {
		f.GoType = reflect.StructOf([]reflect.StructField{{Name: "V", Type: f.valueType}, {Name: "Valid", Type: reflect.TypeFor[bool]()}})
		f.nullOff = f.GoType.Field(1).Offset
	}
	*shape = append(*shape, reflect.StructField{Name: fmt.Sprintf("F%d", len(*shape)), Type: f.GoType})
	l.fields = append(l.fields, f)
}

// relation gives a field its relation.
func (b *modelMaker) relation(f *Field, s *FieldState) {
	f.target.label, f.target.toName = s.To, s.ToField
	r := &Relation{Kind: ManyToOne, Name: f.Name, Accessor: f.Name, From: f.Model, Field: f, OnDelete: s.OnDelete,
		RelatedName: s.RelatedName, QueryName: s.RelatedQueryName, NoConstraint: s.NoConstraint}
	f.Relation = r
	switch s.Type {
	case "ManyToManyField":
		r.Kind, f.Kind, f.valueType = ManyToManyRel, KindM2M, nil
		r.throughTable, r.throughRef.label, r.throughFields, r.Symmetrical = s.DBTable, s.Through, s.ThroughFields, !s.NotSymmetrical
		return
	case "OneToOneField":
		r.Kind, f.Unique = OneToOneRel, true
	}
	f.Index = true
	f.valueType = b.keyType(f.Model.App, s, 0)
	f.Kind = kindOf(f.valueType)
}

// maxKeys is how long a chain of keys that are keys may be.
const maxKeys = 32

// keyType returns the type of the column that a key refers to.
func (b *modelMaker) keyType(app string, s *FieldState, depth int) reflect.Type {
	int64Type := reflect.TypeFor[int64]()
	label := s.To
	if !strings.Contains(label, ".") {
		label = app + "." + label
	}
	to := b.states[strings.ToLower(label)]
	if to == nil || depth > maxKeys {
		return int64Type // told when the model is linked
	}
	if to.ProxyOf != "" {
		return b.keyType(to.App, &FieldState{To: to.ProxyOf, ToField: s.ToField}, depth+1)
	}
	for i := range to.Fields {
		f := &to.Fields[i]
		if s.ToField == "" && !f.PrimaryKey && !f.ParentLink || s.ToField != "" && f.Name != s.ToField {
			continue
		}
		switch {
		case f.Type == "ForeignKey" || f.Type == "OneToOneField":
			return b.keyType(to.App, f, depth+1)
		case f.Type == "CustomField":
			return f.GoType
		case goTypes[f.Type] != nil:
			return goTypes[f.Type]
		}
		return stringType
	}
	return int64Type
}

// parentLink takes what the key to a parent says beside its name.
func (b *modelMaker) parentLink(l *layout, s *FieldState) {
	for i := range l.embedded {
		e := &l.embedded[i]
		if !strings.EqualFold(e.m.Label(), s.To) {
			continue
		}
		if name := e.m.modelName() + "_ptr"; s.Name != name {
			l.m.errorf("models.N013", "", "Its key to %s is called %q; it must be %q.", s.To, s.Name, name)
		}
		e.tag = tag{"related_name": s.RelatedName, "related_query_name": s.RelatedQueryName, "column": s.Column}
		for rule, onDelete := range onDeleteRules {
			if onDelete == s.OnDelete {
				e.tag["on_delete"] = rule
			}
		}
		return
	}
	l.m.errorf("models.N013", "", "Its field %q links to %q, which it does not extend.", s.Name, s.To)
}

// takeState is callMeta for a model that was made of a state.
func (l *layout) takeState() *Options {
	m, s, o := l.m, l.state, l.options
	m.Table, m.Comment, m.Tablespace, m.Unmanaged, m.RequiredVendor = s.Table, s.Comment, s.Tablespace, s.Unmanaged, s.RequiredVendor
	m.GetLatestBy, m.RequiredFeatures = s.GetLatestBy, s.RequiredFeatures
	for _, name := range s.Ordering {
		if order, ok := o.order(name); ok {
			m.Ordering = append(m.Ordering, order)
		}
	}
	for _, names := range s.UniqueTogether {
		o.UniqueTogether(anys(names)...)
	}
	for _, i := range s.Indexes {
		o.AddIndex(IndexOptions{Name: i.Name, Where: boundPred(m, i.Where), Include: anys(i.Include), Using: i.Using, With: i.With,
			Tablespace: i.Tablespace}, stateKeys(m, i.Fields, i.Keys)...)
	}
	for _, c := range s.Constraints {
		c.add(o)
	}
	if s.OrderWithRespectTo != "" {
		l.orderedBy(s.OrderWithRespectTo)
	}
	return o
}

func (c *ConstraintState) add(o *Options) {
	where, keys := boundPred(o.m, c.Where), stateKeys(o.m, c.Fields, c.Keys)
	switch c.Kind {
	case CheckConstraint:
		o.AddCheck(CheckOptions{Name: c.Name, Check: boundPred(o.m, c.Check)})
	case UniqueConstraint:
		o.AddUnique(UniqueOptions{Name: c.Name, Where: where, Include: anys(c.Include), Deferrable: c.Deferrable,
			NullsNotDistinct: c.NullsNotDistinct}, keys...)
	case ExclusionConstraint:
		o.AddExclusion(ExclusionOptions{Name: c.Name, Operators: c.Operators, Using: c.Using, Where: where, Include: anys(c.Include),
			Deferrable: c.Deferrable}, keys...)
	}
}

// orderedBy finds the two fields of order_with_respect_to.
func (l *layout) orderedBy(parent string) {
	wrt := [2]*Field{}
	for _, f := range l.fields {
		if f.Name == parent {
			wrt[0] = f
		}
		if f.Type == "OrderWrt" {
			wrt[1] = f
		}
	}
	if wrt[0] == nil || wrt[1] == nil {
		l.m.errorf("models.N013", "", "It has no field %q, or none of type OrderWrt, for its order.", parent)
		return
	}
	l.options.wrt = wrt
}

func anys(names []string) []any {
	var out []any
	for _, name := range names {
		out = append(out, name)
	}
	return out
}

// stateKeys returns keys as Options take them.
func stateKeys(m *Meta, names []string, keys []KeyState) []any {
	out := anys(names)
	for _, k := range keys {
		var key any = k.Field
		if k.Expr != nil {
			key = Order{n: bound(m, k.Expr)}
		}
		out = append(out, IndexKey{key: key, desc: k.Desc, opClass: k.OpClass, collation: k.Collation})
	}
	return out
}

// bound returns the node of an expression of a state, whose names are those of m's fields.
func bound(m *Meta, e AnyExpr) Node {
	if e == nil {
		return nil
	}
	switch n := e.node().(type) {
	case nil:
		return nil
	case *valNode, *literalNode:
		return n
	case *fNode:
		return column(m.root, n.name)
	default:
		return &boundNode{n, m.root}
	}
}

func boundPred(m *Meta, p Pred) Pred { return Pred{bound(m, p)} }

// boundNode is an expression of a model that was made of data: F names its fields.
type boundNode struct {
	n    Node
	root *Path
}

func (n *boundNode) walk(f func(Node)) { f(n.n) }

func (n *boundNode) write(c *Compiler) {
	before := c.root
	c.root = n.root
	c.condition(n.n)
	c.root = before
}
