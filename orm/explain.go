package orm

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// ExplainOptions refine [Explain].
type ExplainOptions struct {
	// Analyze runs the statement and tells what it took (not on SQLite).
	Analyze bool
	// Format is "" for the database's own, or "json", and on PostgreSQL also
	// "xml" and "yaml", on MySQL "tree".
	Format string
	// Verbose, Buffers and Settings are PostgreSQL's.
	Verbose, Buffers, Settings bool
}

// explainFormats are the formats by database. They are a fixed set, since programs
// may take them from outside (CVE-2022-28347).
var explainFormats = map[string][]string{
	"postgresql": {"json", "xml", "yaml", "text"},
	"mysql":      {"json", "tree", "traditional"},
	"mariadb":    {"json"},
}

// Explain returns how the database would run the query, in its own words.
func Explain(ctx context.Context, q AnyQuery, opts *ExplainOptions) (string, error) {
	base := q.core()
	s, err := sessionFor(ctx, base.using, base.m, false)
	if err != nil {
		return "", err
	}
	prefix, err := explainPrefix(s.Dialect().Name, opts)
	if err != nil {
		return "", err
	}
	c := newCompiler(s.Dialect(), s.zone())
	c.SQL(prefix)
	c.selectRows(base, &plan{})
	st, err := c.statement()
	if err != nil {
		return "", err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		for i := range rows.Columns() {
			if i > 0 {
				out.WriteByte(' ')
			}
			if !rows.IsNull(i) {
				out.WriteString(rows.Text(i))
			}
		}
		out.WriteByte('\n')
	}
	return out.String(), rows.Err()
}

func explainPrefix(database string, opts *ExplainOptions) (string, error) {
	if opts == nil {
		opts = &ExplainOptions{}
	}
	format := strings.ToLower(opts.Format)
	if format != "" && !slices.Contains(explainFormats[database], format) {
		return "", fmt.Errorf("orm: Explain: %s has no format %q, only %q", database, opts.Format, explainFormats[database])
	}
	var words []string
	add := func(on bool, word string) {
		if on {
			words = append(words, word)
		}
	}
	if database == "postgresql" {
		add(opts.Analyze, "ANALYZE")
		add(opts.Verbose, "VERBOSE")
		add(opts.Buffers, "BUFFERS")
		add(opts.Settings, "SETTINGS")
		add(format != "", "FORMAT "+strings.ToUpper(format))
		if len(words) == 0 {
			return "EXPLAIN ", nil
		}
		return "EXPLAIN (" + strings.Join(words, ", ") + ") ", nil
	}
	if opts.Verbose || opts.Buffers || opts.Settings {
		return "", fmt.Errorf("orm: Explain: Verbose, Buffers and Settings are PostgreSQL's: %w", ErrNotSupported)
	}
	switch {
	case database == "sqlite" && opts.Analyze:
		return "", fmt.Errorf("orm: Explain: sqlite has no ANALYZE here: %w", ErrNotSupported)
	case database == "sqlite":
		return "EXPLAIN QUERY PLAN ", nil
	case database == "mariadb" && opts.Analyze && format != "":
		return "ANALYZE FORMAT=" + strings.ToUpper(format) + " ", nil
	case database == "mariadb" && opts.Analyze:
		return "ANALYZE ", nil
	}
	add(opts.Analyze, "ANALYZE")
	add(format != "", "FORMAT="+strings.ToUpper(format))
	return strings.Join(append(append([]string{"EXPLAIN"}, words...), ""), " "), nil
}
