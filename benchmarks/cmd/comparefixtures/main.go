// Command comparefixtures measures loaddata and dumpdata beside Django's: a fixture of many rows is
// loaded into an empty database, loaded again over the same rows, and dumped.
//
//	go run -C .. ./scripts/services go run -C benchmarks ./cmd/comparefixtures   # SQLite and PostgreSQL
//	go run ./cmd/comparefixtures -db sqlite -objects 20000
//
// Each side is a process of its own on a database of its own; the two dumps must be equal.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/nuages-web/nuages/benchmarks/internal/ormsite"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/serializers/commands"
)

// python is Debian's, which has its Django.
const python = "/usr/bin/python3"

// took is what one step took, in seconds.
type took struct {
	CPU  float64 `json:"cpu"`
	Wall float64 `json:"wall"`
}

// figures are what a peer prints; memory is its greatest size in MiB.
type figures struct {
	Load   took    `json:"load"`
	Again  took    `json:"again"`
	Dump   took    `json:"dump"`
	Memory float64 `json:"memory"`
}

func main() {
	db := flag.String("db", "sqlite,pg", "databases, with commas between")
	objects := flag.Int("objects", 100_000, "how many rows the fixture has")
	peer := flag.Bool("peer", false, "be the peer of Nuages: for comparefixtures itself")
	flag.Parse()
	err := error(nil)
	if *peer {
		err = bePeer(context.Background(), flag.Arg(0), flag.Arg(1))
	} else {
		err = run(strings.Split(*db, ","), *objects)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "comparefixtures:", err)
		os.Exit(1)
	}
}

func run(databases []string, objects int) error {
	dir, err := os.MkdirTemp("", "comparefixtures-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fixture := filepath.Join(dir, "bench.json")
	if err := writeFixture(fixture, objects); err != nil {
		return err
	}
	for _, database := range databases {
		if err := compare(dir, fixture, database, objects); err != nil {
			return fmt.Errorf("%s: %w", database, err)
		}
	}
	return nil
}

// writeFixture writes one author to ten rows, and books, whose authors come first.
func writeFixture(path string, objects int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	authors := max(1, objects/10)
	for i := range objects {
		comma := ","
		if i == 0 {
			comma = "["
		}
		if i < authors {
			fmt.Fprintf(w, `%s{"model": "ormsite.author", "pk": %d, "fields": {"name": "Author %d", "email": "author%[2]d@example.com"}}`, comma, i+1, i)
			continue
		}
		fmt.Fprintf(w, `%s{"model": "ormsite.book", "pk": %d, "fields": {"title": "A book with the number %[2]d", "author": %d, "pages": %d, "price": %d.5, "in_stock": %t, "published": "2024-02-29T12:%02d:00Z"}}`,
			comma+" ", i, i%authors+1, i%900+100, i%50, i%2 == 0, i%60)
	}
	fmt.Fprintln(w, "]")
	return w.Flush()
}

// compare measures both peers and prints the table.
func compare(dir, fixture, database string, objects int) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	var got [2]figures
	var dumps [2]string
	for i, args := range [][]string{{python, "-W", "ignore", filepath.Join("python", "fixtures_bench.py")}, {exe, "-peer"}} {
		dumps[i] = filepath.Join(dir, fmt.Sprintf("%s-%d.json", database, i))
		if got[i], err = measure(dir, database, i, append(args, fixture, dumps[i])); err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
	}
	if err := equal(dumps); err != nil {
		return err
	}
	fmt.Printf("\n**%s**, %d objects\n\n| | Django, s of processor (by the clock) | `nuages`, s (by the clock) | Nuages / Django |\n|---|---:|---:|---:|\n", database, objects)
	row := func(name string, d, n took) {
		fmt.Printf("| %s | %.2f (%.2f) | %.2f (%.2f) | %.3f (%.3f) |\n", name, d.CPU, d.Wall, n.CPU, n.Wall, n.CPU/d.CPU, n.Wall/d.Wall)
	}
	row("loaddata", got[0].Load, got[1].Load)
	row("loaddata again", got[0].Again, got[1].Again)
	row("dumpdata", got[0].Dump, got[1].Dump)
	fmt.Printf("| memory, MiB | %.0f | %.0f | %.3f |\n", got[0].Memory, got[1].Memory, got[1].Memory/got[0].Memory)
	return nil
}

// measure runs a peer on a database of its own.
func measure(dir, database string, i int, args []string) (f figures, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	switch database {
	case "sqlite":
		cmd.Env = append(os.Environ(), "BENCH_SQLITE="+filepath.Join(dir, fmt.Sprintf("%d.sqlite3", i)))
	case "pg":
		address, drop, e := testdb.CreatePostgres()
		if e != nil {
			return f, e
		}
		defer func() { err = errors.Join(err, drop()) }()
		cmd.Env = append(os.Environ(), "BENCH_DSN="+address)
	default:
		return f, fmt.Errorf("unknown database %q", database)
	}
	out, err := cmd.Output()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(out, &f)
}

func equal(files [2]string) error {
	a, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	b, err := os.ReadFile(files[1])
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("the dumps of the two differ")
	}
	return nil
}

// bePeer loads and dumps, and prints what it took.
func bePeer(ctx context.Context, fixture, dump string) error {
	backend, err := open(ctx)
	if err != nil {
		return err
	}
	models := ormsite.Models[:2]
	db, err := orm.NewDatabases(map[string]orm.Backend{"default": backend}, &orm.DBOptions{Models: models})
	if err != nil {
		return err
	}
	defer db.Close()
	ctx = orm.NewContext(ctx, db)
	if err := orm.CreateTables(ctx, models...); err != nil {
		return err
	}
	site := &commands.Site{Apps: []commands.App{{Name: "ormsite", Models: models}}}
	app, err := cli.New(&cli.Options{Name: "bench", Commands: commands.All(func() (*commands.Site, error) { return site, nil })})
	if err != nil {
		return err
	}
	var f figures
	for _, step := range []struct {
		took *took
		args []string
	}{{&f.Load, []string{"loaddata", fixture}}, {&f.Again, []string{"loaddata", fixture}}, {&f.Dump, []string{"dumpdata", "ormsite", "-o", dump}}} {
		before, err := usage()
		if err != nil {
			return err
		}
		start := time.Now()
		if code := app.Run(ctx, step.args, nil, io.Discard, os.Stderr); code != 0 {
			return fmt.Errorf("%s ended with code %d", step.args[0], code)
		}
		after, err := usage()
		if err != nil {
			return err
		}
		*step.took = took{seconds(after) - seconds(before), time.Since(start).Seconds()}
	}
	end, err := usage()
	if err != nil {
		return err
	}
	f.Memory = float64(end.Maxrss) / 1024
	return json.NewEncoder(os.Stdout).Encode(f)
}

func open(ctx context.Context) (orm.Backend, error) {
	if path := os.Getenv("BENCH_SQLITE"); path != "" {
		return sqlite.Open(path, nil)
	}
	return postgres.Open(ctx, os.Getenv("BENCH_DSN"), nil)
}

func usage() (u syscall.Rusage, err error) {
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u, err
}

func seconds(u syscall.Rusage) float64 {
	return float64(u.Utime.Nano()+u.Stime.Nano()) / float64(time.Second)
}
