// Command compareorm measures ORMs side by side: how many times as much each does with the same
// processor time as rows scanned by hand.
//
//	go run -C .. ./scripts/services go run -C benchmarks ./cmd/compareorm   # PostgreSQL and SQLite
//	go run ./cmd/compareorm -db sqlite -peers sql,nuages -only get,join_1000
//
// Each library is a process of its own, in turns within a round, in an order that turns from round to
// round. Ratios are taken within a round; the tables, in Markdown, give their medians.
package main

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	_ "modernc.org/sqlite"             // the driver sqlite

	"github.com/nuages-web/nuages/internal/testdb"
)

//go:embed sqlite.sql
var sqliteSchema string

//go:embed pg.sql
var pgSchema string

// peers are the libraries by database; the first is what the others are compared with.
var peers = map[string][]string{
	"sqlite": {"sql", "bun", "ent", "gorm", "gorm-tuned", "django", "nuages"},
	"pg":     {"pgx", "pgx-copy", "sql", "bun", "ent", "gorm", "gorm-tuned", "django", "nuages"},
}

var operations = []string{"insert", "bulk_1000", "get", "select_1000", "join_1000", "filter_count", "update"}

type figures struct {
	NS     float64 `json:"ns"`
	CPU    float64 `json:"cpu_ns"`
	Allocs float64 `json:"allocs"`
	Check  int64   `json:"check"`
}

type options struct {
	databases, peers, only []string
	rounds                 int
	budget                 time.Duration
}

func main() {
	var o options
	db := flag.String("db", "sqlite,pg", "databases, with commas between")
	who := flag.String("peers", "", "libraries, with commas between; default all, the first is the base")
	only := flag.String("only", "", "operations, with commas between; default all")
	flag.IntVar(&o.rounds, "rounds", 3, "how often everything is measured")
	flag.DurationVar(&o.budget, "time", 400*time.Millisecond, "how long each operation is measured")
	flag.Parse()
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
	}
	o.databases, o.peers, o.only = split(*db), split(*who), split(*only)
	if err := run(context.Background(), &o); err != nil {
		fmt.Fprintln(os.Stderr, "compareorm:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options) error {
	dir, err := os.MkdirTemp("", "compareorm-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "ormpeer")
	build := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/ormpeer")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build ormpeer: %w", err)
	}
	for _, db := range o.databases {
		libraries := peers[db]
		if libraries == nil {
			return fmt.Errorf("-db: %q is neither sqlite nor pg", db)
		}
		if len(o.peers) > 0 {
			libraries = o.peers
		}
		rounds, err := measure(ctx, o, dir, bin, db, libraries)
		if err != nil {
			return fmt.Errorf("%s: %w", db, err)
		}
		report(o, db, libraries, rounds)
	}
	return nil
}

// round is what one round found: library → operation → figures.
type round map[string]map[string]figures

func measure(ctx context.Context, o *options, dir, bin, db string, libraries []string) ([]round, error) {
	var rounds []round
	for n := range o.rounds {
		r := round{}
		for i := range libraries {
			library := libraries[(i+n)%len(libraries)]
			found, err := one(ctx, o, dir, bin, db, library)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", library, err)
			}
			r[library] = found
			fmt.Fprintf(os.Stderr, "\r\x1b[Kround %d of %d, %s: %s", n+1, o.rounds, db, library)
		}
		if err := r.sameAnswers(); err != nil {
			return nil, err
		}
		rounds = append(rounds, r)
	}
	fmt.Fprint(os.Stderr, "\r\x1b[K")
	return rounds, nil
}

// sameAnswers refuses a round in which two libraries read different rows.
func (r round) sameAnswers() error {
	for _, op := range operations {
		checks := map[int64][]string{}
		for library, found := range r {
			checks[found[op].Check] = append(checks[found[op].Check], library)
		}
		if len(checks) > 1 {
			return fmt.Errorf("%s: the answers differ: %v", op, checks)
		}
	}
	return nil
}

// one measures a library on a new database.
func one(ctx context.Context, o *options, dir, bin, db, library string) (found map[string]figures, err error) {
	dsn := filepath.Join(dir, "bench.sqlite3")
	drop := func() error {
		files, _ := filepath.Glob(dsn + "*")
		var errs []error
		for _, f := range files {
			errs = append(errs, os.Remove(f))
		}
		return errors.Join(errs...)
	}
	driver, schema := "sqlite", sqliteSchema
	if db == "pg" {
		driver, schema = "pgx", pgSchema
		if dsn, drop, err = testdb.CreatePostgres(); err != nil {
			return nil, err
		}
	}
	defer func() { err = errors.Join(err, drop()) }()
	if err := fill(ctx, driver, dsn, schema); err != nil {
		return nil, err
	}
	ms := strconv.FormatInt(o.budget.Milliseconds(), 10)
	cmd := exec.CommandContext(ctx, bin, library, db, dsn, ms)
	if library == "django" {
		cmd = exec.CommandContext(ctx, "/usr/bin/python3", "python/orm_bench.py", ms)
		cmd.Env = append(os.Environ(), map[string]string{"sqlite": "BENCH_SQLITE=", "pg": "BENCH_DSN="}[db]+dsn)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return found, json.Unmarshal(out, &found)
}

func fill(ctx context.Context, driver, dsn, schema string) error {
	conn, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer conn.Close()
	for statement := range strings.SplitSeq(schema, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// report prints the tables of one database.
func report(o *options, db string, libraries []string, rounds []round) {
	base := libraries[0]
	fmt.Printf("\n**%s**, × `%s` by processor time (above 1 is better)\n\n| operation | `%s`, µs |", db, base, base)
	for _, l := range libraries[1:] {
		fmt.Printf(" `%s` |", l)
	}
	fmt.Print("\n|---|---:|", strings.Repeat("---:|", len(libraries)-1), "\n")
	for _, op := range operations {
		if len(o.only) > 0 && !slices.Contains(o.only, op) {
			continue
		}
		fmt.Printf("| %s | %.1f |", op, median(rounds, func(r round) float64 { return r[base][op].CPU / 1000 }))
		for _, l := range libraries[1:] {
			fmt.Printf(" %.2f |", median(rounds, func(r round) float64 { return r[base][op].CPU / r[l][op].CPU }))
		}
		fmt.Println()
	}
	fmt.Printf("\nAllocations of one operation on %s\n\n| operation |", db)
	for _, l := range libraries {
		if l != "django" {
			fmt.Printf(" `%s` |", l)
		}
	}
	fmt.Print("\n|---|", strings.Repeat("---:|", len(libraries)-btoi(slices.Contains(libraries, "django"))), "\n")
	for _, op := range operations {
		if len(o.only) > 0 && !slices.Contains(o.only, op) {
			continue
		}
		fmt.Printf("| %s |", op)
		for _, l := range libraries {
			if l != "django" {
				fmt.Printf(" %.0f |", median(rounds, func(r round) float64 { return r[l][op].Allocs }))
			}
		}
		fmt.Println()
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func median(rounds []round, of func(round) float64) float64 {
	var v []float64
	for _, r := range rounds {
		v = append(v, of(r))
	}
	slices.Sort(v)
	return v[len(v)/2]
}
