package postgres_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// TestConditions: each condition finds the rows that Django's lookup finds.
func TestConditions(t *testing.T) {
	t.Parallel()
	f := &eventF
	cases := []struct {
		django string // arguments of filter
		pred   orm.Pred
	}{
		{`tags__contains=["a", "b"]`, f.Tags.Contains("a", "b")},
		{`tags__contains=[]`, f.Tags.Contains()},
		{`tags__contained_by=["a", "b"]`, f.Tags.ContainedBy("a", "b")},
		{`tags__overlap=["a", "x"]`, f.Tags.Overlap("a", "x")},
		{`tags=["a", "b"]`, f.Tags.Eq(postgres.Array[string]{"a", "b"})},
		{`tags=[]`, f.Tags.Eq(nil)},
		{`tags__len=2`, f.Tags.Len().Eq(2)},
		{`tags__len__gte=2`, f.Tags.Len().Gte(2)},
		{`scores__len=0`, f.Scores.Len().Eq(0)},
		{`tags__0="a"`, f.Tags.Index(0).Eq("a")},
		{`tags__2="c"`, f.Tags.Index(2).Eq("c")},
		{`tags__0_2=["a", "b"]`, f.Tags.Slice(0, 2).Eq(postgres.Array[string]{"a", "b"})},
		{`scores__contains=[1]`, f.Scores.Contains(1)},
		{`scores__isnull=True`, f.Scores.IsNull()},
		{`~Q(scores__contains=[1])`, f.Scores.Contains(1).Not()},
		{`tags__contains=F("tags")`, f.Tags.ContainsF(f.Tags)},
		{`Q(tags=["a", "b"]) | Q(tags=[])`, f.Tags.In(postgres.Array[string]{"a", "b"}, postgres.Array[string]{})},
		{`period__contains=day(3)`, f.Period.Contains(day(3))},
		{`period__contains=F("day")`, f.Period.ContainsF(f.Day)},
		{`period__contains=DateRange(day(6), day(8))`, f.Period.ContainsRange(days(6, 8))},
		{`period__contained_by=DateRange(day(1), day(10))`, f.Period.ContainedBy(days(1, 10))},
		{`period__overlap=DateRange(day(4), day(6))`, f.Period.Overlap(days(4, 6))},
		{`period__fully_lt=DateRange(day(9), day(10))`, f.Period.FullyLt(days(9, 10))},
		{`period__fully_gt=DateRange(day(1), day(5))`, f.Period.FullyGt(days(1, 5))},
		{`period__not_lt=DateRange(day(4), day(30))`, f.Period.NotLt(days(4, 30))},
		{`period__not_gt=DateRange(day(1), day(9))`, f.Period.NotGt(days(1, 9))},
		{`period__adjacent_to=DateRange(day(5), day(9))`, f.Period.AdjacentTo(days(5, 9))},
		{`period=DateRange(day(1), day(5))`, f.Period.Eq(days(1, 5))},
		{`period__startswith=day(5)`, f.Period.Lower().Eq(day(5))},
		{`period__endswith__gt=day(9)`, f.Period.Upper().Gt(day(9))},
		{`seats__isempty=True`, f.Seats.IsEmpty()},
		{`seats__isempty=False`, f.Seats.IsEmpty().Not().And(f.Seats.IsNotNull())},
		{`seats__lower_inc=True`, f.Seats.LowerInc()},
		{`seats__upper_inc=True`, f.Seats.UpperInc()},
		{`seats__lower_inf=True`, f.Seats.LowerInf()},
		{`seats__upper_inf=True`, f.Seats.UpperInf()},
		{`seats__contains=5`, f.Seats.Contains(5)},
		{`day__contained_by=DateRange(day(2), day(21))`, postgres.Within(f.Day, days(2, 21))},
		{`id__contained_by=NumericRange(2, 4)`, postgres.Within(f.ID, postgres.NewRange[int64](2, 4))},
		{`attrs__color="red"`, f.Attrs.Key("color").Eq("red")},
		{`attrs__color__startswith="b"`, f.Attrs.Key("color").StartsWith("b")},
		{`attrs__color__isnull=True`, f.Attrs.Key("color").IsNull()},
		{`attrs__contains={"color": "red"}`, f.Attrs.Contains(postgres.NewHStore(map[string]string{"color": "red"}))},
		{`attrs__contained_by={"color": "blue", "size": "1"}`, f.Attrs.ContainedBy(postgres.NewHStore(map[string]string{"color": "blue", "size": "1"}))},
		{`attrs__has_key="color"`, f.Attrs.HasKey("color")},
		{`attrs__has_keys=["color", "size"]`, f.Attrs.HasKeys("color", "size")},
		{`attrs__has_any_keys=["size", "x"]`, f.Attrs.HasAnyKeys("size", "x")},
		{`attrs__keys=["color"]`, f.Attrs.Keys().Eq(postgres.Array[string]{"color"})},
		{`attrs__values__contains=["blue"]`, f.Attrs.Values().Contains(orm.Some("blue"))},
		{`attrs={}`, f.Attrs.Eq(nil)},
		{`doc="cats"`, f.Doc.Search(postgres.NewSearchQuery("cats", nil))},
		{`doc=SearchQuery("fat cats", config="english")`, f.Doc.Search(postgres.NewSearchQuery("fat cats", &postgres.QueryOptions{Config: "english"}))},
		{`doc=SearchQuery("fat cat", search_type="phrase", config="english")`,
			f.Doc.Search(postgres.NewSearchQuery("fat cat", &postgres.QueryOptions{Type: postgres.Phrase, Config: "english"}))},
		{`doc=SearchQuery("rat & !bark", search_type="raw", config="english")`,
			f.Doc.Search(postgres.NewSearchQuery("rat & !bark", &postgres.QueryOptions{Type: postgres.Raw, Config: "english"}))},
		{`doc=SearchQuery("\"fat rat\" or bark", search_type="websearch", config="english")`,
			f.Doc.Search(postgres.NewSearchQuery(`"fat rat" or bark`, &postgres.QueryOptions{Type: postgres.WebSearch, Config: "english"}))},
		{`doc=SearchQuery("cat", config="english") & ~SearchQuery("rat", config="english")`,
			f.Doc.Search(english("cat").And(english("rat").Not()))},
		{`doc=SearchQuery("mat", config="english") | SearchQuery("bark", config="english")`, f.Doc.Search(english("mat").Or(english("bark")))},
		{`title__trigram_similar="Djanggo"`, postgres.TrigramSimilar(f.Title, "Djanggo")},
		{`Func(F("body"), Value("cats"), template="(%(expressions)s)", arg_joiner=" %%> ", output_field=BooleanField())`, postgres.TrigramWordSimilar(f.Body, "cats")},
		{`Func(F("body"), Value("cats"), template="(%(expressions)s)", arg_joiner=" %%> ", output_field=BooleanField())`, orm.Lookup(eventMeta, "body__trigram_word_similar", "cats")},
		{`Func(F("body"), Value("cats"), template="(%(expressions)s)", arg_joiner=" %%>> ", output_field=BooleanField())`, postgres.TrigramStrictWordSimilar(f.Body, "cats")},
		{`Func(F("body"), Value("cats"), template="(%(expressions)s)", arg_joiner=" %%>> ", output_field=BooleanField())`, orm.Lookup(eventMeta, "body__trigram_strict_word_similar", "cats")},
		{`title__unaccent="Cafe creme"`, postgres.Unaccent(f.Title).Eq("Cafe creme")},
	}
	ctx, script := openEvents(t)
	var ask []string
	for _, c := range cases {
		ask = append(ask, "ids(Event.objects.filter("+c.django+"))")
	}
	for i, answer := range askDjango(t, script, ask) {
		c := cases[i]
		var want []int64
		if err := json.Unmarshal(answer, &want); err != nil {
			t.Fatal(err)
		}
		rows, err := events.Filter(c.pred).OrderBy(eventF.ID.Asc()).All(ctx)
		if err != nil {
			t.Errorf("%s: %v", c.django, err)
			continue
		}
		got := []int64{}
		for _, e := range rows {
			got = append(got, e.ID)
		}
		if !cmp.Equal(want, got) {
			t.Errorf("%s: %v, Django has %v", c.django, got, want)
		}
	}
}

func english(words string) postgres.SearchQuery {
	return postgres.NewSearchQuery(words, &postgres.QueryOptions{Config: "english"})
}
