package orm_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
)

type BadTags struct {
	orm.Model
	A string `orm:"max_lenght=3"`
	B string `orm:"max_length=0"`
	C *string
	D map[string]int
	E float64          `orm:"auto"`
	F string           `orm:"on_delete=cascade"`
	G orm.FK[BadKinds] `orm:"related_name=g1"`
	H string           `orm:"slug,slug"`
	i string           `orm:"slug"` //lint:ignore U1000 not exported, and tagged
}

type BadKinds struct {
	orm.Model
	Price    decimal.Decimal
	Cost     decimal.Decimal `orm:"max_digits=2,decimal_places=3"`
	Count    int64           `orm:"max_digits=2"`
	IP       netip.Addr      `orm:"blank"`
	Size     string          `orm:"max_length=2"`
	Made     time.Time       `orm:"auto_now,auto_now_add"`
	Name     string          `orm:"auto_now"`
	Key      int64           `orm:"auto"`
	Title    string          `orm:"unique_for_date=name"`
	Double__ string
	Pk       int64
	Other    int64 `orm:"column=title"`
}

func (b *BadKinds) Meta(m *orm.Options) {
	m.Ordering("-nothing", "title", "price__x", "made__year", "key__pk")
	m.AddIndex(orm.IndexOptions{Name: "_index"}, &b.Title)
	m.AddIndex(orm.IndexOptions{Name: "index_of_more_than_thirty_letters"}, &b.Title)
	m.AddIndex(orm.IndexOptions{Name: "twice"}, &b.Title)
	m.AddIndex(orm.IndexOptions{Name: "twice"}, &b.Name)
	m.Field(&b.Size).Choices(orm.Choice{Value: "huge", Label: "Huge"})
}

type BadTarget struct {
	orm.Model
	Name  string `orm:"max_length=3"`
	Clash string
}

type BadRelations struct {
	orm.Model
	A orm.FK[BadTarget]           `orm:"on_delete=set_null,related_name=clash"`
	B orm.FK[BadTarget]           `orm:"on_delete=set_default"`
	C orm.FK[BadTarget]           `orm:"on_delete=cascade"`
	D orm.FK[time.Location]       `orm:"on_delete=cascade"`
	E int64                       `orm:"fk=nowhere.Man,on_delete=cascade"`
	F orm.FKey[BadTarget, string] `orm:"on_delete=cascade,to_field=name,related_name=f"`
	G orm.FKey[BadTarget, string] `orm:"on_delete=cascade,related_name=g"`
	H orm.FK[BadTarget]           `orm:"on_delete=cascade,to_field=none"`
	I orm.FK[BadTarget]           `orm:"on_delete=cascade,related_name=i-i"`
	J orm.FK[BadTarget]           `orm:"on_delete=db_set_default,related_name=j_"`
	K orm.M2M[BadTarget]          `orm:"through=Nothing,related_name=k"`
	L orm.M2M[BadTarget]          `orm:"through=BadTarget,related_name=l"`
}

type BadThrough struct {
	orm.Model
	From  orm.FK[BadSides]  `orm:"on_delete=cascade,related_name=+"`
	From2 orm.FK[BadSides]  `orm:"on_delete=cascade,related_name=+"`
	To    orm.FK[BadTarget] `orm:"on_delete=cascade,related_name=+"`
}

type BadSides struct {
	orm.Model
	A orm.M2M[BadTarget] `orm:"through=BadThrough,related_name=+"`
	B orm.M2M[BadTarget] `orm:"through=BadThrough,through_fields=to:none,related_name=+"`
	C orm.M2M[BadTarget] `orm:"through=BadThrough,through_fields=from2:to,related_name=fine"`
}

type BadStateless struct{ Name string }

type BadMeta struct {
	orm.Model
	Name string `orm:"max_length=20"`
}

func (b *BadMeta) Meta(m *orm.Options) {
	m.Table("badkinds")
	other := 3
	m.Index(&other)
	m.Index("none")
	m.Index()
	m.Unique("", &b.Name)
	m.Check("c", orm.Pred{})
	m.Field(&b.Name).Default(3)
	m.Ordering(7)
}

type BadTable struct{ orm.Model }

func (b *BadTable) Meta(m *orm.Options) { m.Table("badkinds") }

type BadPanic struct{ orm.Model }

func (b *BadPanic) Meta(m *orm.Options) { panic("out of ideas") }

var (
	badTags      = orm.Define((*BadTags)(nil), "bad", "check_test.go:14")
	badKinds     = orm.Define((*BadKinds)(nil), "bad", "check_test.go:27")
	badTarget    = orm.Define((*BadTarget)(nil), "bad", "check_test.go:53")
	badRelations = orm.Define((*BadRelations)(nil), "bad", "check_test.go:59")
	badThrough   = orm.Define((*BadThrough)(nil), "bad", "check_test.go:75")
	badSides     = orm.Define((*BadSides)(nil), "bad", "check_test.go:82")
	badStateless = orm.Define((*BadStateless)(nil), "bad", "check_test.go:75")
	badMeta      = orm.Define((*BadMeta)(nil), "bad", "check_test.go:77")
	badTable     = orm.Define((*BadTable)(nil), "bad", "check_test.go:95")
	badPanic     = orm.Define((*BadPanic)(nil), "bad", "check_test.go:99")
	badTwice     = orm.Define((*BadTable)(nil), "worse", "check_test.go:1")
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		models []*orm.Meta
	}{
		{"tags", []*orm.Meta{badTags}},
		{"kinds", []*orm.Meta{badKinds}},
		{"relations", []*orm.Meta{badTarget, badRelations}},
		{"through", []*orm.Meta{badTarget, badThrough, badSides}},
		{"models", []*orm.Meta{badStateless, badMeta, badTable, badPanic, badTwice}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []byte
			for _, m := range orm.Check(test.models) {
				got = append(got, m.String()+"\n"...)
			}
			goldentest.Equal(t, "check_"+test.name+".txt", string(got))
		})
	}
}

func TestCheckGoodModels(t *testing.T) {
	t.Parallel()
	if got := orm.Check([]*orm.Meta{metaTag, metaCategory, metaProduct, metaUser, metaPizzeria, metaRestaurant,
		metaPlace, metaPlaceProxy, metaCountry, metaVisit, metaGuest}); len(got) > 0 {
		t.Error(got)
	}
}
