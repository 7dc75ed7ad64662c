package orm_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// The models of these tests. Their names begin with Meta…, since all tests of the
// package share the process's list of models.

type metaStamped struct {
	Created time.Time `orm:"auto_now_add"`
	Updated time.Time `orm:"auto_now"`
}

type metaNamed struct{ Name string }

type MetaStatus string

type MetaTag struct {
	orm.Model
	Label string `orm:"max_length=20,unique"`
}

type MetaCategory struct {
	orm.Model
	Name   string                   `orm:"max_length=100,unique"`
	Parent orm.NullFK[MetaCategory] `orm:"on_delete=set_null,related_name=children"`
}

type MetaProduct struct {
	orm.Model
	metaNamed
	Name     string               `orm:"max_length=200"`
	Slug     string               `orm:"slug,unique"`
	Category orm.FK[MetaCategory] `orm:"on_delete=protect,related_name=products"`
	Price    decimal.Decimal      `orm:"max_digits=8,decimal_places=2"`
	Notes    orm.Null[string]     `orm:"blank"`
	Attrs    orm.JSON[map[string]any]
	Status   MetaStatus       `orm:"max_length=8"`
	Tags     orm.M2M[MetaTag] `orm:"related_name=products,blank"`
	Friends  orm.M2M[MetaProduct]
	Day      orm.Null[civil.Date]
	Qty      int32    `orm:"positive,column=quantity"`
	Owner    int64    `orm:"fk=metaauth.MetaUser,on_delete=cascade"`
	Skipped  chan int `orm:"-"`
	metaStamped
}

func (p *MetaProduct) Meta(m *orm.Options) {
	m.Ordering("-created", &p.Name)
	m.Index(&p.Category, orm.Desc(&p.Created))
	m.Unique("%(app_label)s_%(class)s_uniq", &p.Name, &p.Category)
	m.Field(&p.Name).Verbose("product name").Help("Shown in the shop").Default("new")
	m.Field(&p.Notes).Default("none")
	m.Field(&p.Qty).Default(func() int { return 3 })
	m.Field(&p.Status).Choices(orm.Choice{Value: "new", Label: "New"}, orm.Choice{Value: MetaStatus("old"), Label: "Old"})
}

type MetaUser struct {
	orm.Model
	Email string `orm:"email"`
}

type MetaPlace struct {
	orm.Model
	Name string           `orm:"max_length=50"`
	Tags orm.M2M[MetaTag] `orm:"related_name=+"`
}

func (p *MetaPlace) Meta(m *orm.Options) {
	m.Ordering("name")
	m.Table("places")
}

type MetaRestaurant struct {
	MetaPlace
	ServesPizza bool
	Chef        orm.OneToOne[MetaUser] `orm:"on_delete=cascade"`
}

type MetaPizzeria struct {
	MetaRestaurant
	Ovens int16 `orm:"positive"`
}

type MetaPlaceProxy struct{ MetaPlace }

func (p *MetaPlaceProxy) Meta(m *orm.Options) { m.ProxyOf(MetaPlace{}) }

type MetaCountry struct {
	orm.State
	Code string `orm:"pk,max_length=2"`
}

type MetaVisit struct {
	orm.Model
	Country    orm.FKey[MetaCountry, string] `orm:"on_delete=cascade"`
	Restaurant orm.FK[MetaRestaurant]        `orm:"on_delete=cascade"`
	Guests     orm.M2M[MetaUser]             `orm:"through=MetaGuest,related_name=visited"`
	Proxy      orm.NullFK[MetaPlaceProxy]    `orm:"on_delete=set_null,related_query_name=seen"`
}

type MetaGuest struct {
	orm.Model
	Visit orm.FK[MetaVisit] `orm:"on_delete=cascade"`
	User  orm.FK[MetaUser]  `orm:"on_delete=cascade"`
	Paid  bool
}

var (
	metaTag        = orm.Define((*MetaTag)(nil), "metashop", "define_test.go:30")
	metaCategory   = orm.Define((*MetaCategory)(nil), "metashop", "define_test.go:35")
	metaProduct    = orm.Define((*MetaProduct)(nil), "metashop", "define_test.go:41")
	metaUser       = orm.Define((*MetaUser)(nil), "metaauth", "define_test.go:73")
	metaPizzeria   = orm.Define((*MetaPizzeria)(nil), "metashop", "define_test.go:95")
	metaRestaurant = orm.Define((*MetaRestaurant)(nil), "metashop", "define_test.go:89")
	metaPlace      = orm.Define((*MetaPlace)(nil), "metashop", "define_test.go:78")
	metaPlaceProxy = orm.Define((*MetaPlaceProxy)(nil), "metashop", "define_test.go:100")
	metaCountry    = orm.Define((*MetaCountry)(nil), "metashop", "define_test.go:104")
	metaVisit      = orm.Define((*MetaVisit)(nil), "metashop", "define_test.go:109")
	metaGuest      = orm.Define((*MetaGuest)(nil), "metashop", "define_test.go:117")
)

// describe tells the fields of a model, a line each.
func describe(m *orm.Meta) []string {
	var lines []string
	for _, f := range m.AllFields() {
		line := f.Name + " " + f.Column + " " + f.Type
		if f.Null {
			line += " null"
		}
		if f.PrimaryKey {
			line += " pk"
		}
		if f.Unique {
			line += " unique"
		}
		if f.Relation != nil {
			line += " -> " + f.Relation.To.Label()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestDefineFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		m     *orm.Meta
		table string
		want  []string
	}{
		{metaProduct, "metashop_metaproduct", []string{
			"id id BigAutoField pk unique",
			"name name CharField",
			"slug slug SlugField unique",
			"category category_id ForeignKey -> metashop.MetaCategory",
			"price price DecimalField",
			"notes notes TextField null",
			"attrs attrs JSONField",
			"status status CharField",
			"day day DateField null",
			"qty quantity PositiveIntegerField",
			"owner owner_id ForeignKey -> metaauth.MetaUser",
			"created created DateTimeField",
			"updated updated DateTimeField",
			"tags  ManyToManyField -> metashop.MetaTag",
			"friends  ManyToManyField -> metashop.MetaProduct",
		}},
		{metaPizzeria, "metashop_metapizzeria", []string{
			"id id BigAutoField pk unique",
			"name name CharField",
			"metaplace_ptr metaplace_ptr_id OneToOneField pk unique -> metashop.MetaPlace",
			"serves_pizza serves_pizza BooleanField",
			"chef chef_id OneToOneField unique -> metaauth.MetaUser",
			"metarestaurant_ptr metarestaurant_ptr_id OneToOneField pk unique -> metashop.MetaRestaurant",
			"ovens ovens PositiveSmallIntegerField",
			"tags  ManyToManyField -> metashop.MetaTag",
		}},
		{metaPlaceProxy, "places", []string{
			"id id BigAutoField pk unique",
			"name name CharField",
			"tags  ManyToManyField -> metashop.MetaTag",
		}},
	}
	for _, test := range tests {
		got := describe(test.m)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.m.Label(), diff)
		}
		if test.m.Table != test.table {
			t.Errorf("table of %s: got %s, want %s", test.m.Label(), test.m.Table, test.table)
		}
	}
}

func TestDefineRelations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		m    *orm.Meta
		want []string
	}{
		{metaCategory, []string{"children children metashop.MetaCategory", "parent parent metashop.MetaCategory", "products products metashop.MetaProduct"}},
		{metaUser, []string{"metaguest metaguest_set metashop.MetaGuest", "metaproduct metaproduct_set metashop.MetaProduct",
			"metarestaurant metarestaurant metashop.MetaRestaurant", "visited visited metashop.MetaVisit"}},
		{metaTag, []string{"products products metashop.MetaProduct"}},
		{metaPlace, []string{"metarestaurant metarestaurant metashop.MetaRestaurant", "seen metavisit_set metashop.MetaVisit", "tags tags metashop.MetaTag"}},
		{metaPlaceProxy, []string{"metarestaurant metarestaurant metashop.MetaRestaurant", "seen metavisit_set metashop.MetaVisit", "tags tags metashop.MetaTag"}},
		{metaPizzeria, []string{"chef chef metaauth.MetaUser", "metaplace_ptr metaplace_ptr metashop.MetaPlace",
			"metarestaurant_ptr metarestaurant_ptr metashop.MetaRestaurant", "metavisit metavisit_set metashop.MetaVisit",
			"seen metavisit_set metashop.MetaVisit", "tags tags metashop.MetaTag"}},
		{metaVisit, []string{"country country metashop.MetaCountry", "guests guests metaauth.MetaUser", "metaguest metaguest_set metashop.MetaGuest",
			"proxy proxy metashop.MetaPlaceProxy", "restaurant restaurant metashop.MetaRestaurant"}},
		{metaCountry, []string{"metavisit metavisit_set metashop.MetaVisit"}},
		{metaGuest, []string{"user user metaauth.MetaUser", "visit visit metashop.MetaVisit"}},
	}
	for _, test := range tests {
		var got []string
		for _, r := range test.m.Relations() {
			got = append(got, r.Name+" "+r.Accessor+" "+r.To.Label())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.m.Label(), diff)
		}
	}
}

func TestDefineThrough(t *testing.T) {
	t.Parallel()
	tags, _ := metaProduct.Relation("tags")
	want := []string{"id id BigAutoField pk unique", "metaproduct metaproduct_id ForeignKey -> metashop.MetaProduct", "metatag metatag_id ForeignKey -> metashop.MetaTag"}
	if diff := cmp.Diff(want, describe(tags.Through)); diff != "" || tags.Through.Table != "metashop_metaproduct_tags" || !tags.Through.AutoCreated {
		t.Errorf("table %s (-want +got):\n%s", tags.Through.Table, diff)
	}
	friends, _ := metaProduct.Relation("friends")
	if !friends.Symmetrical || friends.ThroughFrom.Column != "from_metaproduct_id" || friends.ThroughTo.Column != "to_metaproduct_id" {
		t.Errorf("friends: %+v", friends)
	}
	visited, _ := metaUser.Relation("visited")
	if visited.Through != metaGuest || visited.ThroughFrom.Name != "user" || visited.ThroughTo.Name != "visit" {
		t.Errorf("visited: %+v", visited)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	m := orm.MetaOf[MetaProduct]()
	name, _ := m.Field("name")
	if name.Verbose != "product name" || name.Help != "Shown in the shop" {
		t.Errorf("name: %+v", name)
	}
	if got := m.Indexes[0].Name; got != "metashop_me_categor_d2d5f0_idx" {
		t.Errorf("name of the index: %s", got)
	}
	if got := m.Constraints[0].Name; got != "metashop_metaproduct_uniq" {
		t.Errorf("name of the constraint: %s", got)
	}
	if len(m.Ordering) != 2 || len(orm.MetaOf[MetaPlaceProxy]().Ordering) != 1 || len(orm.MetaOf[MetaPizzeria]().Ordering) != 1 {
		t.Errorf("ordering: %v", m.Ordering)
	}
	status, _ := m.Field("status")
	if status.Choices[0].Value != MetaStatus("new") {
		t.Errorf("choices: %v", status.Choices)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	p := orm.New[MetaProduct]()
	if p.Name != "new" || p.Notes != orm.Some("none") || p.Qty != 3 || p.Slug != "" {
		t.Errorf("got %+v", p)
	}
	if orm.MetaOf[context.Context]() != nil {
		t.Error("MetaOf of a type that is no model")
	}
}
