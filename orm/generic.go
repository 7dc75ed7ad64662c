package orm

import (
	"context"
	"slices"
	"unsafe"
)

// GenericRelation is the rows of T that point to a row of any model by a content
// type and a key (Django's GenericRelation; what points is what Django calls a
// GenericForeignKey, here two fields, which package contenttypes sets and follows).
// It has no column. The tag names the fields of T where they are not content_type
// and object_id, and with related_query_name what lookups from T call this model:
//
//	type Product struct {
//		orm.Model
//		Tags orm.GenericRelation[TaggedItem] `orm:"related_query_name=product"`
//	}
//
// It has the methods of an [M2M], but that Remove, Clear and Set delete the rows that
// they take away, and that deleting a row deletes those that point to it. Models are
// told apart by the table: a proxy has the rows of its model, and a child (multi-table
// inheritance) has rows of its own, not those of its parent.
type GenericRelation[T any] = GenericOf[*T]

// GenericOf is [GenericRelation] by the type of its rows, which is a pointer; see
// [QueryOf].
type GenericOf[P any] struct{ ManyOf[P] }

func (*GenericOf[P]) genericRelation() {}

// generic tells whether the field is a [GenericRelation].
func (f *Field) generic() bool { return f.Relation != nil && f.Relation.Kind == GenericMany }

// inheritGeneric gives a child the generic relations of its parents.
func (l *layout) inheritGeneric() {
	for _, e := range l.embedded {
		for _, f := range e.m.Generic {
			same := func(own *Field) bool { return own.Name == f.Name }
			if slices.ContainsFunc(l.fields, same) || slices.ContainsFunc(l.m.Generic, same) {
				continue
			}
			c := f.clone(l.m, e.offset)
			c.Relation.QueryName = "" // it leads to the parent
			l.m.Generic = append(l.m.Generic, c)
		}
	}
}

// relateGeneric enters a generic relation into both models.
func (m *Meta) relateGeneric(f *Field) {
	rel := f.Relation
	if !f.findPointers() || m.PK == nil {
		return
	}
	typed := func(c *Compiler, alias string) {
		c.Ident(alias)
		c.SQL(".")
		c.Ident(rel.ContentType.Column)
		c.SQL(" = ")
		c.contentType(rel)
	}
	text := rel.ObjectID.Kind == KindString && m.PK.Kind >= KindInt && m.PK.Kind <= KindUint64
	rel.hops = []hop{{to: rel.To, from: m.PK, into: rel.ObjectID, many: true, nullable: true, text: text,
		extra: func(c *Compiler, _, right string) { typed(c, right) }}}
	m.relations[f.Name] = rel
	name := m.expand(rel.QueryName)
	if name == "" {
		return
	}
	to := rel.To.concrete()
	hint := "Change related_query_name in the tag of the relation."
	if other := to.byName[name]; other != nil {
		f.errorf("fields.E303", hint, "Reverse query name for %q clashes with field name %q.", f, other)
		return
	}
	if other := to.relations[name]; other != nil {
		f.errorf("fields.E305", hint, "Reverse query name for %q clashes with reverse query name for %q.", f, other.Field)
		return
	}
	rel.Inverse = &Relation{
		Kind: GenericBack, Name: name, From: to, To: m, Reverse: true, Field: f, Inverse: rel, QueryName: rel.QueryName,
		ContentType: rel.ContentType, ObjectID: rel.ObjectID,
		hops: []hop{{to: m, from: rel.ObjectID, into: m.PK, nullable: true, text: text,
			extra: func(c *Compiler, left, _ string) { typed(c, left) }}},
	}
	to.relations[name] = rel.Inverse
}

// findPointers finds the fields of the rows that point.
func (f *Field) findPointers() bool {
	rel := f.Relation
	own := func(name string) *Field {
		if p := rel.To.byName[name]; p != nil && p.Model == rel.To && p.Column != "" {
			return p
		}
		return nil
	}
	rel.ContentType, rel.ObjectID = own(rel.genericFields[0]), own(rel.genericFields[1])
	hint := "Name the fields in the tag: content_type=…,object_id=…."
	switch key := rel.ContentType; {
	case rel.ObjectID == nil:
		f.errorf("contenttypes.E001", hint, "The object ID of the generic relation references the nonexistent field %q of %s.", rel.genericFields[1], rel.To.Label())
	case key == nil:
		f.errorf("contenttypes.E002", hint, "The content type of the generic relation references the nonexistent field %q of %s.", rel.genericFields[0], rel.To.Label())
	case key.Relation == nil:
		f.errorf("contenttypes.E003", "Make it an orm.FKey[contenttypes.ContentType, int32].", "%q is not a ForeignKey.", key)
	case key.Relation.To == nil: // told of the key
	case key.Relation.To.byName["app_label"] == nil || key.Relation.To.byName["model"] == nil:
		f.errorf("contenttypes.E004", "Make it an orm.FKey[contenttypes.ContentType, int32].", "%q is not a ForeignKey to \"contenttypes.ContentType\".", key)
	default:
		return true
	}
	return false
}

// contentType writes the key of the content type of the model that rel belongs to.
func (c *Compiler) contentType(rel *Relation) {
	to, of := rel.ContentType.Relation, rel.From.concrete()
	c.SQL("(SELECT ")
	c.Ident(to.ToField.Column)
	c.SQL(" FROM ")
	c.Ident(to.To.Table)
	c.SQL(" WHERE ")
	c.Ident(to.To.byName["app_label"].Column)
	c.SQL(" = ")
	c.rawArg(of.App)
	c.SQL(" AND ")
	c.Ident(to.To.byName["model"].Column)
	c.SQL(" = ")
	c.rawArg(of.modelName())
	c.SQL(")")
}

// contentTypeNode is the key of a model's content type.
type contentTypeNode struct {
	leaf
	rel *Relation
}

func (n *contentTypeNode) write(c *Compiler) { c.contentType(n.rel) }

// pointing is the condition that rows of r.To point to rows of r.From with these keys.
func (r *Relation) pointing(keys []any) Pred {
	root := r.To.root
	typed := Pred{&cmpNode{"=", &colNode{path: root, name: r.ContentType.Name}, &contentTypeNode{rel: r}}}
	objects := make([]any, len(keys))
	for i, k := range keys {
		k, err := keyFor(r.ObjectID, k)
		if err != nil {
			return Pred{&errNode{err: err}}
		}
		objects[i] = k
	}
	if len(objects) == 1 {
		return typed.And(equals(root, r.ObjectID, objects[0]))
	}
	return typed.And(oneOf(root, r.ObjectID, objects))
}

// generic is prepare along a [GenericRelation].
func (n *prefetchNode) generic(parents []unsafe.Pointer) {
	r := n.rel
	n.byKeys(keysOf(r.From, r.From.PK, parents), r.pointing)
	n.finish = func() error {
		sets := map[any][]unsafe.Pointer{}
		for _, row := range n.fetched {
			k := r.To.memoryValue(r.ObjectID, row)
			sets[k] = append(sets[k], row)
		}
		for _, parent := range parents {
			k, err := keyFor(r.ObjectID, r.From.keyAt(parent))
			if err != nil {
				return err
			}
			n.give(parent, sets[k])
		}
		return nil
	}
}

// followGeneric deletes the rows that point to deleted ones, whatever other rules say:
// no key holds them (Collector with private_fields in Django).
func (c *collector) followGeneric(ctx context.Context, r *Relation, rows []unsafe.Pointer) error {
	if !c.s.state.db.installed(r.To.concrete()) {
		return nil
	}
	q := &query{m: r.To, limit: -1, using: c.using, ordered: true}
	found, err := rowsByKeys(ctx, q, r.pointing, keysOf(r.From, r.From.PK, rows))
	if err != nil {
		return err
	}
	return c.collect(ctx, r.To, found, false)
}

// genericPointers are what point a row to the owner of a generic relation.
func (r *related) genericPointers(ctx context.Context, s *session, owner any) ([]Assignment, error) {
	typ, err := contentTypeKey(ctx, s.alias, r.rel.ContentType.Relation.To, r.rel.From)
	if err != nil {
		return nil, err
	}
	key, err := keyFor(r.rel.ObjectID, owner)
	if err != nil {
		return nil, err
	}
	set := func(f *Field, v any) Assignment {
		return Assignment{&colNode{path: r.rel.To.root, name: f.Name}, &valNode{v: v, f: f}}
	}
	return []Assignment{set(r.rel.ContentType, typ), set(r.rel.ObjectID, key)}, nil
}

// pointGeneric points a row that is not saved yet to the owner.
func (r *related) pointGeneric(ctx context.Context, s *session, row unsafe.Pointer) error {
	typ, err := contentTypeKey(ctx, s.alias, r.rel.ContentType.Relation.To, r.rel.From)
	if err != nil {
		return err
	}
	if err := setKey(r.rel.To, r.rel.ContentType, row, typ, nil); err != nil {
		return err
	}
	owner, _ := r.ownerKey()
	key, err := keyFor(r.rel.ObjectID, owner)
	if err != nil {
		return err
	}
	return setKey(r.rel.To, r.rel.ObjectID, row, key, nil)
}
