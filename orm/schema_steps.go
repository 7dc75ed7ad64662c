package orm

import (
	"fmt"
	"slices"
	"strings"
)

// Step is one statement of a change of tables.
type Step struct {
	SQL string
	// Copy is set where the statement copies all rows of a table (SQLite).
	// [Schema.Run] copies them in parts in its place.
	Copy *TableCopy
}

// TableCopy is the copying of the rows of a table into the one that takes its place.
type TableCopy struct {
	Table string // whose rows are copied, and what the new one will be called
	// Insert and Select are the halves of the statement: "INSERT INTO … (…)" and
	// "SELECT … FROM …".
	Insert, Select string
	// RowID is a name of the table's rowid that no column of the table has; "" where
	// there is none, so that the rows are copied at once.
	RowID string
}

// laterStep is a statement that waits until all tables are there.
type laterStep struct {
	table, refers string // what it is about, and the table that it refers to
	sql           string
}

// Steps returns what was written and has not run, with what waits for
// [Schema.Finish], or the first error.
func (s *Schema) Steps() ([]Step, error) {
	steps := slices.Clone(s.steps)
	for _, l := range s.later {
		steps = append(steps, Step{SQL: l.sql})
	}
	return steps, s.err
}

// Take returns the steps that [Schema.Run] would run, and takes them out.
func (s *Schema) Take() ([]Step, error) {
	steps := s.steps
	s.steps, s.touched = nil, map[string]bool{}
	return steps, s.err
}

// Statements returns the SQL of [Schema.Steps].
func (s *Schema) Statements() ([]string, error) {
	steps, err := s.Steps()
	statements := make([]string, len(steps))
	for i, step := range steps {
		statements[i] = step.SQL
	}
	return statements, err
}

func (s *Schema) execute(format string, args ...any) {
	s.steps = append(s.steps, Step{SQL: fmt.Sprintf(format, args...)})
}

// emit adds statements, but for empty ones.
func (s *Schema) emit(statements ...string) {
	for _, statement := range statements {
		if statement != "" {
			s.steps = append(s.steps, Step{SQL: statement})
		}
	}
}

// alterTable writes one statement with several parts, or none.
func (s *Schema) alterTable(table string, parts ...string) {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) > 0 {
		s.execute("ALTER TABLE %s %s", s.d.Ident(table), strings.Join(parts, ", "))
	}
}

// alters tells whether the models are fit for a change of their table, which is
// about to be written. What waited for the end is done first, as it says what the
// table is like now.
func (s *Schema) alters(models ...*Meta) bool {
	for _, m := range models {
		if err := m.link(); err != nil {
			s.fail(err)
			return false
		}
		if !s.makes(m) {
			return false
		}
	}
	for _, m := range models {
		s.settle(m.Table)
	}
	return s.err == nil
}

// settle writes the statements that wait and concern a table.
func (s *Schema) settle(table string) {
	s.later = slices.DeleteFunc(s.later, func(l laterStep) bool {
		due := l.table == table || l.refers == table
		if due {
			s.emit(l.sql)
			s.touched[l.table] = true
		}
		return due
	})
}
