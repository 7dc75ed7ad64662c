package inspectdb_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/internal/ormgen"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
	"github.com/nuages-web/nuages/orm/introspection/internal/djangodb"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// TestDjango writes models of all of Django's tables, which are kept in testdata. It
// compiles them, reads Django's rows with them, makes tables of them in an empty
// database, and compares these with Django's.
func TestDjango(t *testing.T) {
	t.Parallel()
	djangodb.Each(t, func(t *testing.T, d, empty *djangodb.Database) {
		opts := &inspectdb.Options{App: "library", Managed: true}
		theirs, source := inspect(t, d.Context(t), opts)
		goldentest.Equal(t, "django_"+theirs.Vendor+".txt", string(source))
		program := compile(t, theirs.Vendor, source)
		out := run(t, ".", program, d.Address(), empty.Address())
		goldentest.Equal(t, "rows.txt", out)
		ours, _ := inspect(t, empty.Context(t), opts)
		names := tableNames(theirs)
		if diff := cmp.Diff(names, tableNames(ours)); diff != "" {
			t.Fatalf("tables (-Django +ours):\n%s", diff)
		}
		for i, want := range theirs.Tables {
			if diff := cmp.Diff(describe(want, theirs.Vendor), describe(ours.Tables[i], theirs.Vendor)); diff != "" {
				t.Errorf("%s (-Django +ours):\n%s", want.Name, diff)
			}
		}
	})
}

// checkProgram prints what the checks say of models.
const checkProgram = `package main

import (
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"inspected/legacy"
)

func main() {
	for _, m := range orm.Check(legacy.Models) {
		fmt.Println(m)
	}
}
`

// TestTables writes models of tables that no Django made, and compiles them.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, ...*orm.Meta) context.Context{
		"sqlite": ormtest.SQLite, "postgresql": ormtest.Postgres, "mariadb": ormtest.MySQL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := open(t)
			for _, file := range []string{"../testdata/" + name + ".sql", "testdata/" + name + ".sql", "testdata/all.sql"} {
				for statement := range strings.SplitSeq(read(t, file), "\n\n") {
					if name == "mariadb" && strings.HasPrefix(file, "testdata/all") {
						statement = strings.ReplaceAll(statement, `"`, "`")
					}
					if _, err := orm.Exec(ctx, statement); err != nil {
						t.Fatalf("%s: %v", statement, err)
					}
				}
			}
			_, source := inspect(t, ctx, &inspectdb.Options{App: "old", Package: "legacy", Views: true, Partitions: true})
			goldentest.Equal(t, "tables_"+name+".txt", string(source))
			dir := module(t, "legacy", source)
			write(t, checkProgram, dir, "main.go")
			if got := run(t, dir, "go", "run", "-buildvcs=false", "-mod=mod", "."); got != "" {
				t.Errorf("checks of the models:\n%s", got)
			}
		})
	}
}

func inspect(t *testing.T, ctx context.Context, opts *inspectdb.Options) (*inspectdb.Inspection, []byte) {
	t.Helper()
	found, err := inspectdb.Inspect(ctx, opts)
	if err != nil {
		t.Fatal(err)
	}
	source, err := found.Models(opts)
	if err != nil {
		t.Fatal(err)
	}
	return found, source
}

func tableNames(i *inspectdb.Inspection) []string {
	var names []string
	for _, table := range i.Tables {
		names = append(names, table.Name)
	}
	return names
}

// drivers are the import and the call that open a database.
var drivers = map[string][2]string{
	"sqlite":     {"sqlite", "sqlite.Open(address, nil)"},
	"postgresql": {"postgres", "postgres.Open(ctx, address, nil)"},
	"mariadb":    {"mysql", "mysql.Open(ctx, address, nil)"},
}

// compile makes a program of models and returns its path.
func compile(t *testing.T, vendor string, source []byte) string {
	t.Helper()
	dir := module(t, "library", source)
	text := read(t, "testdata/main.go.txt")
	text = strings.Replace(text, "DRIVER", `"github.com/nuages-web/nuages/orm/`+drivers[vendor][0]+`"`, 1)
	write(t, strings.Replace(text, "OPEN", drivers[vendor][1], 1), dir, "main.go")
	run(t, dir, "go", "build", "-buildvcs=false", "-mod=mod", "-o", "inspected", ".")
	return filepath.Join(dir, "inspected")
}

// module writes models into a package of a module of their own, runs nuages generate,
// and returns the folder.
func module(t *testing.T, name string, source []byte) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, string(source), dir, name, "models.go")
	mod := regexp.MustCompile(`(?m)^module .*`).ReplaceAllString(read(t, root, "go.mod"), "module inspected")
	mod += fmt.Sprintf("\nrequire github.com/nuages-web/nuages v0.0.0\n\nreplace github.com/nuages-web/nuages => %s\n", root)
	write(t, mod, dir, "go.mod")
	write(t, read(t, root, "go.sum"), dir, "go.sum")
	if _, err := ormgen.Generate(t.Context(), &ormgen.Options{Dir: dir}); err != nil {
		t.Fatalf("nuages generate: %v\n%s", err, source)
	}
	if got := run(t, dir, "gofmt", "-l", name); got != "" {
		t.Errorf("gofmt would change %s", got)
	}
	return dir
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, text string, parts ...string) {
	t.Helper()
	name := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// describe writes a table so that two can be compared: without what has no meaning,
// and what a model does not say.
func describe(table *introspection.Description, vendor string) []string {
	var lines []string
	for _, c := range table.Columns {
		if vendor == "sqlite" && strings.HasSuffix(c.Name, "_ptr_id") {
			c.Auto = false // as it is of type integer, and ours bigint
		}
		lines = append(lines, fmt.Sprintf("column %s %s null=%v key=%d auto=%v default=%v collation=%s generated=%s %v",
			c.Name, columnType(c, vendor), c.Null, c.PrimaryKey, c.Auto, !c.Auto && c.Default.Valid, c.Collation, c.Generated, c.JSON))
	}
	for _, c := range table.Constraints {
		if len(c.Name) > 30 && c.Index && !c.Unique && c.References == nil && len(c.Columns) > 1 {
			continue // the index of index_together, whose name models do not take
		}
		switch vendor {
		case "sqlite":
			c.Index = c.Index && !c.PrimaryKey // which a key of type integer needs not
			if c.Check {
				c.Definition = strings.NewReplacer("((", "(", "))", ")").Replace(c.Definition)
			}
		case "mariadb":
			if c.References != nil { // whose index is made where no other serves
				c.Index, c.Method = false, ""
			}
		case "postgresql": // which has another form for what it wrote itself
			if c.Name == "work_known_status" {
				c.Definition = regexp.MustCompile(`'[^:]*'`).FindString(c.Definition)
			}
		}
		line := fmt.Sprintf("constraint %s %q unique=%v key=%v check=%v index=%v partial=%v desc=%v method=%s include=%q",
			c.Name, c.Columns, c.Unique, c.PrimaryKey, c.Check, c.Index, c.Partial, c.Desc, c.Method, c.Include)
		if c.References != nil {
			line += fmt.Sprintf(" to %s.%s %q", c.References.Table, c.References.Column, c.References.OnDelete)
		}
		if c.Check || c.Partial {
			line += " " + c.Definition
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// columnType is the type of a column. All integers of SQLite that are not unsigned or
// small are of one kind.
func columnType(c introspection.Column, vendor string) string {
	if vendor == "sqlite" && strings.EqualFold(c.Type, "integer") {
		return "bigint"
	}
	return c.Type
}
