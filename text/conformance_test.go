package text_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/text"
)

// excluded tells why a case has no meaning here, "" if it has.
func excluded(c realdjango.Case) string {
	switch {
	case c.Func == "unescape_entities":
		return "removed in Django 4.0"
	case c.Func == "get_text_list" && bytes.Contains(c.Expected, []byte(`\u0623\u0648`)):
		return "recorded in Arabic: who translates gives the words to List"
	}
	return ""
}

func plain(v any) any {
	switch v := v.(type) {
	case nil:
		return "None"
	case pyvalue.Lazy:
		return string(v)
	case pyvalue.Safe:
		return string(v)
	}
	return v
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"text", "slugify", "truncate"} {
		equal, left, different := 0, 0, 0
		for _, c := range realdjango.Cases(t, group) {
			if c.Func == "chars_html" || c.Func == "words_html" {
				continue // package markup has these
			}
			if why := excluded(c); why != "" {
				t.Logf("excluded %s: %s", c.Name, why)
				left++
				continue
			}
			var args []any
			for _, raw := range c.Args {
				args = append(args, plain(realdjango.MustDecode(t, raw)))
			}
			unicode := false
			if raw, ok := c.Kwargs["allow_unicode"]; ok {
				unicode = realdjango.MustDecode(t, raw).(bool)
			}
			got, err := run(c.Func, args, unicode)
			var want any
			if c.Error == nil {
				want = plain(realdjango.MustDecode(t, c.Expected))
			}
			if (err != nil) != (c.Error != nil) || err == nil && !cmp.Equal(got, want) {
				different++
				t.Errorf("%s: %s(%q) = %q, %v; want %q, %v", c.Name, c.Func, args, got, err, want, c.Error)
				continue
			}
			equal++
		}
		realdjango.Report(t, group, equal, left, different)
	}
}

func run(function string, args []any, unicode bool) (any, error) {
	if function == "get_text_list" {
		return textList(args), nil
	}
	s := fmt.Sprint(args[0])
	var n int
	var opts text.TruncateOptions
	if len(args) > 1 {
		n = int(args[1].(int64))
	}
	if len(args) > 2 {
		// No ending at all is the kept text alone.
		if opts.Ending = args[2].(string); opts.Ending == "" {
			opts.Ending = "%(truncated_text)s"
		}
	}
	switch function {
	case "slugify":
		return text.Slugify(s, &text.SlugifyOptions{AllowUnicode: unicode}), nil
	case "camel_case_to_spaces":
		return text.CamelCaseToSpaces(s), nil
	case "capfirst":
		return text.CapFirst(s), nil
	case "get_valid_filename":
		return text.ValidFilename(s)
	case "normalize_newlines":
		return text.NormalizeNewlines(s), nil
	case "phone2numeric":
		return text.PhoneToNumeric(s), nil
	case "unescape_string_literal":
		return text.UnescapeStringLiteral(s)
	case "wrap":
		return text.Wrap(s, n), nil
	case "chars", "chars_custom":
		return text.TruncateChars(s, n, &opts), nil
	case "words", "words_custom":
		return text.TruncateWords(s, n, &opts), nil
	case "smart_split":
		parts := []any{}
		for _, part := range slices.Collect(text.SmartSplit(s)) {
			parts = append(parts, part)
		}
		return parts, nil
	}
	return "no such function: " + function, nil
}

func textList(args []any) string {
	var items []string
	for _, item := range args[0].([]any) {
		items = append(items, item.(string))
	}
	last := "or"
	if len(args) > 1 {
		last = args[1].(string)
	}
	return text.List(items, last, nil)
}
