package orm

import (
	"context"
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// RepeatedQuery is one statement that ran again and again from one line.
type RepeatedQuery struct {
	Count  int
	Caller string // "shop/views.go:40"
	SQL    string
	Total  time.Duration
}

// String tells what happened and how to mend it, in one line.
func (r RepeatedQuery) String() string {
	const most = 200
	text := r.SQL
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%d times from %s: %s; %s", r.Count, r.Caller, text, mendRepeated(r.SQL))
}

func mendRepeated(query string) string {
	switch verbOf(query) {
	case "INSERT":
		return "create the rows at once with BulkCreate"
	case "UPDATE":
		return "change the rows at once with Update or BulkUpdate"
	case "DELETE":
		return "delete the rows at once with Delete of a query"
	}
	return "load what it fetches with the rows before: SelectRelated or Prefetch for relations, orm.InBulk or In for keys"
}

// verbOf returns the first word of a statement in upper case.
func verbOf(query string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(query, " \t\r\n("), " ")
	return strings.ToUpper(word)
}

// Repeated returns the statements among those kept that ran at least least times
// (2 where that is less) from one line, in the order of their first run. They are
// the sign of a query inside a loop.
func (l *QueryLog) Repeated(least int) []RepeatedQuery {
	type key struct{ caller, query string }
	index := map[key]int{}
	var all, repeated []RepeatedQuery
	for _, q := range l.Queries() {
		k := key{q.Caller, q.SQL}
		i, ok := index[k]
		if !ok {
			i = len(all)
			index[k] = i
			all = append(all, RepeatedQuery{Caller: q.Caller, SQL: q.SQL})
		}
		all[i].Count++
		all[i].Total += q.Duration
	}
	for _, r := range all {
		if r.Count >= max(least, 2) {
			repeated = append(repeated, r)
		}
	}
	return repeated
}

// callerOfORM returns the file and line of the program that called package orm.
func callerOfORM() string {
	var pcs [48]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && !passThrough(f) {
			return path.Join(path.Base(path.Dir(f.File)), path.Base(f.File)) + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return ""
		}
	}
}

var ormPackage = reflect.TypeFor[DB]().PkgPath()

// passThrough tells whether a frame is of this package or one below it, of
// generated code, or of what calls iterators.
func passThrough(f runtime.Frame) bool {
	if strings.HasSuffix(f.File, "_gen.go") {
		return true
	}
	slash := strings.LastIndexByte(f.Function, '/') + 1
	dot := strings.IndexByte(f.Function[slash:], '.')
	if dot < 0 {
		return false
	}
	switch pkg := f.Function[:slash+dot]; pkg {
	case ormPackage, "iter", "maps", "slices", "runtime":
		return true
	default:
		return strings.HasPrefix(pkg, ormPackage+"/") && !strings.HasSuffix(pkg, "_test")
	}
}

// explain asks the database how it runs a query. That it can't tell is no error.
func (e *logEntry) explain(ctx context.Context) string {
	d := e.session.db.dialect
	if verb := verbOf(e.call.SQL); !d.Features.Explain || verb != "SELECT" && verb != "WITH" {
		return ""
	}
	explain := "EXPLAIN "
	if d.Name == "sqlite" {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := e.session.db.backend.Query(ctx, explain+e.call.SQL, e.call.Args)
	if err != nil {
		return ""
	}
	defer rows.Close()
	var lines []string
	columns := len(rows.Columns())
	for rows.Next() {
		var cells []string
		for i := range columns {
			if d.Name == "sqlite" && i < columns-1 { // the last is the text
				continue
			}
			if !rows.IsNull(i) {
				cells = append(cells, rows.Text(i))
			}
		}
		lines = append(lines, strings.Join(cells, "\t"))
	}
	if rows.Err() != nil {
		return ""
	}
	return strings.Join(lines, "\n")
}
