package schema_test

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// The models of testdata/models.py.

type Tag struct {
	orm.Model
	Label string `orm:"max_length=20,unique"`
}

type Category struct {
	orm.Model
	Name   string               `orm:"max_length=100,unique"`
	Parent orm.NullFK[Category] `orm:"on_delete=set_null,related_name=children"`
}

type Country struct {
	orm.State
	Code string `orm:"pk,max_length=2"`
}

type Kinds struct {
	orm.Model
	Big           int64 `orm:"unique"`
	Integer       int32 `orm:"index"`
	Small         orm.Null[int16]
	PositiveBig   uint64
	Positive      uint32 `orm:"column=numBer of"`
	PositiveSmall orm.Null[uint16]
	Yes           bool
	Maybe         orm.Null[bool]
	Real          float64
	Price         decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Text          string
	Char          string           `orm:"max_length=30,index"`
	Slug          string           `orm:"slug"`
	Email         string           `orm:"email,unique"`
	URL           orm.Null[string] `orm:"url"`
	IP            netip.Addr
	Data          []byte
	Moment        time.Time
	Day           orm.Null[civil.Date] `orm:"index"`
	Clock         civil.Time
	Span          time.Duration
	Key           uuid.UUID
	Doc           orm.JSON[map[string]any]
}

type Supplier struct {
	orm.State
	ID      int32                     `orm:"pk,auto"`
	Name    string                    `orm:"max_length=50"`
	Country orm.FKey[Country, string] `orm:"on_delete=cascade"`
}

func (s *Supplier) Meta(m *orm.Options) {
	m.Table("a_table_whose_name_is_long_enough_to_make_all_others_too_long")
	m.UniqueTogether(&s.Name, &s.Country)
}

type Product struct {
	orm.Model
	Name     string               `orm:"max_length=200"`
	Slug     string               `orm:"slug,unique"`
	Category orm.FK[Category]     `orm:"on_delete=protect,related_name=products"`
	Supplier orm.NullFK[Supplier] `orm:"on_delete=do_nothing,no_constraint"`
	Price    decimal.Decimal      `orm:"max_digits=8,decimal_places=2"`
	Cost     decimal.Decimal      `orm:"max_digits=8,decimal_places=2"`
	Status   string               `orm:"max_length=8"`
	Tags     orm.M2M[Tag]         `orm:"related_name=products"`
	Friends  orm.M2M[Product]
	Follows  orm.M2M[Product] `orm:"symmetrical=false,db_table=shop_follow"`
	Created  time.Time        `orm:"auto_now_add"`
}

var productF = struct {
	Name, Slug, Status orm.TextCol
	Price, Cost        orm.DecimalCol
	Supplier           orm.Int64Col
}{
	orm.NewTextCol(product.Root(), "name"), orm.NewTextCol(product.Root(), "slug"), orm.NewTextCol(product.Root(), "status"),
	orm.NewDecimalCol(product.Root(), "price"), orm.NewDecimalCol(product.Root(), "cost"),
	orm.NewInt64Col(product.Root(), "supplier"),
}

func (p *Product) Meta(m *orm.Options) {
	f := &productF
	m.UniqueTogether(&p.Name, &p.Category)
	m.UniqueTogether(&p.Slug, &p.Status)
	m.Index(&p.Category, orm.Desc(&p.Created))
	m.AddIndex(orm.IndexOptions{Name: "shop_sold", Where: f.Status.Eq("sold")}, &p.Status)
	m.AddIndex(orm.IndexOptions{Name: "shop_cover", Include: []any{&p.Price, &p.Cost}}, &p.Name)
	m.AddIndex(orm.IndexOptions{Name: "shop_class"}, orm.Key(&p.Name).OpClass("varchar_pattern_ops"))
	m.AddIndex(orm.IndexOptions{Name: "shop_lower"}, orm.Lower(f.Name), orm.Upper(f.Slug).Desc())
	m.Check("price_gte_cost", f.Price.GteF(f.Cost))
	m.Check("known_status", f.Status.In("new", "it's", `so\ld`))
	m.Check("both", orm.Or(
		orm.And(f.Cost.Lt(decimal.NewFromInt(1000)), f.Price.Gt(decimal.Zero)), // Django sorts
		orm.And(f.Supplier.IsNull(), orm.Not(f.Status.Eq("a")))))
	m.Unique("uniq_slug_category", &p.Slug, &p.Category)
	m.AddUnique(orm.UniqueOptions{Name: "uniq_new_name", Where: f.Status.Eq("new")}, &p.Name)
	m.AddUnique(orm.UniqueOptions{Name: "uniq_later", Deferrable: orm.DeferredInitially}, &p.Name, &p.Status)
}

type Place struct {
	orm.Model
	Name string `orm:"max_length=50"`
}

type Restaurant struct {
	Place
	ServesPizza bool
	Chef        orm.OneToOne[Supplier] `orm:"on_delete=cascade"`
}

type Pizzeria struct {
	Restaurant
	Ovens uint16
}

type Corner struct{ Place }

func (c *Corner) Meta(m *orm.Options) { m.ProxyOf(Place{}) }

type Visit struct {
	orm.Model
	Restaurant orm.FK[Restaurant]        `orm:"on_delete=cascade"`
	Corner     orm.FK[Corner]            `orm:"on_delete=cascade"`
	Guests     orm.M2M[Supplier]         `orm:"through=Guest"`
	Product    orm.FKey[Product, string] `orm:"on_delete=cascade,to_field=slug"`
}

type Guest struct {
	orm.Model
	Visit  orm.FK[Visit]               `orm:"on_delete=cascade"`
	Who    orm.FK[Supplier]            `orm:"on_delete=cascade"`
	Number uint32                      `orm:"unique"`
	Seat   orm.NullFKey[Guest, uint32] `orm:"on_delete=cascade,to_field=number"`
}

type Question struct {
	orm.Model
	Text string `orm:"unique"`
}

type Answer struct {
	orm.Model
	Question orm.FK[Question] `orm:"on_delete=cascade"`
	Order    int32
}

func (a *Answer) Meta(m *orm.Options) { m.OrderWithRespectTo(&a.Question, &a.Order) }

var (
	product = orm.Define((*Product)(nil), "shop", "models_test.go:66")
	models  = []*orm.Meta{
		orm.Define((*Tag)(nil), "shop", ""), orm.Define((*Category)(nil), "shop", ""), orm.Define((*Country)(nil), "shop", ""), orm.Define((*Kinds)(nil), "shop", ""),
		orm.Define((*Supplier)(nil), "shop", ""), product, orm.Define((*Place)(nil), "shop", ""), orm.Define((*Restaurant)(nil), "shop", ""),
		orm.Define((*Pizzeria)(nil), "shop", ""), orm.Define((*Corner)(nil), "shop", ""), orm.Define((*Visit)(nil), "shop", ""), orm.Define((*Guest)(nil), "shop", ""),
		orm.Define((*Question)(nil), "shop", ""), orm.Define((*Answer)(nil), "shop", ""),
	}
)
