// Package generic is the example of the guide about generic relations.
package generic

import (
	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// doc:models

// TaggedItem is a word on a row of any model.
type TaggedItem struct {
	orm.Model
	Label       string                                    `orm:"max_length=50"`
	ContentType orm.FKey[contenttypes.ContentType, int32] `orm:"on_delete=cascade"`
	ObjectID    int64
}

// Meta indexes what all queries along generic relations ask for.
func (i *TaggedItem) Meta(m *orm.Options) { m.Index(&i.ContentType, &i.ObjectID) }

// Product may have tags.
type Product struct {
	orm.Model
	Name string                          `orm:"max_length=50"`
	Tags orm.GenericRelation[TaggedItem] `orm:"related_query_name=product"`
}

// doc:end
