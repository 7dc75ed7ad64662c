package urls

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A NoReverseError says why a name could not be reversed (Django's NoReverseMatch).
type NoReverseError struct {
	Name       string
	Args       []any              // positional arguments
	Named      Args               // named ones
	Reason     string             // "" where Candidates say why
	Candidates []ReverseCandidate // the routes of this name, in the order they were tried
	router     *Router
}

// A ReverseCandidate is a route of the right name that did not fit.
type ReverseCandidate struct {
	Pattern string // "products/<slug:slug>/"
	Site    string // file and line of the declaration
	Reason  string // why the arguments don't fit
}

// Error says what was asked for, which routes were tried and why they didn't fit, or which names
// there are.
func (e *NoReverseError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "reverse %s with %s: ", quoteShort(e.Name), e.describeArgs())
	if len(e.Candidates) > 0 {
		for i, c := range e.Candidates {
			if i > 0 {
				b.WriteString("; ")
			}
			fmt.Fprintf(&b, "%q %s (%s)", c.Pattern, c.Reason, c.Site)
		}
		return b.String()
	}
	if e.Reason != "" {
		b.WriteString(e.Reason)
	} else {
		b.WriteString("no route has this name")
	}
	if near := e.Near(); len(near) > 0 {
		fmt.Fprintf(&b, "; did you mean %s?", quoteList(near))
	} else if known := e.Known(); len(known) > 0 {
		more := ""
		if len(known) > 20 {
			known, more = known[:20], ", …"
		}
		b.WriteString("; there are " + quoteList(known) + more)
	}
	return b.String()
}

func (e *NoReverseError) describeArgs() string {
	switch {
	case len(e.Named) > 0:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(e.Named)) {
			parts = append(parts, name+"="+describeValue(e.Named[name]))
		}
		return strings.Join(parts, ", ")
	case len(e.Args) > 0:
		var parts []string
		for _, a := range e.Args {
			parts = append(parts, describeValue(a))
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return "no arguments"
}

func describeValue(v any) string {
	if s, ok := v.(string); ok {
		return quoteShort(s)
	}
	s := fmt.Sprint(v)
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return s
}

func quoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteShort(n)
	}
	return strings.Join(quoted, ", ")
}

// Known lists all names that can be reversed, with their instance namespaces, sorted.
func (e *NoReverseError) Known() []string {
	if e.router == nil {
		return nil
	}
	return e.router.knownNames()
}

func (rt *Router) knownNames() []string {
	var names []string
	for _, entry := range rt.entries {
		if entry.match.Name != "" {
			names = append(names, entry.match.ViewName())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Near lists up to three names that are spelled almost like the one asked for.
func (e *NoReverseError) Near() []string {
	type near struct {
		name     string
		distance int
	}
	if len(e.Name) > 100 {
		return nil
	}
	var list []near
	for _, name := range e.Known() {
		limit := min(3, 1+len(name)/4)
		_, last, _ := strings.Cut(name, ":")
		d := distance(e.Name, name)
		if last != "" && last == e.Name {
			d = 1 // the namespace is missing
		}
		if d <= limit {
			list = append(list, near{name, d})
		}
	}
	slices.SortStableFunc(list, func(a, b near) int { return a.distance - b.distance })
	var names []string
	for _, n := range list[:min(3, len(list))] {
		names = append(names, n.name)
	}
	return names
}

// distance is the number of bytes to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
