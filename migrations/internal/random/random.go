// Package random makes models and changes of them, for tests of what finds and applies
// changes:
//
//	from := random.State(rng)
//	to, what := random.Change(rng, from)
//
// The models are whole: relations lead to models that there are, names are unique.
package random

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// apps are the labels of the apps.
var apps = []string{"blog", "shop", "staff"}

// State returns up to seven models of three apps.
func State(rng *rand.Rand) *migrations.State {
	var models []*orm.ModelState
	for range 1 + rng.IntN(7) {
		models = append(models, model(rng, models))
	}
	return migrations.NewState(models...)
}

// Change returns a state after one change, and what was changed; it may take other
// changes with it, as the removal of a model takes relations to it.
func Change(rng *rand.Rand, from *migrations.State) (*migrations.State, string) {
	for {
		models := clone(from.All())
		c := changes[rng.IntN(len(changes))]
		models, what := c(rng, models)
		if what == "" {
			continue
		}
		if orm.NewModels(models).Check() == nil {
			return migrations.NewState(models...), what
		}
	}
}

func clone(models []*orm.ModelState) []*orm.ModelState {
	out := make([]*orm.ModelState, len(models))
	for i, m := range models {
		c := *m
		c.Fields, c.Indexes, c.Constraints = slices.Clone(m.Fields), slices.Clone(m.Indexes), slices.Clone(m.Constraints)
		c.UniqueTogether, c.Ordering, c.Bases = slices.Clone(m.UniqueTogether), slices.Clone(m.Ordering), slices.Clone(m.Bases)
		out[i] = &c
	}
	return out
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

var words = []string{"album", "band", "cat", "desk", "event", "field", "grade", "house", "item", "job", "key", "label", "metal", "note", "order", "page"}

func word(rng *rand.Rand) string { return pick(rng, words) }

// modelName returns a name that no model of the app has.
func modelName(rng *rand.Rand, models []*orm.ModelState, app string) string {
	for {
		name := strings.ToUpper(word(rng)[:1]) + word(rng)[1:]
		if rng.IntN(3) == 0 {
			name += strings.ToUpper(word(rng)[:1]) + word(rng)[1:]
		}
		if !slices.ContainsFunc(models, func(m *orm.ModelState) bool { return m.App == app && strings.EqualFold(m.Name, name) }) {
			return name
		}
	}
}

// fieldName returns a name that no field of the model has, nor of those that it extends
// or that extend it.
func fieldName(rng *rand.Rand, m *orm.ModelState) string {
	for {
		name := word(rng) + []string{"", "", "_of", "_at"}[rng.IntN(4)] + []string{"", fmt.Sprint(rng.IntN(9))}[rng.IntN(2)]
		if !slices.ContainsFunc(m.Fields, func(f orm.FieldState) bool { return strings.EqualFold(f.Name, name) }) {
			return name
		}
	}
}

func model(rng *rand.Rand, models []*orm.ModelState) *orm.ModelState {
	app := pick(rng, apps)
	m := &orm.ModelState{App: app, Name: modelName(rng, models, app)}
	if plain := tables(models); len(plain) > 0 && rng.IntN(8) == 0 {
		m.ProxyOf = pick(rng, plain).Label()
		return m
	} else if len(plain) > 0 && rng.IntN(7) == 0 && pick(rng, plain).Bases == nil {
		base := pick(rng, plain)
		m.Bases = []string{base.Label()}
		m.Fields = append(m.Fields, orm.FieldState{Name: strings.ToLower(base.Name) + "_ptr", Type: "OneToOneField", To: base.Label(), ParentLink: true})
	} else {
		m.Fields = append(m.Fields, orm.FieldState{Name: "id", Type: pick(rng, []string{"BigAutoField", "AutoField"}), PrimaryKey: true})
	}
	for range rng.IntN(5) {
		m.Fields = append(m.Fields, field(rng, models, m))
	}
	if rng.IntN(10) == 0 {
		m.Unmanaged = true
	}
	if rng.IntN(6) == 0 {
		m.Table = fmt.Sprintf("t_%s_%d", word(rng), rng.IntN(1000))
	}
	for range rng.IntN(2) {
		addIndex(rng, m)
		addConstraint(rng, m)
	}
	return m
}

// tables are the models with a table of their own.
func tables(models []*orm.ModelState) []*orm.ModelState {
	return slices.DeleteFunc(slices.Clone(models), func(m *orm.ModelState) bool { return m.ProxyOf != "" })
}

var plainTypes = []string{
	"CharField", "TextField", "IntegerField", "BigIntegerField", "SmallIntegerField", "BooleanField", "FloatField", "DecimalField",
	"DateField", "DateTimeField", "TimeField", "DurationField", "UUIDField", "SlugField", "EmailField", "PositiveIntegerField", "BinaryField",
}

func field(rng *rand.Rand, models []*orm.ModelState, m *orm.ModelState) orm.FieldState {
	name := fieldName(rng, m)
	if targets := append(tables(models), m); rng.IntN(3) == 0 {
		return relation(rng, pick(rng, targets), name)
	}
	return plain(rng, name)
}

func relation(rng *rand.Rand, to *orm.ModelState, name string) orm.FieldState {
	f := orm.FieldState{Name: name, Type: "ForeignKey", To: to.Label(), RelatedName: fmt.Sprintf("%s_%06d", name, rng.IntN(1e6))}
	switch rng.IntN(6) {
	case 0:
		f.Type = "ManyToManyField"
		return f
	case 1:
		f.Type = "OneToOneField"
	}
	if f.Null = rng.IntN(2) == 0; f.Null {
		f.OnDelete = orm.SetNull
	} else {
		f.OnDelete = pick(rng, []orm.OnDelete{orm.Cascade, orm.Protect})
	}
	return f
}

func plain(rng *rand.Rand, name string) orm.FieldState {
	f := orm.FieldState{Name: name, Type: pick(rng, plainTypes), Null: rng.IntN(3) == 0}
	switch f.Type {
	case "CharField", "SlugField", "EmailField":
		f.MaxLength = 10 * (1 + rng.IntN(20))
		f.Index = rng.IntN(5) == 0
	case "DecimalField":
		f.MaxDigits, f.DecimalPlaces = 8+rng.IntN(4), rng.IntN(4)
	case "DateField", "DateTimeField":
		f.AutoNowAdd = rng.IntN(5) == 0
	case "IntegerField", "BigIntegerField":
		f.Index = rng.IntN(4) == 0
	}
	if rng.IntN(10) == 0 {
		f.Column = "c_" + name
	}
	if rng.IntN(12) == 0 {
		f.Comment = "about the " + word(rng)
	}
	return f
}

// Value returns a value of the type of a field, for rows that exist: no two calls need
// to give others.
func Value(f *orm.FieldState) any {
	switch f.Type {
	case "CharField", "TextField", "SlugField":
		return "x"
	case "EmailField":
		return "a@b.example"
	case "BooleanField":
		return false
	case "FloatField":
		return 0.5
	case "DecimalField":
		return decimal.NewFromInt(1)
	case "DateField":
		return civil.Date{Year: 2024, Month: 2, Day: 29}
	case "DateTimeField":
		return time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)
	case "TimeField":
		return civil.Time{Hour: 9}
	case "DurationField":
		return time.Hour
	case "UUIDField":
		return uuid.MustParse("0e5c1b5a-6b0a-4a52-9d4b-0a4c5a6b7c8d")
	case "BinaryField":
		return []byte("x")
	}
	return int64(1)
}
