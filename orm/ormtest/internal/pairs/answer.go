package pairs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Answer is what was answered: rows, or the class of an exception.
type Answer struct {
	Name  string `json:"name,omitempty"`
	Ask   string `json:"ask,omitempty"`
	Zone  string `json:"zone,omitempty"`
	Rows  Rows   `json:"rows"`
	Error string `json:"error,omitempty"`
	Text  string `json:"text,omitempty"` // of the exception; not recorded
}

//go:embed testdata
var testdata embed.FS

// Recorded returns what Django answered on a database, by the name of the pair.
// MariaDB's are those of "mysql".
func Recorded(database string) (map[string]Answer, error) {
	f, err := testdata.Open("testdata/" + database + ".jsonl")
	if err != nil {
		return nil, fmt.Errorf("recorded answers: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.UseNumber()
	answers := map[string]Answer{}
	for {
		var a Answer
		switch err := d.Decode(&a); {
		case errors.Is(err, io.EOF):
			return answers, nil
		case err != nil:
			return nil, fmt.Errorf("recorded answers of %s: %w", database, err)
		}
		answers[a.Name] = a
	}
}

var errUndo = errors.New("undo")

// Answer asks the database of ctx, and takes back what the question changed.
func (p Pair) Answer(ctx context.Context) (rows Rows, err error) {
	undone := orm.Atomic(ctx, func(ctx context.Context) error {
		rows, err = p.Run(ctx)
		return errUndo
	})
	if err == nil && !errors.Is(undone, errUndo) {
		err = undone
	}
	return rows, err
}

// For tells whether the pair is asked of a database: "sqlite", "postgresql",
// "mysql" or "mariadb".
func (p Pair) For(database string) bool {
	return p.Only == "" || slices.Contains(strings.Fields(p.Only), database)
}

// Check compares our answer on a database with Django's, and returns what is wrong
// or "".
func (p Pair) Check(database string, want Answer, got Rows, err error) string {
	switch {
	case want.Error != "" && err == nil:
		return fmt.Sprintf("answered %v, want an error for Django's %s", got, want.Error)
	case want.Error != "" && p.Kind != nil && !errors.Is(err, p.Kind):
		return fmt.Sprintf("error %v, want %v for Django's %s", err, p.Kind, want.Error)
	case want.Error != "":
		return ""
	case err != nil:
		return fmt.Sprintf("error: %v", err)
	}
	diff := p.Diff(got, want.Rows)
	why := p.Differs[database]
	if why == "" {
		why = p.Differs["*"]
	}
	if why != "" && diff == "" {
		return "equal to Django's, though the pair says: " + why
	}
	if why != "" {
		return ""
	}
	return diff
}

// Diff tells how got differs from want, or returns "".
func (p Pair) Diff(got, want Rows) string {
	if p.Loose {
		got, want = sorted(got), sorted(want)
	}
	return diff(got, want)
}

func sorted(rows Rows) Rows {
	return slices.SortedFunc(slices.Values(rows), func(a, b []any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}
