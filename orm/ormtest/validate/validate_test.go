// Package validate_test compares what validation says of rows with what Django says.
package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/validators"
)

type Owner struct {
	orm.Model
	Name string `orm:"max_length=20"`
}

type Place struct {
	orm.Model
	Address string `orm:"max_length=10,unique"`
}

type Shop struct {
	Place
	Name    string               `orm:"max_length=10"`
	Slug    string               `orm:"slug,unique,unique_for_date=opened"`
	Email   string               `orm:"email,blank"`
	Site    orm.Null[string]     `orm:"url,blank"`
	Kind    string               `orm:"max_length=3"`
	Size    int16                `orm:"positive"`
	Rank    orm.Null[int32]      `orm:"blank,unique_for_month=opened,unique_for_year=day"`
	Price   decimal.Decimal      `orm:"max_digits=5,decimal_places=2"`
	Opened  time.Time            `orm:"blank"`
	Day     orm.Null[civil.Date] `orm:"blank"`
	IP      string               `orm:"ip=ipv4,blank"`
	Owner   orm.FK[Owner]        `orm:"on_delete=cascade"`
	Partner orm.NullFK[Owner]    `orm:"on_delete=cascade,related_name=+"`
	Data    orm.JSON[[]int]      `orm:"blank"`
	Hidden  string               `orm:"max_length=2,not_editable"`
}

func even(n int16) error {
	if n%2 == 1 {
		return &validators.Error{Code: "odd", Message: "%(n)s is odd", Params: map[string]any{"n": n}}
	}
	return nil
}

func (s *Shop) Meta(m *orm.Options) {
	m.Verbose("shop", "")
	m.UniqueTogether(&s.Name, &s.Kind)
	m.Field(&s.Kind).Choices(orm.Choice{Value: "a", Label: "Atelier"}, orm.Choice{Value: "b", Label: "Boutique", Group: "Small"})
	m.Field(&s.Size).Validators(even)
	m.Field(&s.Name).Verbose("trade name").ErrorMessages(map[string]string{"blank": "A shop has a name."})
}

// Clean is Django's hook.
func (s *Shop) Clean(context.Context) error {
	if s.Name == "bad" {
		return errors.Join(validators.New("bad", "A bad shop."), orm.NewValidationError("size", validators.New("also", "Its size, too.")))
	}
	return nil
}

var (
	owner = orm.Define((*Owner)(nil), "market", "")
	place = orm.Define((*Place)(nil), "market", "")
	shop  = orm.Define((*Shop)(nil), "market", "")
)

const modelsPy = `
from django.core.exceptions import ValidationError
from django.db import models

def even(n):
    if n % 2 == 1:
        raise ValidationError('%(n)s is odd', code='odd', params={'n': n})

class Owner(models.Model):
    name = models.CharField(max_length=20)
    class Meta:
        app_label = 'market'

class Place(models.Model):
    address = models.CharField(max_length=10, unique=True)
    class Meta:
        app_label = 'market'

class Shop(Place):
    name = models.CharField('trade name', max_length=10, error_messages={'blank': 'A shop has a name.'})
    slug = models.SlugField(unique=True, unique_for_date='opened')
    email = models.EmailField(blank=True)
    site = models.URLField(null=True, blank=True)
    kind = models.CharField(max_length=3, choices=[('a', 'Atelier'), ('Small', [('b', 'Boutique')])])
    size = models.PositiveSmallIntegerField(validators=[even])
    rank = models.IntegerField(null=True, blank=True, unique_for_month='opened', unique_for_year='day')
    price = models.DecimalField(max_digits=5, decimal_places=2)
    opened = models.DateTimeField(blank=True)
    day = models.DateField(null=True, blank=True)
    ip = models.GenericIPAddressField(protocol='ipv4', blank=True, null=True)
    owner = models.ForeignKey(Owner, models.CASCADE)
    partner = models.ForeignKey(Owner, models.CASCADE, null=True, related_name='+')
    data = models.JSONField(blank=True)
    hidden = models.CharField(max_length=2, editable=False)
    class Meta:
        app_label = 'market'
        verbose_name = 'shop'
        unique_together = [('name', 'kind')]
    def clean(self):
        if self.name == 'bad':
            raise ValidationError({'__all__': ValidationError('A bad shop.', code='bad'), 'size': ValidationError('Its size, too.', code='also')})
`

// rows are what is validated, with the name that Django's attribute has.
type change map[string]any

// first is the row that is in the database.
var first = change{
	"address": "Road 1", "name": "Tea", "slug": "tea", "kind": "a", "size": 2, "rank": 1, "price": "9.99",
	"opened": "2024-05-06T07:08:09Z", "day": "2024-05-06", "owner": 1, "partner": 1, "data": []int{1}, "hidden": "h",
}

var cases = []struct {
	name   string
	change change
}{
	{"fine", change{"address": "Road 2", "slug": "tea-2", "name": "Tea 2", "opened": "2025-01-01T00:00:00Z", "day": "2025-01-01"}},
	{"all the same", change{}},
	{"empty", change{"address": "", "name": "", "slug": "", "kind": "", "email": "", "partner": nil, "rank": nil, "opened": nil, "owner": nil, "hidden": ""}},
	{"too long", change{"address": "A street of many letters", "name": "Tea and coffee", "kind": "abcd", "hidden": "long"}},
	{"wrong forms", change{"slug": "not a slug", "email": "me@", "site": "example", "ip": "1.2.3", "kind": "z"}},
	{"numbers", change{"size": 3, "rank": 2147483647, "price": "1234.567"}},
	{"more numbers", change{"size": 7, "price": "0.123", "rank": -5}},
	{"digits", change{"size": 32767, "price": "12345"}},
	{"no such rows", change{"owner": 77, "partner": 78}},
	{"same slug on another day", change{"address": "x", "name": "y", "opened": "2024-05-07T00:00:00Z", "rank": 7}},
	{"same slug on that day", change{"address": "x", "name": "y", "rank": 1, "opened": "2024-05-06T23:00:00Z", "day": "2024-12-31"}},
	{"hook", change{"address": "x", "name": "bad", "slug": "b", "rank": nil}},
	{"null character", change{"address": "x", "name": "y", "slug": "z", "rank": nil, "email": "a@b.example", "site": "https://a.example/b"}},
}

// made returns the row of first with a change.
func made(t *testing.T, c change) *Shop {
	t.Helper()
	s := &Shop{}
	for name, value := range first {
		if v, ok := c[name]; ok {
			value = v
		}
		s.set(t, name, value)
	}
	for name, value := range c {
		s.set(t, name, value)
	}
	return s
}

func (s *Shop) set(t *testing.T, name string, value any) {
	t.Helper()
	text, _ := value.(string)
	n, _ := value.(int)
	switch name {
	case "address":
		s.Address = text
	case "name":
		s.Name = text
	case "slug":
		s.Slug = text
	case "email":
		s.Email = text
	case "site":
		s.Site = orm.Some(text)
	case "kind":
		s.Kind = text
	case "ip":
		s.IP = text
	case "hidden":
		s.Hidden = text
	case "size":
		s.Size = int16(n)
	case "rank":
		s.Rank = orm.Null[int32]{V: int32(n), Valid: value != nil}
	case "price":
		s.Price = decimal.RequireFromString(text)
	case "opened":
		s.Opened = time.Time{}
		if value != nil {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			s.Opened = at
		}
	case "day":
		day, err := civil.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Day = orm.Some(day)
	case "owner":
		s.Owner.ID = int64(n)
	case "partner":
		s.Partner.ID, s.Partner.Valid = int64(n), value != nil
	case "data":
		s.Data.V = value.([]int)
	default:
		t.Fatalf("no field %q", name)
	}
}

// answer is what validation says: "code: message", by field.
type answer map[string][]string

func ours(t *testing.T, err error) answer {
	t.Helper()
	got := answer{}
	var e *orm.ValidationError
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e != nil {
		for field, complaints := range e.Fields {
			for _, c := range complaints {
				got[field] = append(got[field], c.Code+": "+c.Error())
			}
			slices.Sort(got[field])
		}
	}
	return got
}

// TestFullClean asks both to validate rows beside one that is in the database, and
// that one itself.
func TestFullClean(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	backend, err := sqlite.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := orm.NewDB(backend)
	t.Cleanup(func() { db.Close() })
	ctx := orm.NewContext(t.Context(), db)
	if err := orm.CreateTables(ctx, owner, place, shop); err != nil {
		t.Fatal(err)
	}
	if err := orm.Save(ctx, &Owner{Name: "o"}); err != nil {
		t.Fatal(err)
	}
	saved := made(t, nil)
	if err := orm.Save(ctx, saved); err != nil {
		t.Fatal(err)
	}
	var input struct {
		Path  string
		First change
		Cases []change
	}
	input.Path, input.First = path, first
	for _, c := range cases {
		input.Cases = append(input.Cases, c.change)
	}
	stdin, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, `
import json, sys, datetime, decimal
import django
from django.conf import settings
data = json.load(sys.stdin)
settings.configure(DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': data['Path']}}, USE_TZ=True, TIME_ZONE='UTC',
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField')
django.setup()
`+modelsPy+`
def value(name, v):
    if v is None:
        return v
    if name == 'opened':
        return datetime.datetime.fromisoformat(v.replace('Z', '+00:00'))
    if name == 'day':
        return datetime.date.fromisoformat(v)
    if name == 'price':
        return decimal.Decimal(v)
    return v

def full_clean(row, changes):
    for name, v in changes.items():
        setattr(row, {'owner': 'owner_id', 'partner': 'partner_id'}.get(name, name), value(name, v))
    try:
        row.full_clean()
    except ValidationError as e:
        return {f: sorted(f'{x.code or ""}: {list(x)[0]}' for x in errors) for f, errors in e.error_dict.items()}
    return {}

out = []
for case in data['Cases']:
    out.append(full_clean(Shop(), {**data['First'], **case}))
    out.append(full_clean(Shop.objects.get(), case))
json.dump(out, sys.stdout)
`, stdin)
	var want []answer
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		// Django 5.2 words it otherwise.
		for _, w := range want[2*i : 2*i+2] {
			for _, name := range []string{"owner", "partner"} {
				for k, s := range w[name] {
					var id int
					if n, _ := fmt.Sscanf(s, "invalid: owner instance with id %d does not exist.", &id); n == 1 {
						w[name][k] = fmt.Sprintf("invalid: owner instance with id %d is not a valid choice.", id)
					}
				}
			}
		}
		got := ours(t, orm.FullClean(ctx, made(t, c.change), nil))
		if diff := cmp.Diff(want[2*i], got); diff != "" {
			t.Errorf("%s, a new row (-Django +ours):\n%s", c.name, diff)
		}
		again, err := orm.Objects[*Shop](shop).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range c.change {
			again.set(t, name, value)
		}
		got = ours(t, orm.FullClean(ctx, again, nil))
		if diff := cmp.Diff(want[2*i+1], got); diff != "" {
			t.Errorf("%s, the row of the database (-Django +ours):\n%s", c.name, diff)
		}
	}
}

func TestExclude(t *testing.T) {
	t.Parallel()
	s := made(t, change{"name": "", "email": "x"})
	err := orm.CleanFields(t.Context(), s, &orm.CleanOptions{Exclude: []string{"name"}})
	if diff := cmp.Diff(answer{"email": {"invalid: Enter a valid email address."}}, ours(t, err)); diff != "" {
		t.Error(diff)
	}
}

// TestRanges: Django knows the range on PostgreSQL and MySQL; SQLite has none.
func TestRanges(t *testing.T) {
	t.Parallel()
	err := orm.CleanFields(t.Context(), made(t, change{"size": -2}), nil)
	if diff := cmp.Diff(answer{"size": {"min_value: Ensure this value is greater than or equal to 0."}}, ours(t, err)); diff != "" {
		t.Error(diff)
	}
}

// Offer has constraints that the database checks.
type Offer struct {
	orm.Model
	Name  string                    `orm:"max_length=10"`
	State string                    `orm:"max_length=5"`
	Price decimal.Decimal           `orm:"max_digits=6,decimal_places=2"`
	Cost  orm.Null[decimal.Decimal] `orm:"max_digits=6,decimal_places=2,blank"`
	Until orm.Null[time.Time]       `orm:"blank"`
	Seat  orm.Null[int32]           `orm:"blank"`
}

var offerF = struct {
	Name, State orm.TextCol
	Price, Cost orm.DecimalCol
	Until       orm.TimeCol
	Seat        orm.Int32Col
}{
	orm.NewTextCol(offer.Root(), "name"), orm.NewTextCol(offer.Root(), "state"),
	orm.NewDecimalCol(offer.Root(), "price"), orm.NewDecimalCol(offer.Root(), "cost"),
	orm.NewTimeCol(offer.Root(), "until"), orm.NewInt32Col(offer.Root(), "seat"),
}

func (o *Offer) Meta(m *orm.Options) {
	m.Check("dear", offerF.Price.GteF(offerF.Cost))
	m.AddCheck(orm.CheckOptions{Name: "soon", Code: "late", Message: "Too late for %(name)s.",
		Check: orm.Or(offerF.Until.IsNull(), offerF.Until.Lt(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))})
	m.Unique("one_name", &o.Name, &o.State)
	m.Unique("one_seat", &o.Seat)
	m.AddUnique(orm.UniqueOptions{Name: "one_new", Where: offerF.State.Eq("new")}, &o.Name)
	m.Unique("lower", orm.Lower(offerF.Name), offerF.Price.Add(decimal.NewFromInt(1)))
}

var offer = orm.Define((*Offer)(nil), "market", "")

func backends() map[string]func(t *testing.T) (orm.Backend, error) {
	return map[string]func(t *testing.T) (orm.Backend, error){
		"sqlite":     func(t *testing.T) (orm.Backend, error) { return sqlite.Open(filepath.Join(t.TempDir(), "a.db"), nil) },
		"postgresql": func(t *testing.T) (orm.Backend, error) { return postgres.Open(t.Context(), testdb.Postgres(t), nil) },
		"mariadb":    func(t *testing.T) (orm.Backend, error) { return mysql.Open(t.Context(), testdb.MySQL(t), nil) },
	}
}

func TestValidateConstraints(t *testing.T) {
	t.Parallel()
	d := decimal.RequireFromString
	kept := Offer{Name: "Tea", State: "new", Price: d("2"), Seat: orm.Some[int32](4)}
	tests := []struct {
		name    string
		offer   Offer
		exclude []string
		want    answer
	}{
		{"fine", Offer{Name: "Milk", State: "new", Price: d("2"), Cost: orm.Some(d("1.99"))}, nil, answer{}},
		{"check", Offer{Name: "Milk", Price: d("10"), Cost: orm.Some(d("9.5"))}, nil, answer{}},
		{"violated check", Offer{Name: "Milk", Price: d("9.5"), Cost: orm.Some(d("10"))}, nil, answer{"__all__": {": Constraint “dear” is violated."}}},
		{"excluded check", Offer{Name: "Milk", Price: d("9.5"), Cost: orm.Some(d("10"))}, []string{"cost"}, answer{}},
		{"own message", Offer{Name: "Milk", Until: orm.Some(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))}, nil, answer{"__all__": {"late: Too late for soon."}}},
		{"unique", Offer{Name: "Tea", State: "new"}, nil, answer{"__all__": {
			": Constraint “one_new” is violated.", "unique_together: Offer with this Name and State already exists."}}},
		{"unique field", Offer{Name: "Milk", Seat: orm.Some[int32](4)}, nil, answer{"seat": {"unique: Offer with this Seat already exists."}}},
		{"unique condition does not apply", Offer{Name: "Tea", State: "old"}, nil, answer{}},
		{"expressions", Offer{Name: "TEA", State: "x", Price: d("2.00")}, nil, answer{"__all__": {": Constraint “lower” is violated."}}},
		{"expressions with an excluded field", Offer{Name: "TEA", State: "x", Price: d("2.00")}, []string{"price"}, answer{}},
	}
	for name, open := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			db := orm.NewDB(backend)
			t.Cleanup(func() { db.Close() })
			ctx := orm.NewContext(t.Context(), db)
			if err := orm.CreateTables(ctx, offer); err != nil {
				t.Fatal(err)
			}
			saved := kept
			if err := orm.Save(ctx, &saved); err != nil {
				t.Fatal(err)
			}
			if err := orm.ValidateConstraints(ctx, &saved, nil); err != nil {
				t.Errorf("the row that is there: %v", err)
			}
			for _, test := range tests {
				offer := test.offer
				got := ours(t, orm.ValidateConstraints(ctx, &offer, &orm.CleanOptions{Exclude: test.exclude}))
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", test.name, diff)
				}
			}
		})
	}
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	kind := orm.NewTextCol(shop.Root(), "kind")
	for value, want := range map[string]string{"a": "Atelier", "b": "Boutique", "c": "c", "": ""} {
		if got := orm.Display(&Shop{Kind: value}, kind); got != want {
			t.Errorf("Display of %q: got %q, want %q", value, got, want)
		}
	}
}
