//nuages:app=shop
package contenttypes_test

//go:generate go tool nuages generate

import (
	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
)

// Tag points to any row with a number for a key.
type Tag struct {
	orm.Model
	Label       string                                    `orm:"max_length=50"`
	ContentType orm.FKey[contenttypes.ContentType, int32] `orm:"on_delete=cascade"`
	ObjectID    int64
}

// Note points to any row, by fields of other names; the key is text.
type Note struct {
	orm.Model
	Text string                                    `orm:"text"`
	Kind orm.FKey[contenttypes.ContentType, int32] `orm:"on_delete=cascade,related_name=+"`
	Key  string                                    `orm:"max_length=40"`
}

// Shop has products.
type Shop struct {
	orm.Model
	Name string `orm:"max_length=50"`
}

// Product is tagged.
type Product struct {
	orm.Model
	Name  string                    `orm:"max_length=50"`
	Shop  orm.FK[Shop]              `orm:"on_delete=cascade,related_name=products"`
	Tags  orm.GenericRelation[Tag]  `orm:"related_query_name=product"`
	Notes orm.GenericRelation[Note] `orm:"content_type=kind,object_id=key,related_query_name=product"`
}

// Book is a product with more columns.
type Book struct {
	Product
	Pages int64
}

// Sale is a product seen otherwise.
type Sale struct{ Product }

// Meta says that it has no table.
func (*Sale) Meta(m *orm.Options) { m.ProxyOf(Product{}) }

// Person has a key that is text.
type Person struct {
	orm.State
	Code  string                    `orm:"pk,max_length=10"`
	Notes orm.GenericRelation[Note] `orm:"content_type=kind,object_id=key,related_query_name=person"`
}
