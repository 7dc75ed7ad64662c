package contenttypes_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
)

// BadTag has no content type.
type BadTag struct {
	orm.Model
	Kind     int64
	Owner    orm.FK[Shop] `orm:"on_delete=cascade"`
	ObjectID int64
}

// BadProduct has generic relations with a mistake.
type BadProduct struct {
	orm.Model
	A orm.GenericRelation[BadTag] `orm:"object_id=nothing"`
	B orm.GenericRelation[BadTag]
	C orm.GenericRelation[BadTag] `orm:"content_type=kind"`
	D orm.GenericRelation[BadTag] `orm:"content_type=owner"`
	E orm.GenericRelation[Tag]    `orm:"related_query_name=label"`
	F orm.GenericRelation[Tag]    `orm:"related_query_name=e"`
	I orm.GenericRelation[Tag]    `orm:"related_query_name=e"`
	G orm.GenericRelation[Tag]    `orm:"related_name=g"`
	H orm.M2M[Shop]               `orm:"object_id=key"`
}

var (
	_             = orm.Define((*BadTag)(nil), "bad", "mistakes_test.go:11")
	badProductRow = orm.Define((*BadProduct)(nil), "bad", "mistakes_test.go:19")
)

func TestMistakes(t *testing.T) {
	t.Parallel()
	got := ""
	for _, m := range orm.Check([]*orm.Meta{badProductRow}) {
		got += m.ID + " " + m.Text + "\n"
	}
	for _, want := range []string{
		`contenttypes.E001 The object ID of the generic relation references the nonexistent field "nothing" of bad.BadTag.`,
		`contenttypes.E002 The content type of the generic relation references the nonexistent field "content_type" of bad.BadTag.`,
		`contenttypes.E003 "bad.BadTag.kind" is not a ForeignKey.`,
		`contenttypes.E004 "bad.BadTag.owner" is not a ForeignKey to "contenttypes.ContentType".`,
		`fields.E303 Reverse query name for "bad.BadProduct.e" clashes with field name "shop.Tag.label".`,
		`fields.E305 Reverse query name for "bad.BadProduct.i" clashes with reverse query name for "bad.BadProduct.f".`,
		`fields.N001 related_name is not for fields of type orm.GenericRelation, which take content_type, object_id, related_query_name.`,
		`fields.N001 object_id is for fields of type orm.GenericRelation.`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no message %s in\n%s", want, got)
		}
	}
}
