package progress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/urls"
)

// Command is the command "progress", which prints the Status. Router returns Go's routes when it runs.
func (p *Progress) Command(router func() *urls.Router) *cli.Command {
	var refresh, all, asJSON bool
	return &cli.Command{
		Name: "progress", Group: "Inspect",
		Short: "show which of Django's routes are Go's now, and their traffic",
		Long: "Lists each route of the plan: who answers it now, as the routes of this program tell, and how many requests " +
			"Python and Go have answered. What is Python's comes first, the most visited on top: the view to move next. " +
			"While the program serves, the counts are a few seconds behind.",
		Example: "progress\nprogress --json\nprogress --refresh",
		Flags: func(f *cli.Flags) {
			f.Bool(&refresh, "refresh", "look at the Django project again, and write the plan anew, with the state of each route")
			f.Bool(&all, "all", "list the routes of Python's without a request, too")
			f.Bool(&asJSON, "json", "print JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			p := p
			if refresh {
				plan, err := p.refresh(ctx, call, router())
				if err != nil {
					return err
				}
				p = New(plan, &p.opts)
			}
			status, err := p.Status(router())
			if err != nil {
				return err
			}
			if asJSON {
				return call.WriteJSON(status)
			}
			return status.print(call, all)
		},
	}
}

// refresh looks at the Django project and writes the plan.
func (p *Progress) refresh(ctx context.Context, call *cli.Call, router *urls.Router) (django.Plan, error) {
	if p.opts.Dir == "" {
		return nil, cli.Hint(errors.New("it is not known where the Django project is"), "Set Dir in the Options of progress.New.")
	}
	project, err := django.Inspect(ctx, p.opts.Dir, &p.opts.Django)
	if problem := (*django.Error)(nil); errors.As(err, &problem) {
		return nil, cli.Hint(err, problem.Hint)
	}
	if err != nil {
		return nil, err
	}
	plan := django.Plan(project.Routes)
	text := plan.Format(func(r django.Route) string { return string(newRow(r, router).State) })
	if err := replaceFile(p.opts.PlanFile, []byte(text)); err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	added, gone := difference(p.plan, plan)
	fmt.Fprintf(call.Stderr, "%s is written anew: %s, %d new, %d gone.\n", p.opts.PlanFile, count(len(plan), "route"), added, gone)
	return plan, nil
}

// difference counts the patterns that only one of two plans has.
func difference(before, after django.Plan) (added, gone int) {
	seen := map[string]int{}
	for _, r := range before {
		seen[r.Pattern] |= 1
	}
	for _, r := range after {
		seen[r.Pattern] |= 2
	}
	for _, where := range seen {
		switch where {
		case 1:
			gone++
		case 2:
			added++
		}
	}
	return added, gone
}

// print writes the status for people. Of Python's routes it leaves out those without a request, unless
// all are asked for, or none has one.
func (s *Status) print(call *cli.Call, all bool) error {
	call.Printf("%s  %d of %s by Go\n", call.Heading("Moved  "), s.Moved, count(len(s.Rows), "route"))
	traffic := "none yet"
	if s.Go+s.Python > 0 {
		traffic = fmt.Sprintf("%s of %s by Go, %.1f %%", thousands(s.Go), thousands(s.Go+s.Python), 100*s.Share())
		if s.Since != nil {
			traffic += ", since " + s.Since.Format("2006-01-02")
		}
	}
	call.Printf("%s  %s\n\n", call.Heading("Traffic"), traffic)
	rows := s.Rows
	if !all && s.Python > 0 {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.State == Python && r.Python == 0 && !r.Uncounted })
	}
	if err := printRows(call.Stdout, rows); err != nil {
		return err
	}
	if left := len(s.Rows) - len(rows); left > 0 {
		call.Printf("and %s of Python's without a request: --all\n", count(left, "route"))
	}
	var notes strings.Builder
	for _, r := range s.Rows {
		if note := r.note(); note != "" {
			fmt.Fprintf(&notes, "  /%s  %s\n", r.Pattern, note)
		}
	}
	if s.Beside > 0 {
		fmt.Fprintf(&notes, "  %s to routes of Go that Django has not\n", count(int(s.Beside), "request"))
	}
	if s.Unmatched > 0 {
		fmt.Fprintf(&notes, "  %s to Python matched no route of the plan: pages that are not there, WebSockets, or routes since added (--refresh)\n", count(int(s.Unmatched), "request"))
	}
	if notes.Len() > 0 {
		call.Printf("\n%s\n%s", call.Heading("Notes"), notes.String())
	}
	return nil
}

func printRows(to io.Writer, rows []Row) error {
	wide := len("PYTHON")
	for _, r := range rows {
		wide = max(wide, len(thousands(r.Python)), len(thousands(r.Go)))
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "STATE\t%*s\t%*s\tPATTERN\tVIEW\n", wide, "PYTHON", wide, "GO")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%*s\t%*s\t/%s\t%s\n", r.State, wide, thousands(r.Python), wide, thousands(r.Go), r.Pattern, r.View)
	}
	return w.Flush()
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(int64(n)) + " " + noun + "s"
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
