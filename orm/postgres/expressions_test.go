package postgres_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// TestLookups: lookups in text find the rows that Django's find.
func TestLookups(t *testing.T) {
	t.Parallel()
	cases := []struct {
		lookup string
		value  any
		django string // the value in Python
	}{
		{"tags__contains", []string{"a", "b"}, `["a", "b"]`},
		{"tags__contains", "{a,b}", `["a", "b"]`},
		{"tags__contains", []any{"a"}, `["a"]`},
		{"tags__contained_by", []string{"a", "b"}, `["a", "b"]`},
		{"tags__overlap", []string{"a", "x"}, `["a", "x"]`},
		{"tags", []string{"a", "b"}, `["a", "b"]`},
		{"tags__len", 2, "2"},
		{"tags__len__gte", "2", "2"},
		{"tags__0", "a", `"a"`},
		{"tags__1__startswith", "b", `"b"`},
		{"tags__0_2", []string{"a", "b"}, `["a", "b"]`},
		{"scores__contains", []int{1}, "[1]"},
		{"scores__isnull", true, "True"},
		{"tags__contains", orm.F("tags"), `F("tags")`},
		{"period__contains", day(3), "day(3)"},
		{"period__contains", "2026-01-03", "day(3)"},
		{"period__contains", days(6, 8), "DateRange(day(6), day(8))"},
		{"period__contains", "[2026-01-06,2026-01-08)", "DateRange(day(6), day(8))"},
		{"period__contains", orm.F("day"), `F("day")`},
		{"period__contained_by", []any{day(1), "2026-01-10"}, "(day(1), day(10))"},
		{"period__overlap", days(4, 6), "DateRange(day(4), day(6))"},
		{"period__fully_lt", days(9, 10), "DateRange(day(9), day(10))"},
		{"period__fully_gt", days(1, 5), "DateRange(day(1), day(5))"},
		{"period__not_lt", days(4, 30), "DateRange(day(4), day(30))"},
		{"period__not_gt", days(1, 9), "DateRange(day(1), day(9))"},
		{"period__adjacent_to", days(5, 9), "DateRange(day(5), day(9))"},
		{"period", days(1, 5), "DateRange(day(1), day(5))"},
		{"period__startswith", day(5), "day(5)"},
		{"period__endswith__gt", day(9), "day(9)"},
		{"seats__isempty", true, "True"},
		{"seats__lower_inc", "true", "True"},
		{"seats__upper_inf", false, "False"},
		{"seats__contains", 5, "5"},
		{"attrs__color", "red", `"red"`},
		{"attrs__color__startswith", "b", `"b"`},
		{"attrs__contains", map[string]string{"color": "red"}, `{"color": "red"}`},
		{"attrs__contained_by", `"color"=>"blue", "size"=>"1"`, `{"color": "blue", "size": "1"}`},
		{"attrs__has_key", "color", `"color"`},
		{"attrs__has_keys", []string{"color", "size"}, `["color", "size"]`},
		{"attrs__has_any_keys", []any{"size", "x"}, `["size", "x"]`},
		{"attrs", map[string]string{}, `{}`},
		{"doc", "cats", `"cats"`},
		{"doc", english("fat cats"), `SearchQuery("fat cats", config="english")`},
		{"body__search", "cat", `"cat"`},
		{"title__trigram_similar", "Djanggo", `"Djanggo"`},
		{"title__unaccent", "Cafe creme", `"Cafe creme"`},
	}
	ctx, script := openEvents(t)
	var ask []string
	for _, c := range cases {
		ask = append(ask, "ids(Event.objects.filter("+c.lookup+"="+c.django+"))")
	}
	for i, answer := range askDjango(t, script, ask) {
		c := cases[i]
		var want []int64
		if err := json.Unmarshal(answer, &want); err != nil {
			t.Fatal(err)
		}
		rows, err := events.Lookup(c.lookup, c.value).OrderBy(eventF.ID.Asc()).All(ctx)
		if err != nil {
			t.Errorf("%s=%v: %v", c.lookup, c.value, err)
			continue
		}
		got := []int64{}
		for _, e := range rows {
			got = append(got, e.ID)
		}
		if !cmp.Equal(want, got) {
			t.Errorf("%s=%v: %v, Django has %v", c.lookup, c.value, got, want)
		}
	}
	for lookup, bad := range map[string]any{
		"tags__contains": 5, "tags__nothing": "x", "scores__contains": []string{"x"}, "period__overlap": "x", "period__contains": 5,
		"seats__startswith": "x", "seats__isempty": "perhaps", "attrs__contains": 5, "attrs__has_keys": 5, "doc": 5, "period__nothing": 1,
	} {
		if _, err := events.Lookup(lookup, bad).All(ctx); err == nil {
			t.Errorf("%s=%v: no error", lookup, bad)
		}
	}
}

// ann is an annotation whose values are of type V.
type ann[V any] interface {
	orm.Annotation
	Lookup(row orm.Row) (V, bool)
}

// annotated returns the values of an expression for all events, in order.
func annotated[A ann[V], V any](e interface{ As(string) A }) func(ctx context.Context) ([]any, error) {
	return func(ctx context.Context) ([]any, error) {
		ann := e.As("v")
		rows, err := events.Annotate(ann).OrderBy(eventF.ID.Asc()).All(ctx)
		var list []any
		for _, row := range rows {
			if v, ok := ann.Lookup(row); ok {
				list = append(list, v)
			} else {
				list = append(list, nil)
			}
		}
		return list, err
	}
}

// aggregated returns the value of an aggregate of all events.
func aggregated[A ann[V], V any](a interface{ As(string) A }) func(ctx context.Context) ([]any, error) {
	return func(ctx context.Context) ([]any, error) {
		ann := a.As("v")
		row, err := orm.Aggregate(ctx, events, ann)
		if err != nil {
			return nil, err
		}
		v, ok := ann.Lookup(row)
		if !ok {
			return []any{nil}, nil
		}
		return []any{v}, nil
	}
}

// TestExpressions: each expression has the values that Django's has.
func TestExpressions(t *testing.T) {
	t.Parallel()
	f := &eventF
	annotation := func(django string) string {
		return `[e.v for e in Event.objects.annotate(v=` + django + `).order_by("id")]`
	}
	aggregate := func(django string) string { return `[Event.objects.aggregate(v=` + django + `)["v"]]` }
	rank := &postgres.RankOptions{Weights: []float64{0.1, 0.2, 0.3, 0.9}, Normalization: 2, CoverDensity: true}
	headline := &postgres.HeadlineOptions{Config: "english", StartSel: `<i class="x">`, StopSel: "</i>", MaxWords: 5, MinWords: 2, MaxFragments: 2, FragmentDelimiter: " ... "}
	cases := []struct {
		django string
		ours   func(ctx context.Context) ([]any, error)
	}{
		{annotation(`F("tags__len")`), annotated(f.Tags.Len())},
		{annotation(`F("tags__0")`), annotated(f.Tags.Index(0))},
		{annotation(`F("attrs__keys")`), annotated(f.Attrs.Keys())},
		{annotation(`F("period__startswith")`), annotated(f.Period.Lower())},
		{annotation(`SearchRank(F("doc"), SearchQuery("fat cat", config="english"))`), annotated(postgres.SearchRank(f.Doc, english("fat cat"), nil))},
		{annotation(`SearchRank(F("doc"), SearchQuery("fat cat", config="english"), weights=[0.1, 0.2, 0.3, 0.9], normalization=2, cover_density=True)`),
			annotated(postgres.SearchRank(f.Doc, english("fat cat"), rank))},
		{annotation(`SearchRank(SearchVector("title", "body", "day"), SearchQuery("cats"))`),
			annotated(postgres.SearchRank(postgres.NewSearchVector(f.Title, f.Body, f.Day), postgres.NewSearchQuery("cats", nil), nil))},
		{annotation(`Cast(SearchVector("title", weight="A", config="english") + SearchVector("body", weight="D", config="simple"), TextField())`),
			annotated(orm.Template[string]("%s::text", postgres.NewSearchVector(f.Title).Weight("A").Config("english").
				Concat(postgres.NewSearchVector(f.Body).Config("simple").Weight("D"))))},
		{annotation(`SearchHeadline("body", SearchQuery("cats"))`), annotated(postgres.SearchHeadline(f.Body, postgres.NewSearchQuery("cats", nil), nil))},
		{annotation(`SearchHeadline("body", SearchQuery("cats", config="english"), config="english", start_sel="<i class=\"x\">", stop_sel="</i>",
			max_words=5, min_words=2, max_fragments=2, fragment_delimiter=" ... ")`), annotated(postgres.SearchHeadline(f.Body, english("cats"), headline))},
		{annotation(`TrigramSimilarity("title", "jango")`), annotated(postgres.TrigramSimilarity(f.Title, "jango"))},
		{annotation(`TrigramDistance("title", "jango")`), annotated(postgres.TrigramDistance(f.Title, "jango"))},
		{annotation(`Func(Value("cat"), "body", function="WORD_SIMILARITY", output_field=FloatField())`), annotated(postgres.TrigramWordSimilarity("cat", f.Body))},
		{annotation(`Func(Value("cat"), "body", function="STRICT_WORD_SIMILARITY", output_field=FloatField())`),
			annotated(postgres.TrigramStrictWordSimilarity("cat", f.Body))},
		{annotation(`Func(Value("cat"), "body", template="(%(expressions)s)", arg_joiner=" <<-> ", output_field=FloatField())`),
			annotated(postgres.TrigramWordDistance("cat", f.Body))},
		{annotation(`Func(Value("cat"), "body", template="(%(expressions)s)", arg_joiner=" <<<-> ", output_field=FloatField())`),
			annotated(postgres.TrigramStrictWordDistance("cat", f.Body))},
		{annotation(`Func("title", function="UNACCENT", output_field=TextField())`), annotated(postgres.Unaccent(f.Title))},
		{aggregate(`ArrayAgg("title", ordering="-title")`), aggregated(postgres.ArrayAgg(f.Title).OrderBy(f.Title.Desc()))},
		{aggregate(`ArrayAgg("day", filter=Q(id__gt=2), ordering="id")`), aggregated(postgres.ArrayAgg(f.Day).Filter(f.ID.Gt(2)).OrderBy(f.ID.Asc()))},
		{aggregate(`ArrayAgg(F("tags__0"), distinct=True, filter=Q(tags__len__gt=0))`),
			aggregated(postgres.ArrayAgg(f.Tags.Index(0)).Distinct().Filter(f.Tags.Len().Gt(0)))},
		{aggregate(`JSONBAgg("title", ordering="id")`), aggregated(postgres.JSONBAgg(f.Title).OrderBy(f.ID.Asc()))},
		{aggregate(`JSONBAgg(F("tags__len"), distinct=True)`), aggregated(postgres.JSONBAgg(f.Tags.Len()).Distinct())},
		{aggregate(`BoolAnd(Case(When(id__gt=0, then=True), default=False, output_field=BooleanField()))`), aggregated(postgres.BoolAnd(orm.Test(f.ID.Gt(0))))},
		{aggregate(`BoolOr(Case(When(id__gt=9, then=True), default=False, output_field=BooleanField()))`), aggregated(postgres.BoolOr(orm.Test(f.ID.Gt(9))))},
		{aggregate(`Corr("id", F("tags__len"))`), aggregated(postgres.Corr(f.ID, f.Tags.Len()))},
		{aggregate(`CovarPop("id", F("tags__len"))`), aggregated(postgres.CovarPop(f.ID, f.Tags.Len()))},
		{aggregate(`CovarPop("id", F("tags__len"), sample=True)`), aggregated(postgres.CovarSample(f.ID, f.Tags.Len()))},
		{aggregate(`RegrAvgX("id", F("tags__len"))`), aggregated(postgres.RegrAvgX(f.ID, f.Tags.Len()))},
		{aggregate(`RegrAvgY("id", F("tags__len"))`), aggregated(postgres.RegrAvgY(f.ID, f.Tags.Len()))},
		{aggregate(`RegrCount("id", F("scores__len"))`), aggregated(postgres.RegrCount(f.ID, f.Scores.Len()))},
		{aggregate(`RegrIntercept("id", F("tags__len"))`), aggregated(postgres.RegrIntercept(f.ID, f.Tags.Len()))},
		{aggregate(`RegrR2("id", F("tags__len"))`), aggregated(postgres.RegrR2(f.ID, f.Tags.Len()))},
		{aggregate(`RegrSlope("id", F("tags__len"))`), aggregated(postgres.RegrSlope(f.ID, f.Tags.Len()))},
		{aggregate(`RegrSXX("id", F("tags__len"))`), aggregated(postgres.RegrSXX(f.ID, f.Tags.Len()))},
		{aggregate(`RegrSXY("id", F("tags__len"))`), aggregated(postgres.RegrSXY(f.ID, f.Tags.Len()))},
		{aggregate(`RegrSYY("id", F("tags__len"))`), aggregated(postgres.RegrSYY(f.ID, f.Tags.Len()))},
	}
	ctx, script := openEvents(t)
	var ask []string
	for _, c := range cases {
		ask = append(ask, c.django)
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
	for i, answer := range askDjango(t, script, ask) {
		c := cases[i]
		values, err := c.ours(ctx)
		if err != nil {
			t.Errorf("%s: %v", c.django, err)
			continue
		}
		ours, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if json.Unmarshal(answer, &want) != nil || json.Unmarshal(ours, &got) != nil {
			t.Fatalf("%s, %s", answer, ours)
		}
		if diff := cmp.Diff(want, got, near); diff != "" {
			t.Errorf("%s (Django -, ours +):\n%s", c.django, diff)
		}
	}
}
