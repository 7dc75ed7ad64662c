// Command ormpeer times the ORM's work with one library, for compareorm:
//
//	ormpeer <library> <sqlite|pg> <dsn or path> <milliseconds for each operation>
//
// It prints one JSON object: operation → ns, cpu_ns (of this process), allocs and
// check, a number that is the same for every library.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/uptrace/bun"
)

// Peer is one library's way to do each operation. Reads return a check.
type Peer interface {
	Insert(e Entry) error
	Bulk(es []Entry) error
	Get(id int64) (int64, error)
	Select() (int64, error)
	Join() (int64, error)
	Count() (int64, error)
	Update(id int64, price float64) error
	Clear() error
}

// Author, Book and Entry are the rows, for all libraries but ent and nuages.
type Author struct {
	bun.BaseModel `bun:"table:author,alias:author" gorm:"-"`

	ID    int64 `bun:",pk,autoincrement"`
	Name  string
	Email string
}

// TableName is gorm's.
func (Author) TableName() string { return "author" }

// Book is a row of book.
type Book struct {
	bun.BaseModel `bun:"table:book,alias:book" gorm:"-"`

	ID        int64 `bun:",pk,autoincrement"`
	Title     string
	AuthorID  int64
	Author    *Author `bun:"rel:belongs-to,join:author_id=id"`
	Pages     int
	Price     float64
	InStock   bool
	Published time.Time
}

// TableName is gorm's.
func (Book) TableName() string { return "book" }

// Entry is a row of entry.
type Entry struct {
	bun.BaseModel `bun:"table:entry,alias:entry" gorm:"-"`

	ID      int64 `bun:",pk,autoincrement"`
	Name    string
	Email   string
	Age     int
	Active  bool
	Score   float64
	Created time.Time
}

// TableName is gorm's.
func (Entry) TableName() string { return "entry" }

var ctx = context.Background()

func check(title string, pages int, inStock bool, published time.Time) int64 {
	n := int64(pages) + int64(len(title)) + published.Unix()%1000
	if inStock {
		n++
	}
	return n
}

func (b *Book) check() int64 { return check(b.Title, b.Pages, b.InStock, b.Published) }

func sum(bs []Book, joined bool) (n int64) {
	for i := range bs {
		n += bs[i].check()
		if joined {
			n += int64(len(bs[i].Author.Name) + len(bs[i].Author.Email))
		}
	}
	return n
}

func entry(i int) Entry {
	return Entry{Name: "name " + strconv.Itoa(i), Email: "user" + strconv.Itoa(i) + "@example.com", Age: i % 90, Active: i%2 == 0,
		Score: float64(i) * 0.5, Created: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func open(library, db, dsn string) (Peer, error) {
	driver := "pgx"
	if db == "sqlite" {
		driver = "sqlite"
		if library != "nuages" {
			dsn = "file:" + dsn + "?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)"
		}
	}
	switch library {
	case "sql":
		return newSQL(driver, dsn)
	case "pgx", "pgx-copy":
		return newPgx(dsn, library == "pgx-copy")
	case "gorm", "gorm-tuned":
		return newGorm(driver, dsn, library == "gorm-tuned")
	case "bun":
		return newBun(driver, dsn)
	case "ent":
		return newEnt(driver, dsn)
	case "nuages":
		return newNuages(db, dsn)
	}
	return nil, fmt.Errorf("no library is called %q", library)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ormpeer:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("want library, database, DSN and milliseconds")
	}
	ms, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	p, err := open(args[0], args[1], args[2])
	if err != nil {
		return err
	}
	out := map[string]figures{}
	for _, op := range operations(p) {
		if out[op.name], err = measure(p, op.run, time.Duration(ms)*time.Millisecond); err != nil {
			return fmt.Errorf("%s: %w", op.name, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// figures are what one operation costs.
type figures struct {
	NS     float64 `json:"ns"`
	CPU    float64 `json:"cpu_ns"`
	Allocs float64 `json:"allocs"`
	Check  int64   `json:"check"`
}

type operation struct {
	name string
	run  func(i int) (int64, error)
}

func operations(p Peer) []operation {
	many := make([]Entry, 1000)
	return []operation{
		{"insert", func(i int) (int64, error) { return 0, p.Insert(entry(i)) }},
		{"bulk_1000", func(int) (int64, error) {
			for i := range many {
				many[i] = entry(i)
			}
			return 0, p.Bulk(many)
		}},
		{"get", func(int) (int64, error) { return p.Get(500) }},
		{"select_1000", func(int) (int64, error) { return p.Select() }},
		{"join_1000", func(int) (int64, error) { return p.Join() }},
		{"filter_count", func(int) (int64, error) { return p.Count() }},
		{"update", func(i int) (int64, error) { return 0, p.Update(int64(i%1000)+1, float64(i)) }},
	}
}

// measure runs an operation for the time given, after a quarter of it to warm up.
func measure(p Peer, run func(i int) (int64, error), budget time.Duration) (f figures, err error) {
	if err := p.Clear(); err != nil {
		return f, err
	}
	if f.Check, err = run(0); err != nil {
		return f, err
	}
	i := 1
	for t := time.Now(); time.Since(t) < budget/4; i++ {
		if _, err := run(i); err != nil {
			return f, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, c0, t0 := 0, cpu(), time.Now()
	for ; time.Since(t0) < budget; i++ {
		if _, err := run(i); err != nil {
			return f, err
		}
		n++
	}
	wall, used := time.Since(t0), cpu()-c0
	runtime.ReadMemStats(&after)
	f.NS, f.CPU = float64(wall.Nanoseconds())/float64(n), float64(used.Nanoseconds())/float64(n)
	f.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	return f, nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // there is no such error for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
