package orm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// This file alone reads and writes structs through offsets. Memory is always
// allocated by its own type (Meta.newChunk), and a pointer never leaves the
// struct that it was made from.

// chunkRows is how many rows are allocated at once.
const chunkRows = 64

// scanStep reads one column into a struct.
type scanStep struct {
	kind    Kind
	null    bool
	offset  uintptr // from the beginning of the row
	nullOff uintptr // from the value
	field   *Field
}

// rowSteps returns how the columns of a row are read: those of parents first, as in
// Django.
func (m *Meta) rowSteps() []scanStep {
	m.layoutOnce.Do(func() {
		for f, offset := range m.columns() {
			m.scanPlan = append(m.scanPlan, scanStep{kind: f.Kind, null: f.Null, offset: offset, nullOff: f.nullOff, field: f})
		}
		m.addMany(m, 0)
	})
	return m.scanPlan
}

// manyField is a many-to-many or generic relation, and where it stands in a row.
type manyField struct {
	f      *Field
	offset uintptr
}

// addMany notes the fields to many of from, which is m or a parent, and of its parents.
func (m *Meta) addMany(from *Meta, base uintptr) {
	for _, link := range from.Parents {
		m.addMany(link.Relation.To, base+link.parentOff)
	}
	for _, f := range slices.Concat(from.ManyToMany, from.Generic) {
		m.many = append(m.many, manyField{f, base + f.offset})
	}
}

// setMany tells the fields to many of a row that the row is in the database.
func (m *Meta) setMany(row unsafe.Pointer) {
	for _, many := range m.many {
		*(**Field)(unsafe.Add(row, many.offset)) = many.f
	}
}

// arena allocates rows of one part.
type arena struct {
	next  unsafe.Pointer
	left  int
	links []link // one for each of the part's keys
}

// reader reads the rows of a plan.
type reader struct {
	q      *query
	p      *plan
	s      *session
	rows   Rows
	arenas []arena
	objs   []unsafe.Pointer
	shared *rowState
	states []rowState
	anns   []annotationColumn
	n      int // rows read
	chunk  int

	fewArenas [3]arena // for most queries
	fewObjs   [3]unsafe.Pointer
}

func newReader(q *query, p *plan, s *session, rows Rows) *reader {
	r := &reader{q: q, p: p, s: s, rows: rows, chunk: chunkRows}
	if q.limit >= 0 && q.limit < r.chunk {
		r.chunk = max(q.limit, 1)
	}
	if len(p.parts) <= len(r.fewArenas) {
		r.arenas, r.objs = r.fewArenas[:len(p.parts)], r.fewObjs[:len(p.parts)]
	} else {
		r.arenas, r.objs = make([]arena, len(p.parts)), make([]unsafe.Pointer, len(p.parts))
	}
	both := &struct {
		rowState
		rowSet
	}{rowState{loaded: loadedSet(q, p)}, rowSet{using: s.alias, mode: q.mode}}
	both.rowState.shared = &both.rowSet
	r.shared = &both.rowState
	return r
}

// loadedSet returns which fields of the model were fetched, nil for all.
func loadedSet(q *query, p *plan) fieldSet {
	if len(p.parts) == 0 || len(p.parts[0].steps) == len(q.m.rowSteps()) {
		return nil
	}
	loaded := fieldSet{}
	for _, st := range p.parts[0].steps {
		loaded[fieldAt{nil, st.field}] = true
	}
	return loaded
}

// next reads one row and returns the struct of its first part.
func (r *reader) next() unsafe.Pointer {
	for i := range r.p.parts {
		pt := &r.p.parts[i]
		if i > 0 && (r.objs[pt.parent] == nil || r.rows.IsNull(pt.key)) {
			r.objs[i] = nil
			continue
		}
		row := r.arenas[i].alloc(pt, r)
		readSteps(r.rows, pt, row)
		r.link(i, pt, row)
	}
	if len(r.p.anns) > 0 {
		r.annotate()
	}
	r.n++
	return r.objs[0]
}

func (a *arena) alloc(pt *part, r *reader) unsafe.Pointer {
	if a.left == 0 {
		a.next, a.left = pt.m.newChunk(r.chunk), r.chunk
		if len(pt.keys) > 0 {
			a.links = make([]link, len(pt.keys))
		}
		for k, st := range pt.keys {
			a.links[k] = link{base: unsafe.Add(a.next, st.offset), size: pt.m.size, field: st.field, using: r.s.alias, mode: r.q.mode}
		}
	}
	row := a.next
	if a.left--; a.left > 0 {
		a.next = unsafe.Add(row, pt.m.size)
	}
	return row
}

// link connects a row with its state, its keys with their peers, and the key that
// it was joined by with the row.
func (r *reader) link(i int, pt *part, row unsafe.Pointer) {
	r.objs[i] = row
	a := &r.arenas[i]
	for k, st := range pt.keys {
		a.links[k].n++
		*(**link)(unsafe.Add(row, st.offset+st.field.linkOff)) = &a.links[k]
	}
	if !pt.m.stateless {
		*(**rowState)(unsafe.Add(row, pt.m.stateOff)) = r.shared
	}
	pt.m.setMany(row)
	if i == 0 || pt.rel == nil {
		return
	}
	parent := r.objs[pt.parent]
	if !pt.rel.Reverse {
		setObj(parent, pt.rel.Field, r.p.parts[pt.parent].m, row)
		return
	}
	stateOf(parent, r.p.parts[pt.parent].m).keep(pt.rel.Name, []unsafe.Pointer{row})
	setObj(row, pt.rel.Field, pt.m, parent)
}

// setObj puts the row that a key points to beside the key.
func setObj(row unsafe.Pointer, f *Field, m *Meta, obj unsafe.Pointer) {
	*(*unsafe.Pointer)(unsafe.Add(row, m.fieldOffset(f)+f.objOff)) = obj
}

// fieldOffset returns where field f of m or of one of its parents stands in m's struct.
func (m *Meta) fieldOffset(f *Field) uintptr {
	if offset, ok := m.offsetOf(f); ok {
		return offset
	}
	return f.offset
}

// annotate reads the annotations of the current row into its own state.
func (r *reader) annotate() {
	i := r.n % r.chunk
	if i == 0 {
		r.states = make([]rowState, r.chunk)
		set := &rowSet{using: r.s.alias, mode: r.q.mode, annotations: make([]annotationColumn, len(r.p.anns))}
		for k, a := range r.p.anns {
			set.annotations[k] = annotationColumn{a, a.chunk(r.chunk)}
		}
		for k := range r.states {
			r.states[k] = rowState{shared: set, index: k, loaded: r.shared.loaded, own: true}
		}
		r.anns = set.annotations
	}
	for k, a := range r.p.anns {
		if err := a.read(r.anns[k].values, i, r.rows, r.p.annStart+k); err != nil {
			panic(scanError{fmt.Errorf("orm: read %s: %w", a.name, err)})
		}
	}
	*(**rowState)(unsafe.Add(r.objs[0], r.q.m.stateOff)) = &r.states[i]
}

// readSteps reads the columns of one part.
func readSteps(rows Rows, pt *part, row unsafe.Pointer) {
	for i := range pt.steps {
		st := &pt.steps[i]
		column := pt.start + i
		at := unsafe.Add(row, st.offset)
		if st.null {
			if rows.IsNull(column) {
				continue
			}
			*(*bool)(unsafe.Add(at, st.nullOff)) = true
		}
		switch st.kind {
		case KindInt64:
			*(*int64)(at) = rows.Int64(column)
		case KindString:
			*(*string)(at) = rows.Text(column)
		case KindBool:
			*(*bool)(at) = rows.Bool(column)
		case KindFloat64:
			*(*float64)(at) = rows.Float64(column)
		case KindTime:
			*(*time.Time)(at) = rows.Time(column)
		default:
			readRare(rows, column, st, at)
		}
	}
}

// readRare reads kinds that are not worth a place in the loop above.
func readRare(rows Rows, column int, st *scanStep, at unsafe.Pointer) {
	if !st.null && rows.IsNull(column) {
		return
	}
	var err error
	switch st.kind {
	case KindInt:
		*(*int)(at) = int(rows.Int64(column))
	case KindInt32:
		*(*int32)(at) = int32(rows.Int64(column))
	case KindInt16:
		*(*int16)(at) = int16(rows.Int64(column))
	case KindInt8:
		*(*int8)(at) = int8(rows.Int64(column))
	case KindUint:
		*(*uint)(at) = uint(rows.Int64(column))
	case KindUint64:
		*(*uint64)(at) = uint64(rows.Int64(column))
	case KindUint32:
		*(*uint32)(at) = uint32(rows.Int64(column))
	case KindUint16:
		*(*uint16)(at) = uint16(rows.Int64(column))
	case KindUint8:
		*(*uint8)(at) = uint8(rows.Int64(column))
	case KindFloat32:
		*(*float32)(at) = float32(rows.Float64(column))
	case KindBytes:
		*(*[]byte)(at) = rows.Bytes(column)
	case KindDate:
		err = rows.Scan(column, (*civil.Date)(at))
	case KindTimeOfDay:
		err = rows.Scan(column, (*civil.Time)(at))
	case KindDuration:
		err = rows.Scan(column, (*time.Duration)(at))
	case KindUUID:
		err = rows.Scan(column, (*uuid.UUID)(at))
	case KindDecimal:
		err = readDecimal(rows, column, st.field.DecimalPlaces, (*decimal.Decimal)(at))
	case KindIP:
		*(*netip.Addr)(at), err = netip.ParseAddr(rows.Text(column))
	case KindJSON:
		err = json.Unmarshal([]byte(rows.Text(column)), reflect.NewAt(st.field.valueType, at).Interface())
	case KindCustom:
		scanner, ok := reflect.NewAt(st.field.valueType, at).Interface().(CustomScanner)
		if !ok {
			err = fmt.Errorf("*%s has no method ScanColumn", st.field.valueType)
			break
		}
		err = scanner.ScanColumn(rows, column)
	}
	if err != nil {
		panic(scanError{fmt.Errorf("orm: read %s: %w", st.field, err)})
	}
}

// readOne reads a column into a value that stands alone.
func readOne(rows Rows, column int, st *scanStep, into reflect.Value) (err error) {
	defer recoverScan(&err)
	pt := part{steps: []scanStep{*st}, start: column}
	readSteps(rows, &pt, into.UnsafePointer())
	return nil
}

// recoverScan turns a scanError into an error.
func recoverScan(err *error) {
	switch e := recover().(type) {
	case nil:
	case scanError:
		*err = e.err
	default:
		panic(e)
	}
}

// readDecimal reads a decimal with as many places as the column has, as Django does: SQLite has numbers,
// of which 19.90 is 19.9.
func readDecimal(rows Rows, column, places int, d *decimal.Decimal) error {
	if err := rows.Scan(column, d); err != nil || places == keepPlaces {
		return err
	}
	if int(d.Exponent()) != -places {
		*d = d.Round(int32(places))
	}
	return nil
}

// keepPlaces in a field's DecimalPlaces: decimals stay as the database gives them.
const keepPlaces = -1

// scanError leaves the loop of a reader; see query.each.
type scanError struct{ err error }

// valueOf returns the value of a field of the row at base, as its own Go type
// boxed; nil where it is null.
func valueOf(f *Field, at unsafe.Pointer) any {
	if f.Null && !*(*bool)(unsafe.Add(at, f.nullOff)) {
		return nil
	}
	switch f.Kind {
	case KindInt64:
		return *(*int64)(at)
	case KindInt:
		return int64(*(*int)(at))
	case KindString:
		return *(*string)(at)
	case KindBool:
		return *(*bool)(at)
	case KindFloat64:
		return *(*float64)(at)
	case KindTime:
		return *(*time.Time)(at)
	case KindInt32:
		return int64(*(*int32)(at))
	case KindInt16:
		return int64(*(*int16)(at))
	case KindInt8:
		return int64(*(*int8)(at))
	case KindUint:
		return *(*uint)(at)
	case KindUint64:
		return *(*uint64)(at)
	case KindUint32:
		return int64(*(*uint32)(at))
	case KindUint16:
		return int64(*(*uint16)(at))
	case KindUint8:
		return int64(*(*uint8)(at))
	case KindFloat32:
		return float64(*(*float32)(at))
	case KindBytes:
		if b := *(*[]byte)(at); b != nil {
			return b
		}
		return []byte{}
	case KindDate:
		return *(*civil.Date)(at)
	case KindTimeOfDay:
		return *(*civil.Time)(at)
	case KindDuration:
		return *(*time.Duration)(at)
	case KindUUID:
		return *(*uuid.UUID)(at)
	case KindDecimal:
		return *(*decimal.Decimal)(at)
	case KindIP:
		return *(*netip.Addr)(at)
	}
	return reflect.NewAt(f.valueType, at).Elem().Interface()
}

// each runs the query and calls f with each row until it returns false.
func (q *query) each(ctx context.Context, f func(row unsafe.Pointer) bool) error {
	if q.none && q.err == nil {
		return nil
	}
	s, p, err := q.prepare(ctx)
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, p.statement.SQL, p.statement.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	return q.read(s, p, rows, f)
}

// prepare returns the statement of the query, and where it runs.
func (q *query) prepare(ctx context.Context) (*session, *plan, error) {
	s, err := sessionFor(ctx, q.using, q.m, q.lock != nil)
	if err != nil {
		return nil, nil, err
	}
	if q.lock != nil && !s.inTx() {
		return nil, nil, ErrNeedsAtomic
	}
	p, err := q.compile(s)
	return s, p, err
}

// read calls f with each row of a statement of the query until it returns false.
func (q *query) read(s *session, p *plan, rows Rows, f func(row unsafe.Pointer) bool) (err error) {
	defer recoverScan(&err)
	r := newReader(q, p, s, rows)
	hooks := p.fetchHooks()
	for rows.Next() {
		row := r.next()
		if hooks != nil {
			if err := r.afterFetch(hooks); err != nil {
				return err
			}
		}
		if !f(row) {
			return nil
		}
	}
	return rows.Err()
}

// layoutState computes a model's layout once.
type layoutState = sync.Once

func sortStrings(s []string) { slices.Sort(s) }
