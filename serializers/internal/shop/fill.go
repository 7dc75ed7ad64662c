package shop

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// texts are strings that some format has trouble with.
var texts = []string{
	"", "plain", "yes", "No", "oN", "null", "~", "1", "-1", "+12", "0x1F", "017", "08", "0b1", "1_000", "1.5", "1e5", "1.0e+5", ".5", ".inf", "12:30", "1:2.5",
	"2020-01-01", "2020-1-1 1:02:03", "<<", "=", "a: b", "a:b", "a:", ":a", "#a", "a #b", "a#b", "- a", "-a", "-", "? a", "?a", "---", "--- a", "...", "!", "&", "*",
	"[a]", "{a}", "a, b", "a]", "&a", "*a", "!a", "|", ">", "'a'", `"a"`, "it's", "%a", "@a", "`a`", `back\slash`, `both ' and "`,
	" leading", "trailing ", "two  spaces", "tab\tinside", "line\nbreak", "line \nbreak", "line\n break", "\nfirst", "last\n", "two\n\nbreaks", "three\n\n\n",
	"\u00a0nbsp", "caf\u00e9", "日本語", "emoji 😀", "ls\u2028ps\u2029", "nel\u0085", "<b>&amp;</b>", "del\u007f", "bom\ufeff", "carriage\rreturn",
	strings.Repeat("long words ", 30) + "end", "it's " + strings.Repeat("quoted words: ", 30), strings.Repeat("esc\tapes and words ", 20),
	strings.Repeat("x", 200), strings.Repeat("日本 ", 60), strings.Repeat("two  spaces ", 20), "break\n" + strings.Repeat("and long words ", 20) + "\nend",
	strings.Repeat("tab\t  spaces ", 20), strings.Repeat("'", 90) + " " + strings.Repeat("y", 90) + " z",
}

// documents are JSON values.
var documents = []string{
	`{"a": [1, 2.50, true, null, "x"], "b": {}, "c": [], "d": {"e": {"f": [[1, [2]], {"g": 1}]}}}`, `[]`, `{}`, `"te\"xt"`, `1`, `1e100`, `1.5e-7`, `12345678901234567890`,
	`[{"a": 1, "b": 2}, [], {}]`, `{"line\nbreak": 1, "": 2, "yes": 3, "1": 4, "a: b": [{"x": "é😀"}]}`, `true`, `{"` + strings.Repeat("k", 130) + `": {"x": [1]}}`,
	`{"` + strings.Repeat("word ", 30) + `": "` + strings.Repeat("word ", 30) + `"}`, `[[["` + strings.Repeat("word ", 30) + `"]]]`,
}

// FillSamples adds rows with values that some format has trouble with.
func FillSamples(ctx context.Context) error {
	var rows []*Sample
	for i, text := range texts {
		rows = append(rows, &Sample{Text: orm.Some(text), Small: orm.Some(int16(i))})
		rows[i].ID = int64(100 + i)
	}
	for i, doc := range documents {
		s := &Sample{JSON: orm.Some(json.RawMessage(doc))}
		s.ID = int64(1000 + i)
		rows = append(rows, s)
	}
	return Samples.BulkCreate(ctx, rows, nil)
}
