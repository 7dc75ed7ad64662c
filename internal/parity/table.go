// Package parity keeps docs/parity.tsv, the list of what Django has and where
// Nuages has it. One line is one feature of the feature checklist (the ledger):
//
//	area  sub-area  feature  status  go  shown
//
// separated by tabs, edited by hand or with the program in internal/parity/fill.
// Status is one of
//
//	yes        Nuages has it
//	different  Nuages meets the need in another way
//	no         Nuages does not have it
//	moot       it has no meaning in Go
//
// A yes or different line names in go what to use, and in shown what proves it;
// several are separated by ", ". What go and shown may hold is said at [Names].
package parity

import (
	"fmt"
	"slices"
	"strings"
)

// Row is one line of the table.
type Row struct {
	// Area, SubArea and Feature are those of the ledger and name the row.
	Area, SubArea, Feature string
	// Status is yes, different, no or moot.
	Status string
	// Go names identifiers, commands or flags; Shown names tests, examples or
	// documents. Several are separated by ", ".
	Go, Shown string
	// Line is the row's line in its file, from 1.
	Line int
}

// Key names a row.
type Key struct{ Area, SubArea, Feature string }

// Key returns the row's name.
func (r Row) Key() Key { return Key{r.Area, r.SubArea, r.Feature} }

// String returns the key in words.
func (k Key) String() string { return k.Area + " / " + k.SubArea + " / " + k.Feature }

// header is the first line of the table.
const header = "area\tsub-area\tfeature\tstatus\tgo\tshown"

// Statuses returns the valid values of Row.Status, in the order of reports.
func Statuses() []string { return []string{"yes", "different", "no", "moot"} }

// Parse reads a table; name is what messages call the file. The header line is
// required, and each line holds six fields.
func Parse(name, text string) ([]Row, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != header {
		return nil, fmt.Errorf("%s:1: want the header %q", name, header)
	}
	rows := make([]Row, 0, len(lines))
	for i, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("%s:%d: %d fields, want 6 separated by tabs", name, i+2, len(f))
		}
		rows = append(rows, Row{f[0], f[1], f[2], f[3], f[4], f[5], i + 2})
	}
	return rows, nil
}

// ParseLedger reads the feature checklist: area, sub-area, feature, meaning,
// since, kind and note, with a header line.
func ParseLedger(name, text string) ([]Key, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	keys := make([]Key, 0, len(lines))
	for i, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 7 {
			return nil, fmt.Errorf("%s:%d: %d fields, want 7 separated by tabs", name, i+2, len(f))
		}
		keys = append(keys, Key{f[0], f[1], f[2]})
	}
	return keys, nil
}

// Format writes a table.
func Format(rows []Row) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for _, r := range rows {
		b.WriteString(strings.Join([]string{r.Area, r.SubArea, r.Feature, r.Status, r.Go, r.Shown}, "\t"))
		b.WriteByte('\n')
	}
	return b.String()
}

// Merge returns the rows with status, go and shown of those that updates names
// replaced. Unknown rows, and rows named twice, are errors; nothing is merged
// then.
func Merge(rows, updates []Row) ([]Row, error) {
	index := make(map[Key]int, len(rows))
	for i, r := range rows {
		index[r.Key()] = i
	}
	merged := slices.Clone(rows)
	seen := make(map[Key]int)
	for _, u := range updates {
		i, ok := index[u.Key()]
		if !ok {
			return nil, fmt.Errorf("line %d: there is no row %q", u.Line, u.Key())
		}
		if line := seen[u.Key()]; line > 0 {
			return nil, fmt.Errorf("line %d: row %q stands on line %d already", u.Line, u.Key(), line)
		}
		seen[u.Key()] = u.Line
		merged[i].Status, merged[i].Go, merged[i].Shown = u.Status, u.Go, u.Shown
	}
	return merged, nil
}

// CompareLedger returns what rows has too little, too much or twice, compared
// with the ledger.
func CompareLedger(rows []Row, ledger []Key) []string {
	var problems []string
	lines := make(map[Key]int, len(rows))
	for _, r := range rows {
		if line := lines[r.Key()]; line > 0 {
			problems = append(problems, fmt.Sprintf("line %d: row %q stands on line %d already", r.Line, r.Key(), line))
		}
		lines[r.Key()] = r.Line
	}
	known := make(map[Key]bool, len(ledger))
	for _, k := range ledger {
		known[k] = true
		if lines[k] == 0 {
			problems = append(problems, fmt.Sprintf("row %q of the ledger is missing", k))
		}
	}
	for _, r := range rows {
		if !known[r.Key()] {
			problems = append(problems, fmt.Sprintf("line %d: row %q is not in the ledger", r.Line, r.Key()))
		}
	}
	return problems
}

// Adopt returns one row for each of the ledger, in its order: those of rows as
// they are, new ones with status no. Rows that the ledger does not have are
// left out.
func Adopt(rows []Row, ledger []Key) []Row {
	old := make(map[Key]Row, len(rows))
	for _, r := range rows {
		old[r.Key()] = r
	}
	adopted := make([]Row, 0, len(ledger))
	for i, k := range ledger {
		r, ok := old[k]
		if !ok {
			r = Row{Area: k.Area, SubArea: k.SubArea, Feature: k.Feature, Status: "no"}
		}
		r.Line = i + 2
		adopted = append(adopted, r)
	}
	return adopted
}

// Totals returns a table of counts by area and status, with a last line of sums.
func Totals(rows []Row) string {
	counts := make(map[string]map[string]int)
	var areas []string
	for _, r := range rows {
		for _, area := range []string{r.Area, "total"} {
			if counts[area] == nil {
				counts[area] = make(map[string]int)
				areas = append(areas, area)
			}
			counts[area][r.Status]++
		}
	}
	slices.SortFunc(areas, func(a, b string) int {
		if (a == "total") != (b == "total") {
			if a == "total" {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s", "area")
	for _, s := range Statuses() {
		fmt.Fprintf(&b, "%10s", s)
	}
	for _, area := range areas {
		fmt.Fprintf(&b, "\n%-16s", area)
		for _, s := range Statuses() {
			fmt.Fprintf(&b, "%10d", counts[area][s])
		}
	}
	return b.String()
}
