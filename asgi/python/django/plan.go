package django

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Plan is the list of a project's routes in the order in which Django tries them: what there is to
// move. As a file it is a table with tabs between its columns, made to be kept with the source and read
// in a diff.
type Plan []Route

// columns of a plan. The first six say what a route is, state what has become of it; the last two are
// for the program.
var columns = []string{"pattern", "name", "view", "methods", "notes", "state", "sample", "regexp"}

// maxPlan bounds the routes of a plan that is read.
const maxPlan = 100_000

// Format writes the plan as a table. State says what to write for a route in the column "state"; nil
// writes "python" for all. The column is there to be read: ParsePlan passes over it.
func (p Plan) Format(state func(Route) string) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, "\t") + "\n")
	for _, r := range p {
		now := "python"
		if state != nil {
			now = state(r)
		}
		cells := []string{r.Pattern, r.Name, r.View, strings.Join(r.Methods, " "), r.notes(), now, r.Sample, r.Regexp}
		for i, cell := range cells {
			cells[i] = cellText.Replace(cell)
		}
		b.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return b.String()
}

// cellText keeps a cell in its cell. In a regular expression both forms mean the same.
var cellText = strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`)

// The notes, in their order.
const (
	noteRegexp     = "regexp"
	noteClass      = "class"
	noteAsync      = "async"
	noteCSRFExempt = "csrf_exempt"
)

func (r Route) notes() string {
	var notes []string
	add := func(has bool, note string) {
		if has {
			notes = append(notes, note)
		}
	}
	add(r.Kind == "regexp", noteRegexp)
	add(r.Class, noteClass)
	add(r.Async, noteAsync)
	add(r.CSRFExempt, noteCSRFExempt)
	return strings.Join(append(notes, r.Converters...), " ")
}

// ParsePlan reads what Format has written. Columns may stand in another order, and others beside them;
// pattern, sample and regexp have to be there.
func ParsePlan(text string) (Plan, error) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if len(lines) > maxPlan+1 {
		return nil, fmt.Errorf("read the plan: more than %d lines", maxPlan)
	}
	head := strings.Split(lines[0], "\t")
	for _, needed := range []string{"pattern", "sample", "regexp"} {
		if !slices.Contains(head, needed) {
			return nil, fmt.Errorf("read the plan: its first line names no column %q: have it written anew with progress --refresh", needed)
		}
	}
	var plan Plan
	var errs []error
	for i, line := range lines[1:] {
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != len(head) {
			errs = append(errs, fmt.Errorf("read the plan: line %d has %d columns, want %d", i+2, len(cells), len(head)))
			continue
		}
		plan = append(plan, parseRoute(head, cells))
	}
	return plan, errors.Join(errs...)
}

func parseRoute(head, cells []string) Route {
	r := Route{Kind: "path"}
	for i, cell := range cells {
		switch head[i] {
		case "pattern":
			r.Pattern = cell
		case "name":
			r.Name = cell
			r.Namespace, _, _ = cutLast(cell, ":")
		case "view":
			r.View = cell
		case "methods":
			r.Methods = append(r.Methods, strings.Fields(cell)...) // nil for none
		case "sample":
			r.Sample = cell
		case "regexp":
			r.Regexp = cell
		case "notes":
			r.addNotes(strings.Fields(cell))
		}
	}
	return r
}

func (r *Route) addNotes(notes []string) {
	for _, note := range notes {
		switch note {
		case noteRegexp:
			r.Kind = "regexp"
		case noteClass:
			r.Class = true
		case noteAsync:
			r.Async = true
		case noteCSRFExempt:
			r.CSRFExempt = true
		default:
			r.Converters = append(r.Converters, note)
		}
	}
}

// cutLast cuts a text around the last separator; without one, all of it is after.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(sep):], true
}
