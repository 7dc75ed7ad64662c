package parity_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/parity"
	"github.com/nuages-web/nuages/internal/source"
)

var update = flag.Bool("update", false, "take the rows of docs/parity.tsv from the ledger: add new ones, drop those that are gone")

// TestTable keeps docs/parity.tsv true. With -v it prints the totals.
func TestTable(t *testing.T) {
	t.Parallel()
	m, rows := module(t)
	names := parity.NewNames(m)
	for _, r := range rows {
		for _, problem := range names.Check(r) {
			t.Errorf("docs/parity.tsv: %s", problem)
		}
	}
	t.Logf("parity with Django:\n%s", parity.Totals(rows))
}

// TestLedger compares the rows with the feature checklist, which lies beside
// the repository where the project is developed. It is not parallel: -update
// must be done before TestTable reads the table.
func TestLedger(t *testing.T) {
	m, rows := module(t)
	text, err := os.ReadFile(filepath.Join(m.Dir, "..", "shared", "ledger", "ledger.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the feature checklist ../shared/ledger/ledger.tsv is not here: rows are not compared with it")
	}
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := parity.ParseLedger("ledger.tsv", string(text))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		rows = parity.Adopt(rows, ledger)
		if err := os.WriteFile(filepath.Join(m.Dir, "docs", "parity.tsv"), []byte(parity.Format(rows)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, problem := range parity.CompareLedger(rows, ledger) {
		t.Errorf("docs/parity.tsv: %s", problem)
	}
}

func module(t *testing.T) (*source.Module, []parity.Row) {
	t.Helper()
	root, err := source.Root()
	if err != nil {
		t.Fatal(err)
	}
	m, err := source.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "parity.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parity.Parse("docs/parity.tsv", string(text))
	if err != nil {
		t.Fatal(err)
	}
	return m, rows
}

const table = "area\tsub-area\tfeature\tstatus\tgo\tshown\n" +
	"urls\trouting\tpath()\tno\t\t\n" +
	"urls\trouting\tre_path()\tyes\turls.Regexp\turls.TestRegexp\n" +
	"http\trequest\treading\tmoot\t\t\n"

func parse(t *testing.T, text string) []parity.Row {
	t.Helper()
	rows, err := parity.Parse("t.tsv", text)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFormatKeepsTable(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(table, parity.Format(parse(t, table))); diff != "" {
		t.Errorf("Format(Parse(x)) (-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":     {"", "t.tsv:1: want the header"},
		"no header": {"urls\trouting\tpath()\tno\t\t\n", "t.tsv:1: want the header"},
		"fields":    {table + "urls\trouting\n", "t.tsv:5: 2 fields, want 6"},
	} {
		if _, err := parity.Parse("t.tsv", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Parse(%q): %v, want %s", name, c.text, err, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	header, _, _ := strings.Cut(table, "urls")
	for name, c := range map[string]struct{ updates, want, err string }{
		"replaces": {
			"urls\trouting\tpath()\tdifferent\turls.Path\turls.TestPath\n",
			strings.Replace(table, "path()\tno\t\t", "path()\tdifferent\turls.Path\turls.TestPath", 1), ""},
		"nothing":      {"", table, ""},
		"unknown row":  {"urls\tother\tpath()\tno\t\t\n", "", `line 2: there is no row "urls / other / path()"`},
		"twice":        {strings.Repeat("urls\trouting\tpath()\tno\t\t\n", 2), "", `line 3: row "urls / routing / path()" stands on line 2 already`},
		"one of three": {"http\trequest\treading\tno\t\t\nx\ty\tz\tno\t\t\n", "", `line 3: there is no row "x / y / z"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := parse(t, table)
			got, err := parity.Merge(rows, parse(t, header+c.updates))
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
			} else if diff := cmp.Diff(c.want, parity.Format(got)); err != nil || diff != "" {
				t.Errorf("error %v, table (-want +got):\n%s", err, diff)
			}
			if diff := cmp.Diff(table, parity.Format(rows)); diff != "" {
				t.Errorf("Merge changed its argument:\n%s", diff)
			}
		})
	}
}

func TestCompareLedger(t *testing.T) {
	t.Parallel()
	ledger, err := parity.ParseLedger("ledger.tsv", "area\tsub-area\tfeature\tmeaning\tsince\tkind\tnote\n"+
		"urls\trouting\tpath()\tm\t2.0\tmust\t\n"+
		"urls\trouting\tinclude()\tm\t2.0\tmust\t\n"+
		"http\trequest\treading\tm\t2.0\tmust\t\n")
	if err != nil {
		t.Fatal(err)
	}
	got := parity.CompareLedger(parse(t, table+"urls\trouting\tpath()\tno\t\t\n"), ledger)
	want := []string{
		`line 5: row "urls / routing / path()" stands on line 2 already`,
		`row "urls / routing / include()" of the ledger is missing`,
		`line 3: row "urls / routing / re_path()" is not in the ledger`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	adopted := parity.Adopt(parse(t, table), ledger)
	if got := parity.CompareLedger(adopted, ledger); got != nil {
		t.Errorf("after Adopt: %q", got)
	}
	header, _, _ := strings.Cut(table, "urls")
	if diff := cmp.Diff(header+"urls\trouting\tpath()\tno\t\t\nurls\trouting\tinclude()\tno\t\t\nhttp\trequest\treading\tmoot\t\t\n", parity.Format(adopted)); diff != "" {
		t.Errorf("Adopt (-want +got):\n%s", diff)
	}
	if _, err := parity.ParseLedger("l.tsv", "h\na\tb\n"); err == nil || err.Error() != "l.tsv:2: 2 fields, want 7 separated by tabs" {
		t.Errorf("short line: %v", err)
	}
}

func TestTotals(t *testing.T) {
	t.Parallel()
	want := "" +
		"area                   yes different        no      moot\n" +
		"http                     0         0         0         1\n" +
		"urls                     1         0         1         0\n" +
		"total                    1         0         1         1"
	if diff := cmp.Diff(want, parity.Totals(parse(t, table))); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(table)
	f.Add("area\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := parity.Parse("t.tsv", text)
		if err != nil {
			return
		}
		if got, want := parity.Format(rows), strings.TrimSuffix(text, "\n")+"\n"; got != want {
			t.Errorf("Format(Parse(%q)) = %q", text, got)
		}
	})
}
