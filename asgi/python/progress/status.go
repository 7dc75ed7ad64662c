package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/urls"
)

// A State says who answers a route of the plan.
type State string

// The states. A route is Unknown where no path is known that Django takes it for; Partly where Go's route
// refuses methods that Django's view has.
const (
	Python  State = "python"
	Go      State = "go"
	Partly  State = "partly"
	Unknown State = "unknown"
)

// A Row is one route of the plan, with what has become of it.
type Row struct {
	Pattern string `json:"pattern"`
	Name    string `json:"name,omitempty"`
	View    string `json:"view"`
	State   State  `json:"state"`
	// Missing are methods of Django's view that Go's route answers with 405.
	Missing []string `json:"missing,omitempty"`
	// GoRoute is the pattern of the route that answers in Go.
	GoRoute string `json:"go_route,omitempty"`
	// Python and Go are the requests that each has answered. Where several rows have one route of Go,
	// one has its requests, and the others are Shared.
	Python int64 `json:"python_requests"`
	Go     int64 `json:"go_requests"`
	Shared bool  `json:"shared,omitempty"`
	// Uncounted: Go can't tell which requests are this route's; they count as unmatched.
	Uncounted bool `json:"uncounted,omitempty"`
}

// A Status is how far the move has come.
type Status struct {
	Rows  []Row `json:"routes"` // Python's first, those with most of its requests on top
	Moved int   `json:"moved"`  // how many are Go's
	// Python and Go are the requests that each has answered; Go's are those to routes of the plan.
	Python int64 `json:"python_requests"`
	Go     int64 `json:"go_requests"`
	// Unmatched are those of Python's without a route of the plan, and Beside those to routes of Go that
	// Django has not: new pages, static files.
	Unmatched int64      `json:"unmatched_requests"`
	Beside    int64      `json:"beside_requests"`
	Since     *time.Time `json:"since,omitempty"` // of the first request
}

// Share is Go's part of the requests to Django's addresses, from 0 to 1.
func (s *Status) Share() float64 {
	if s.Go+s.Python == 0 {
		return 0
	}
	return float64(s.Go) / float64(s.Go+s.Python)
}

// Status looks up each route of the plan in Go's routes, and its traffic in the file; what was counted
// since the last flush is not in it.
func (p *Progress) Status(router *urls.Router) (*Status, error) {
	all, err := readCounts(p.opts.File)
	if err != nil {
		return nil, err
	}
	s := &Status{Unmatched: all.Unmatched, Python: all.Unmatched}
	if !all.Since.IsZero() {
		s.Since = &all.Since
	}
	for _, n := range all.Python {
		s.Python += n
	}
	for i, r := range p.plan {
		row := newRow(r, router)
		row.Uncounted = slices.Contains(p.matcher.unknown, i)
		if !slices.ContainsFunc(s.Rows, func(other Row) bool { return other.Pattern == r.Pattern }) {
			row.Python = all.Python[r.Pattern]
		}
		if row.moved() {
			s.Moved++
		}
		s.Rows = append(s.Rows, row)
	}
	s.addGo(all.Go)
	slices.SortStableFunc(s.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(order(a.State), order(b.State)), -cmp.Compare(a.Python, b.Python), -cmp.Compare(a.Go, b.Go))
	})
	return s, nil
}

// addGo gives the requests of each route of Go to the row of the same pattern, or else to the first that
// it answers.
func (s *Status) addGo(requests map[string]int64) {
	owner := map[string]int{}
	for i, row := range s.Rows {
		if _, has := owner[row.GoRoute]; row.moved() && (!has || row.GoRoute == row.Pattern) {
			owner[row.GoRoute] = i
		}
	}
	for i := range s.Rows {
		row := &s.Rows[i]
		if !row.moved() {
			continue
		}
		if row.Shared = owner[row.GoRoute] != i; !row.Shared {
			row.Go = requests[row.GoRoute]
			s.Go += row.Go
		}
	}
	for _, n := range requests {
		s.Beside += n
	}
	s.Beside -= s.Go
}

func (r *Row) moved() bool { return r.State == Go || r.State == Partly }

// order puts what is left to do in front.
func order(s State) int { return slices.Index([]State{Partly, Python, Unknown, Go}, s) }

func newRow(r django.Route, router *urls.Router) Row {
	row := Row{Pattern: r.Pattern, Name: r.Name, View: r.View, State: Python}
	route := ""
	switch {
	case r.Sample != "":
		match, err := router.Resolve(r.Sample)
		if err != nil || urls.IsElsewhere(match) {
			return row
		}
		route = match.Route
	case !slices.ContainsFunc(router.Routes(), func(info urls.RouteInfo) bool { return info.Pattern == r.Pattern && !info.Elsewhere }):
		row.State = Unknown
		return row
	default:
		route = r.Pattern
	}
	row.State, row.GoRoute = Go, route
	if row.Missing = missing(r.Methods, methodsOf(router, route)); len(row.Missing) > 0 {
		row.State = Partly
	}
	return row
}

// methodsOf are all methods that Go answers under a pattern; nil for any.
func methodsOf(router *urls.Router, pattern string) []string {
	var all []string
	for _, info := range router.Routes() {
		if info.Pattern != pattern || info.Host != "" || info.Elsewhere {
			continue
		}
		if info.Methods == nil {
			return nil
		}
		all = append(all, info.Methods...)
	}
	return all
}

// missing are the methods that Django's view has and Go's hasn't. HEAD and OPTIONS come by themselves.
func missing(of, in []string) []string {
	if in == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(of), func(m string) bool { return m == "HEAD" || m == "OPTIONS" || slices.Contains(in, m) })
}

// note is what people should know of a row beside its state.
func (r Row) note() string {
	var notes []string
	if len(r.Missing) > 0 {
		notes = append(notes, "Go refuses "+strings.Join(r.Missing, ", ")+": give its route these methods, too")
	}
	if r.Shared {
		notes = append(notes, fmt.Sprintf("answered by Go's /%s, which has its requests: see that this is meant", r.GoRoute))
	}
	if r.Uncounted {
		notes = append(notes, "not counted: its expression has no form in Go")
	}
	if r.State == Unknown {
		notes = append(notes, "no path was found that Django takes it for")
	}
	return strings.Join(notes, "; ")
}
