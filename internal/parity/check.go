package parity

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns what is wrong with one row, as "line 7: row "…": message":
// statuses that do not exist, and, for yes and different, entries that are
// missing or name nothing.
func (n *Names) Check(r Row) []string {
	var problems []string
	report := func(format string, args ...any) {
		problems = append(problems, fmt.Sprintf("line %d: row %q: ", r.Line, r.Key())+fmt.Sprintf(format, args...))
	}
	if !slices.Contains(Statuses(), r.Status) {
		report("status %q is none of %s", r.Status, strings.Join(Statuses(), ", "))
		return problems
	}
	if r.Status == "no" || r.Status == "moot" {
		if r.Go != "" {
			report("%s, and go says %q: say yes or different, or leave it empty", r.Status, r.Go)
		}
		return problems
	}
	for _, column := range []struct {
		name, text string
		judge      func(string) error
	}{{"go", r.Go, n.Go}, {"shown", r.Shown, n.Shown}} {
		if column.text == "" {
			report("%s, and %s is empty", r.Status, column.name)
			continue
		}
		for _, entry := range strings.Split(column.text, ", ") {
			if err := column.judge(strings.TrimSpace(entry)); err != nil {
				report("%s: %v", column.name, err)
			}
		}
	}
	return problems
}
