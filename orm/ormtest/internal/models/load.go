package models

import (
	"bytes"
	"context"
	_ "embed" // data.json
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// data are the rows that orm/ormtest/internal/django/load.py gives Django.
//
//go:embed data.json
var data []byte

// table is one table of data.json: values in the form of wire.py.
type table struct {
	Fields []string `json:"fields"`
	Rows   [][]any  `json:"rows"`
}

// Load writes the rows that all tests share into empty tables.
func Load(ctx context.Context) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tables map[string]table
	if err := d.Decode(&tables); err != nil {
		return fmt.Errorf("data.json: %w", err)
	}
	return orm.Atomic(ctx, func(ctx context.Context) error {
		for _, load := range []func(context.Context, map[string]table) error{
			rowsOf(Countries), rowsOf(Publishers), loadPeople, rowsOf(Categories), rowsOf(Tags), rowsOf(Books), rowsOf(Authorships),
			rowsOf(Reviews), rowsOf(Profiles), rowsOf(Orders), rowsOf(OrderLines), rowsOf(Samples), rowsOf(Marks),
			rowsOf(Roots), rowsOf(ChildCascades), rowsOf(ChildGrands), rowsOf(ChildSetNulls), rowsOf(ChildSetDefaults), rowsOf(ChildProtects),
			rowsOf(ChildRestricts), rowsOf(ChildNothings), loadMany, loadMeasures, resetSequences,
		} {
			if err := load(ctx, tables); err != nil {
				return err
			}
		}
		return nil
	})
}

// rowsOf returns what loads the table of a model.
func rowsOf[T any](q *orm.Query[T]) func(context.Context, map[string]table) error {
	return func(ctx context.Context, tables map[string]table) error {
		m := orm.MetaOf[T]()
		t := tables[m.Name]
		rows := make([]*T, len(t.Rows))
		for i, values := range t.Rows {
			rows[i] = new(T)
			if err := setFields(rows[i], m, t.Fields, values); err != nil {
				return err
			}
		}
		if err := q.BulkCreate(ctx, rows, nil); err != nil {
			return fmt.Errorf("load %s: %w", m.Name, err)
		}
		return nil
	}
}

// loadPeople writes each person once, as what it is.
func loadPeople(ctx context.Context, tables map[string]table) error {
	authors, novelists := byKey(tables["Author"]), byKey(tables["Novelist"])
	people := tables["Person"]
	for _, values := range people.Rows {
		var n Novelist
		author, novelist := authors[values[0]], novelists[values[0]]
		for _, part := range []struct {
			object any
			m      *orm.Meta
			table  table
			values []any
		}{
			{&n.Person, personMeta, people, values}, {&n.Author, authorMeta, tables["Author"], author}, {&n, novelistMeta, tables["Novelist"], novelist},
		} {
			if err := setFields(part.object, part.m, part.table.Fields, part.values); err != nil {
				return err
			}
		}
		var err error
		switch {
		case novelist != nil:
			err = Novelists.Create(ctx, &n)
		case author != nil:
			err = Authors.Create(ctx, &n.Author)
		default:
			err = People.Create(ctx, &n.Person)
		}
		if err != nil {
			return fmt.Errorf("load %s: %w", n.Name, err)
		}
	}
	return nil
}

func byKey(t table) map[any][]any {
	rows := map[any][]any{}
	for _, row := range t.Rows {
		rows[row[0]] = row
	}
	return rows
}

// loadMany relates rows many to many.
func loadMany(ctx context.Context, tables map[string]table) error {
	for _, pair := range tables["Book_tags"].Rows {
		b, err := Books.Get(ctx, BookF.ID.Eq(integer(pair[1])))
		if err != nil {
			return err
		}
		if err := b.Tags.Add(ctx, &Tag{ID: uuid.MustParse(pair[2].(string)[2:])}); err != nil {
			return err
		}
	}
	for _, relation := range []string{"Person_friends", "Person_follows"} {
		for _, pair := range tables[relation].Rows {
			from, err := People.Get(ctx, PersonF.ID.Eq(integer(pair[1])))
			if err != nil {
				return err
			}
			to := &Person{}
			to.ID = integer(pair[2])
			many := &from.Follows
			if relation == "Person_friends" {
				many = &from.Friends
			}
			if err := many.Add(ctx, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// measures is how many rows the big table has.
const measures = 2500

func loadMeasures(ctx context.Context, _ map[string]table) error {
	start := time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC)
	rows := make([]*Measure, measures)
	for n := range rows {
		i := n + 1
		rows[n] = &Measure{Sensor: int32(i % 7), At: start.Add(time.Duration(i) * 37 * time.Minute), Value: float64(i*i%1009) / 8, N: int32(i * 7919 % 2503)}
		rows[n].ID = int64(i)
	}
	return Measures.BulkCreate(ctx, rows, nil)
}

// resetSequences lets PostgreSQL count on after the keys that were given.
func resetSequences(ctx context.Context, _ map[string]table) error {
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil || c.Dialect().Name != "postgresql" {
		return err
	}
	for _, m := range Models {
		if m.PK == nil || !m.PK.Auto || m.Proxy != nil {
			continue
		}
		query := fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('"%s"', '%s'), coalesce(max(%[2]q), 1), max(%[2]q) IS NOT NULL) FROM %[1]q`, m.Table, m.PK.Column)
		rows, err := c.Query(ctx, query)
		if err != nil {
			return err
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// setFields fills the struct that object points to by Django's attribute names.
func setFields(object any, m *orm.Meta, attrs []string, values []any) error {
	if values == nil {
		return nil
	}
	v := reflect.ValueOf(object).Elem()
	for _, f := range m.Fields {
		for i, attr := range attrs {
			if f.Attr() != attr || !v.FieldByName(f.GoName).IsValid() {
				continue
			}
			if err := set(v.FieldByName(f.GoName), values[i]); err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
	}
	return nil
}

// set gives a field a value in the form of wire.py.
func set(to reflect.Value, value any) error {
	if to.Kind() == reflect.Struct {
		if valid := to.FieldByName("Valid"); valid.IsValid() {
			if value == nil {
				return nil
			}
			valid.SetBool(true)
			if inner := to.FieldByName("V"); inner.IsValid() {
				return set(inner, value)
			}
		}
		if id := to.FieldByName("ID"); id.IsValid() {
			return set(id, value)
		}
	}
	v, err := decode(to.Type(), value)
	if err != nil {
		return err
	}
	to.Set(reflect.ValueOf(v).Convert(to.Type()))
	return nil
}

func integer(v any) int64 {
	n, err := v.(json.Number).Int64()
	if err != nil {
		panic(err) // data.json is ours
	}
	return n
}

func decode(t reflect.Type, value any) (any, error) {
	switch value := value.(type) {
	case bool:
		return value, nil
	case json.Number:
		return value.Int64()
	}
	text, ok := value.(string)
	if !ok || len(text) < 2 {
		return nil, fmt.Errorf("a value of type %T for %s", value, t)
	}
	kind, text := text[0], text[2:]
	switch kind {
	case 's':
		if t == reflect.TypeFor[netip.Addr]() {
			return netip.ParseAddr(text)
		}
		return text, nil
	case 'f':
		return strconv.ParseFloat(text, 64)
	case 'n':
		return decimal.NewFromString(text)
	case 't':
		return time.Parse("2006-01-02T15:04:05", text)
	case 'd':
		return civil.ParseDate(text)
	case 'o':
		return civil.ParseTime(text)
	case 'p':
		n, err := strconv.ParseInt(text, 10, 64)
		return time.Duration(n) * time.Microsecond, err
	case 'u':
		return uuid.Parse(text)
	case 'b':
		return hex.DecodeString(text)
	case 'j':
		return json.RawMessage(text), nil
	}
	return nil, fmt.Errorf("a value that begins with %s", strings.ToUpper(string(kind)))
}
