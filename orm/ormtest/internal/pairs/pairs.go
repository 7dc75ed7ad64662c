// Package pairs holds questions that are asked twice: of real Django, in Python,
// and of package orm. The rows must be equal, in equal order. What Django answered
// is recorded in testdata, so a backend can be compared without it.
package pairs

import "context"

// Pair is one question.
type Pair struct {
	// Name is unique: "filter/exact text".
	Name string
	// Ask is the question in Python; see orm/ormtest/internal/django/serve.py. What it
	// writes is rolled back.
	Ask string
	// Run asks the same of the database of ctx, in a transaction that is rolled
	// back.
	Run func(ctx context.Context) (Rows, error)
	// Zone is the current time zone; empty is UTC.
	Zone string
	// Only names the databases that can answer, separated by spaces; empty is all.
	Only string
	// Loose: the rows come in no order.
	Loose bool
	// Error is the exception that Django raises, and Kind ours.
	Error string
	Kind  error
	// Differs says why our answer is not that of Django 3.2, by database; "*" is
	// all. A test fails where the answers are equal nevertheless.
	Differs map[string]string
}

// Rows are values in the form of [Encode], row by row.
type Rows [][]any

// All returns all pairs.
func All() []Pair {
	var all []Pair
	for _, group := range []struct {
		name  string
		pairs []Pair
	}{
		{"lookup", lookupPairs()}, {"filter", filterPairs()}, {"filter", expressionPairs()},
		{"relation", relationPairs()}, {"relation", alongPairs()}, {"many", manyPairs()}, {"many", manyToManyPairs()},
		{"aggregate", aggregatePairs()}, {"aggregate", annotatePairs()}, {"aggregate", groupPairs()}, {"express", expressPairs()}, {"date", datePairs()}, {"window", windowPairs()}, {"subquery", subqueryPairs()},
		{"set", setPairs()}, {"json", jsonPairs()}, {"inherit", inheritPairs()}, {"fetch", fetchPairs()}, {"fetch", prefetchPairs()}, {"fetch", columnPairs()}, {"write", writePairs()}, {"delete", deletePairs()},
		{"manager", managerPairs()}, {"manager", throughPairs()}, {"fetch", listPairs()}, {"bilateral", bilateralPairs()}, {"filtered", filteredPairs()}, {"filtered", filteredWayPairs()},
	} {
		for _, p := range group.pairs {
			p.Name = group.name + "/" + p.Name
			all = append(all, p)
		}
	}
	return all
}
