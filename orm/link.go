package orm

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// link makes the model usable: it looks at the structs of all models, calls their
// Meta methods and finds their relations, once. It is called before anything asks
// for fields or relations, after the program's packages are initialised; when that
// is done it costs one atomic load.
func (m *Meta) link() error {
	if r := m.linked.registry; r != nil && !r.linked.Load() {
		if linking() {
			return fmt.Errorf("orm: %s is used by a method Meta, before models are known; queries cannot run there", m.Label())
		}
		r.link()
	}
	return m.linked.err
}

// linking tells whether the caller runs within registry.link, which would wait for
// itself.
func linking() bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, "(*registry).linkAll") {
			return true
		}
		if !more {
			return false
		}
	}
}

func (r *registry) link() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.linked.Load() {
		return
	}
	r.linkAll()
	r.linked.Store(true)
}

func (r *registry) linkAll() {
	given := slices.Clone(r.models)
	for _, m := range given {
		if m.layout == nil {
			m.layout = r.read(m)
		}
	}
	options := make([]*Options, len(given))
	for i, m := range given {
		if m.layout.state != nil {
			options[i] = m.layout.takeState()
		} else {
			options[i] = m.layout.callMeta()
		}
		m.layout.options = options[i]
	}
	for i, m := range given {
		r.relabel(m, options[i].app)
	}
	for _, m := range given {
		m.layout.assemble()
	}
	r.relate()
	for _, m := range r.models {
		m.finish()
		m.layout = nil
	}
}

// relabel moves a model to the app that its Meta names.
func (r *registry) relabel(m *Meta, app string) {
	if app == "" || app == m.App {
		return
	}
	if r.byLabel[m.LabelLower()] == m {
		delete(r.byLabel, m.LabelLower())
	}
	m.App = app
	if other := r.byLabel[m.LabelLower()]; other != nil {
		m.errorf("models.N002", "Rename one of them.", "The app %s has another model %s, at %s.", m.App, other.Name, other.Source)
		return
	}
	r.byLabel[m.LabelLower()] = m
}

// assemble puts the fields of a model together, after those of its parents.
func (l *layout) assemble() {
	if l.assembled {
		return
	}
	l.assembled = true
	m := l.m
	for _, e := range l.embedded {
		e.m.layout.assemble()
	}
	if l.options.proxyOf != nil {
		l.assembleProxy()
		return
	}
	for _, e := range l.embedded {
		l.linkParent(e)
	}
	for _, f := range l.fields {
		if f.generic() {
			m.Generic = append(m.Generic, f)
		} else if f.Kind == KindM2M {
			m.ManyToMany = append(m.ManyToMany, f)
		} else {
			m.Fields = append(m.Fields, f)
		}
	}
	l.inheritGeneric()
	l.orderWithRespectTo()
	m.setKeys()
	if m.Table == "" {
		m.Table = strings.ToLower(m.App + "_" + m.Name)
	}
	m.index()
}

// setKeys finds the primary key: the model's own, else the link to the first parent.
func (m *Meta) setKeys() {
	for _, f := range m.Fields {
		if f.PrimaryKey {
			m.PKs = append(m.PKs, f)
		}
	}
	if len(m.PKs) == 0 && len(m.Parents) > 0 {
		m.Parents[0].PrimaryKey = true
		m.PKs = m.Parents[:1]
	}
	if len(m.PKs) == 0 {
		m.errorf("models.N011", "Embed orm.Model, or tag a field `orm:\"pk\"`.", "The model has no primary key.")
		return
	}
	m.PK = m.PKs[0]
	if len(m.PKs) > 1 {
		for _, f := range m.PKs {
			f.Unique = false // only together
		}
	}
}

// index fills byName: own fields, then those of parents that they do not hide.
func (m *Meta) index() {
	m.byName = map[string]*Field{}
	m.relations = map[string]*Relation{}
	for _, f := range slices.Concat(m.Fields, m.ManyToMany, m.Generic) {
		for _, name := range []string{f.Name, f.Attr()} {
			if other := m.byName[name]; other != nil && other != f {
				f.errorf("models.E006", "", "The field %q clashes with the field %q of the model.", f.Name, other.Name)
				continue
			}
			m.byName[name] = f
		}
	}
	if m.PK != nil {
		m.byName["pk"] = m.PK
	}
	for _, link := range m.Parents {
		if link.Relation.To == nil {
			continue
		}
		for name, f := range link.Relation.To.byName {
			if own := m.byName[name]; own == nil {
				m.byName[name] = f
			} else if own.Model == m && name == own.Name && own != link && !(own.generic() && f.generic()) {
				own.errorf("models.E006", "", "The field %q clashes with the field %q from model %q.", own.Name, f.Name, f.Model.Label())
			}
		}
	}
}

// linkParent adds the key that makes m a child of an embedded model.
func (l *layout) linkParent(e embeddedModel) {
	parent := e.m.concrete()
	name := parent.modelName() + "_ptr"
	f := &Field{
		Model: l.m, Name: name, Column: name + "_id", Type: "OneToOneField", Verbose: strings.ReplaceAll(name, "_", " "),
		Unique: true, Index: true, AutoCreated: true, NotEditable: true, parentOff: e.offset,
	}
	if c := e.tag["column"]; c != "" {
		f.Column = c
	}
	f.Relation = &Relation{
		Kind: OneToOneRel, Name: name, Accessor: name, From: l.m, To: parent, Field: f, OnDelete: onDeleteRules[e.tag["on_delete"]],
		ParentLink: true, RelatedName: e.tag["related_name"], QueryName: e.tag["related_query_name"],
	}
	if pk := parent.PK; pk != nil {
		f.Kind, f.GoType, f.valueType, f.offset = pk.Kind, pk.GoType, pk.valueType, e.offset+pk.offset
		f.nullOff, f.objOff, f.linkOff = pk.nullOff, pk.objOff, pk.linkOff
	}
	l.m.Parents = append(l.m.Parents, f)
	l.m.Fields = append(l.m.Fields, f)
}

// concrete returns the model that has the table: the model itself unless it is a proxy.
func (m *Meta) concrete() *Meta {
	for m.Proxy != nil {
		m = m.Proxy
	}
	return m
}

// assembleProxy gives a proxy the fields of the model that it embeds.
func (l *layout) assembleProxy() {
	m := l.m
	m.byName, m.relations = map[string]*Field{}, map[string]*Relation{}
	if len(l.embedded) != 1 || l.embedded[0].m.Type != l.options.proxyOf {
		m.errorf("models.N012", "Embed the model that ProxyOf names, and no other.", "The proxy does not embed the model %s.", l.options.proxyOf)
		return
	}
	if len(l.fields) > 0 {
		m.errorf("models.E017", "", "Proxy model %q contains model fields.", m.Name)
	}
	e := l.embedded[0]
	m.Proxy, m.Table, m.Unmanaged, m.Comment = e.m, e.m.Table, e.m.Unmanaged, e.m.Comment
	clones := map[*Field]*Field{}
	clone := func(fields []*Field) []*Field {
		var out []*Field
		for _, f := range fields {
			if clones[f] == nil {
				clones[f] = f.clone(m, e.offset)
			}
			out = append(out, clones[f])
		}
		return out
	}
	m.Fields, m.ManyToMany, m.Generic = clone(e.m.Fields), clone(e.m.ManyToMany), clone(e.m.Generic)
	m.Parents, m.PKs = clone(e.m.Parents), clone(e.m.PKs)
	if len(m.PKs) > 0 {
		m.PK = m.PKs[0]
	}
	m.index()
}

// clone returns a copy of f for a proxy that embeds the model of f at an offset.
func (f *Field) clone(m *Meta, offset uintptr) *Field {
	c := *f
	c.Model, c.offset, c.parentOff = m, f.offset+offset, f.parentOff+offset
	if f.Relation != nil {
		r := *f.Relation
		r.From, r.Field = m, &c
		c.Relation = &r
	}
	return &c
}

// orderWithRespectTo makes a field Django's column _order.
func (l *layout) orderWithRespectTo() {
	parent, order := l.options.wrt[0], l.options.wrt[1]
	if parent == nil {
		return
	}
	if len(l.m.Ordering) > 0 {
		l.m.errorf("models.E021", "", "'ordering' and 'order_with_respect_to' cannot be used together.")
	}
	if order.Kind < KindInt || order.Kind > KindInt64 || order.Null {
		order.errorf("fields.N007", "", "The order among the rows of one parent is stored in a whole number.")
	}
	if order.Column == order.Name {
		order.Column = "_order"
	}
	order.Type, order.NotEditable = "OrderWrt", true
	l.m.OrderWithRespectTo = parent
	l.m.Ordering = []Order{{name: order.Name}}
}

// finish fills in what depends on the names of tables and columns, and tells what
// went wrong.
func (m *Meta) finish() {
	if m.Verbose == "" {
		m.Verbose = spaced(m.Name)
	}
	if m.VerbosePlural == "" {
		m.VerbosePlural = m.Verbose + "s"
	}
	m.inheritOrdering()
	m.fetchHook = m.Type != nil && reflect.PointerTo(m.Type).Implements(afterFetcherType)
	for _, i := range m.Indexes {
		i.Name = m.expand(i.Name)
		if i.Name == "" {
			m.nameIndex(i)
		}
	}
	for _, c := range m.Constraints {
		c.Name = m.expand(c.Name)
	}
	for _, p := range m.problems {
		if p.level >= checks.Error {
			m.linked.err = fmt.Errorf("orm: %s: %s: %s (%s)", m.Source, cmp.Or(p.object, m.Label()), p.text, p.id)
			return
		}
	}
}

// inheritOrdering: proxies and children order as what they embed, unless they say so.
func (m *Meta) inheritOrdering() {
	from := m.Proxy
	if from == nil && len(m.Parents) > 0 {
		from = m.Parents[0].Relation.To
	}
	if from == nil {
		return
	}
	from.inheritOrdering()
	if m.Ordering == nil {
		m.Ordering = from.Ordering
	}
	if m.GetLatestBy == nil {
		m.GetLatestBy = from.GetLatestBy
	}
}

func (m *Meta) nameIndex(i *Index) {
	var columns []string
	for _, p := range i.Fields {
		switch {
		case p.Field == nil:
			m.errorf("models.N009", "Give it one in IndexOptions.", "An index of expressions has no name.")
			return
		case p.Desc:
			columns = append(columns, "-"+p.Field.Column)
		default:
			columns = append(columns, p.Field.Column)
		}
	}
	suffix := "idx"
	if s, ok := indexSuffixes[i.Using]; ok {
		suffix = s
	}
	i.Name = optionsIndexName(m.Table, columns, suffix)
}

// indexSuffixes end the names of PostgreSQL's indexes, as those of
// django.contrib.postgres.indexes.
var indexSuffixes = map[string]string{
	"bloom": "bloom", "brin": "brin", "btree": "btree", "gin": "gin", "gist": "gist", "hash": "hash", "spgist": "spgist",
}

// linkTo returns the relation to the parent model, or nil (multi-table inheritance).
func (m *Meta) linkTo(parent *Meta) *Relation {
	for _, f := range m.Parents {
		if f.Relation.To == parent || f.Relation.To.linkTo(parent) != nil {
			return f.Relation
		}
	}
	return nil
}
