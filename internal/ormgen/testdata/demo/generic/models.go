// Package generic has generic relations: of a model and of its child.
package generic

import (
	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
)

// Note is on any row.
type Note struct {
	orm.Model
	Kind orm.FKey[contenttypes.ContentType, int32] `orm:"on_delete=cascade,related_name=+"`
	Key  string                                    `orm:"max_length=40"`
}

// Place has notes.
type Place struct {
	orm.Model
	Notes orm.GenericRelation[Note] `orm:"content_type=kind,object_id=key,related_query_name=place"`
}

// Cafe has notes of its own.
type Cafe struct{ Place }
