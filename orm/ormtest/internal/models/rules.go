package models

import "github.com/nuages-web/nuages/orm"

// Root is deleted, and what points to it follows one rule each.
type Root struct {
	orm.Model
	Name string `orm:"max_length=10"`
}

// ChildCascade goes with its root.
type ChildCascade struct {
	orm.Model
	Root orm.FK[Root] `orm:"on_delete=cascade,related_name=cascades"`
}

// ChildGrand goes with its child.
type ChildGrand struct {
	orm.Model
	Child orm.FK[ChildCascade] `orm:"on_delete=cascade,related_name=grands"`
}

// ChildSetNull forgets its root.
type ChildSetNull struct {
	orm.Model
	Root orm.NullFK[Root] `orm:"on_delete=set_null,related_name=nulls"`
}

// ChildSetDefault goes to root 1.
type ChildSetDefault struct {
	orm.Model
	Root orm.FK[Root] `orm:"on_delete=set_default,related_name=defaults"`
}

// Meta sets the default.
func (c *ChildSetDefault) Meta(m *orm.Options) {
	m.Field(&c.Root).Default(orm.FK[Root]{ID: 1})
}

// ChildProtect forbids to delete its root.
type ChildProtect struct {
	orm.Model
	Root orm.FK[Root] `orm:"on_delete=protect,related_name=protects"`
}

// ChildRestrict forbids to delete its root unless it goes too.
type ChildRestrict struct {
	orm.Model
	Root orm.FK[Root]             `orm:"on_delete=restrict,related_name=restricts"`
	Via  orm.NullFK[ChildCascade] `orm:"on_delete=cascade,related_name=restricted"`
}

// ChildNothing keeps a key that leads nowhere.
type ChildNothing struct {
	orm.Model
	Root orm.FK[Root] `orm:"on_delete=do_nothing,no_constraint,related_name=nothings"`
}
