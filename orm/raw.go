package orm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// Params are named parameters of raw SQL: {"name": v} for :name. A name that the
// text has not, and one that is missing, are errors.
type Params map[string]any

// Raw returns rows of a model by a SELECT of your own. Its columns are found by
// name; those that are missing are deferred, and the key must be among them. The
// text is code: values go into params.
//
//	products, err := orm.Raw[shop.Product](ctx, "SELECT * FROM shop_product WHERE price < :max", orm.Params{"max": 10})
func Raw[T any](ctx context.Context, query string, params Params) ([]*T, error) {
	m := MetaOf[T]()
	if err := m.link(); err != nil {
		return nil, err
	}
	var out []*T
	q := &rawQuery{m: m}
	err := q.run(ctx, query, params, func(row unsafe.Pointer) { out = append(out, (*T)(row)) })
	if err != nil {
		return nil, fmt.Errorf("raw query of %s: %w", m.Label(), err)
	}
	return out, nil
}

// rawQuery is a raw query of a model.
type rawQuery struct{ m *Meta }

func (q *rawQuery) run(ctx context.Context, text string, params Params, f func(row unsafe.Pointer)) (err error) {
	s, err := sessionFor(ctx, "", q.m, false)
	if err != nil {
		return err
	}
	st, err := named(s.Dialect(), text, params)
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	defer recoverScan(&err)
	p, err := rawPlan(q.m, rows.Columns())
	if err != nil {
		return err
	}
	r := newReader(&query{m: q.m, limit: -1}, p, s, &columnMap{Rows: rows, at: p.columnsAt})
	hooks := p.fetchHooks()
	for rows.Next() {
		row := r.next()
		if err := r.afterFetch(hooks); err != nil {
			return err
		}
		f(row)
	}
	return rows.Err()
}

// rawPlan finds the columns of a model among those of a result.
func rawPlan(m *Meta, columns []string) (*plan, error) {
	p := &plan{columns: len(columns)}
	pt := part{m: m, path: m.root, parent: -1, key: -1}
	for _, st := range m.rowSteps() {
		at := slices.Index(columns, st.field.Column)
		if at < 0 {
			if st.field.PrimaryKey {
				return nil, fmt.Errorf("the result has no column %q, which is the key", st.field.Column)
			}
			continue
		}
		pt.steps = append(pt.steps, st)
		p.columnsAt = append(p.columnsAt, at)
	}
	pt.key = 0
	pt.findKeys()
	p.parts = []part{pt}
	return p, nil
}

// columnMap gives the columns of a result in the order of a model.
type columnMap struct {
	Rows
	at []int
}

func (r *columnMap) IsNull(i int) bool          { return r.Rows.IsNull(r.at[i]) }
func (r *columnMap) Bool(i int) bool            { return r.Rows.Bool(r.at[i]) }
func (r *columnMap) Int64(i int) int64          { return r.Rows.Int64(r.at[i]) }
func (r *columnMap) Float64(i int) float64      { return r.Rows.Float64(r.at[i]) }
func (r *columnMap) Text(i int) string          { return r.Rows.Text(r.at[i]) }
func (r *columnMap) Bytes(i int) []byte         { return r.Rows.Bytes(r.at[i]) }
func (r *columnMap) Time(i int) time.Time       { return r.Rows.Time(r.at[i]) }
func (r *columnMap) Scan(i int, dest any) error { return r.Rows.Scan(r.at[i], dest) }

// RawSelect returns the rows of any SELECT as structs: each column goes into the
// field of its name, as in [Select]. A Row that is no struct takes the only column.
func RawSelect[Row any](ctx context.Context, query string, params Params) ([]Row, error) {
	s, err := sessionFor(ctx, "", nil, false)
	if err != nil {
		return nil, err
	}
	st, err := named(s.Dialect(), query, params)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := reflect.TypeFor[Row]()
	into, err := rawFields(t, rows.Columns())
	if err != nil {
		return nil, err
	}
	var out []Row
	for rows.Next() {
		out = append(out, *new(Row))
		row := reflect.ValueOf(&out[len(out)-1]).Elem()
		for i, index := range into {
			if rows.IsNull(i) {
				continue
			}
			to := row
			if index != nil {
				to = row.FieldByIndex(index)
			}
			if err := scanInto(rows, i, to); err != nil {
				return nil, fmt.Errorf("orm: column %q: %w", rows.Columns()[i], err)
			}
		}
	}
	return out, rows.Err()
}

// rawFields finds the field of each column; nil is the row itself.
func rawFields(t reflect.Type, columns []string) ([][]int, error) {
	if kindOf(t) != KindInvalid || t.Kind() != reflect.Struct {
		if len(columns) != 1 {
			return nil, fmt.Errorf("orm: a row of type %s takes one column, and there are %d", t, len(columns))
		}
		return [][]int{nil}, nil
	}
	byName := columnFields(t)
	into := make([][]int, len(columns))
	for i, name := range columns {
		if into[i] = byName[name]; into[i] == nil {
			return nil, fmt.Errorf("orm: %s has no field for the column %q", t, name)
		}
	}
	return into, nil
}

// scanInto reads a column as the type of a value.
func scanInto(rows Rows, i int, to reflect.Value) error {
	if to.Type().Implements(reflect.TypeFor[nullable]()) && to.Kind() == reflect.Struct {
		to.FieldByName("Valid").SetBool(true)
		to = to.FieldByName("V")
	}
	kind := kindOf(to.Type())
	if kind == KindInvalid {
		var v any
		if err := rows.Scan(i, &v); err != nil {
			return err
		}
		return setField(to, v)
	}
	st := scanStep{kind: kind, field: &Field{Model: &Meta{}, Name: "column", Kind: kind, valueType: to.Type(), DecimalPlaces: keepPlaces}}
	return readOne(rows, i, &st, to.Addr())
}

// ExecNamed runs a statement of your own and returns how many rows it touched. The text
// is code: values go into params.
func ExecNamed(ctx context.Context, query string, params Params) (int64, error) {
	s, err := sessionFor(ctx, "", nil, true)
	if err != nil {
		return 0, err
	}
	st, err := named(s.Dialect(), query, params)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(ctx, st.SQL, st.Args)
	return r.RowsAffected, err
}

// named puts placeholders in the place of :name. Text in quotation marks, comments
// and PostgreSQL's :: are left alone.
func named(d *Dialect, text string, params Params) (Statement, error) {
	c := newCompiler(d, nil)
	used := map[string]bool{}
	if strings.IndexByte(text, 0) >= 0 {
		return Statement{}, errors.New("orm: raw SQL with a NUL byte")
	}
	for i := 0; i < len(text); {
		n := skipToken(text[i:])
		if n > 0 {
			c.SQL(text[i : i+n])
			i += n
			continue
		}
		name := paramName(text[i+1:])
		v, ok := params[name]
		if !ok {
			return Statement{}, fmt.Errorf("orm: raw SQL: no value for :%s", name)
		}
		used[name] = true
		c.Arg(v)
		i += 1 + len(name)
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if !used[name] {
			return Statement{}, fmt.Errorf("orm: raw SQL: the text has no :%s", name)
		}
	}
	return c.statement()
}

// skipToken returns how long the piece of SQL is that text begins with, or 0
// where a parameter stands there.
func skipToken(text string) int {
	switch c := text[0]; {
	case c == '\'' || c == '"' || c == '`':
		return quotedLen(text, c)
	case strings.HasPrefix(text, "--"):
		if end := strings.IndexByte(text, '\n'); end >= 0 {
			return end + 1
		}
		return len(text)
	case strings.HasPrefix(text, "/*"):
		if end := strings.Index(text[2:], "*/"); end >= 0 {
			return end + 4
		}
		return len(text)
	case strings.HasPrefix(text, "::"):
		return 2
	case c == ':' && paramName(text[1:]) != "":
		return 0
	case c == '?':
		return 1
	}
	return 1
}

// quotedLen returns the length of a quoted text, in which the mark stands twice
// for itself.
func quotedLen(text string, mark byte) int {
	for i := 1; i < len(text); i++ {
		if text[i] != mark {
			continue
		}
		if i+1 < len(text) && text[i+1] == mark {
			i++
			continue
		}
		return i + 1
	}
	return len(text)
}

func paramName(s string) string {
	n := 0
	for n < len(s) && (s[n] == '_' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return s[:n]
}
