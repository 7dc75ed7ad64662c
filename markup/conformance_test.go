package markup_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/text"
)

// excluded tells why a case has no meaning here, "" if it has.
func excluded(c realdjango.Case) string {
	if c.Func == "conditional_escape" && len(c.Args) == 1 && strings.Contains(string(c.Args[0]), "$lazy") {
		return "a lazy text that is safe: only Python has these"
	}
	if c.Func == "smart_urlquote" && c.Name[:5] == "html/" && strings.Contains(string(c.Expected), "xn--") {
		return "recorded from Django 3.2: since 6.0 international hosts are percent-encoded"
	}
	return ""
}

// plain returns the Go value of a decoded case's value.
func plain(v any) any {
	switch v := v.(type) {
	case pyvalue.Lazy:
		return string(v)
	case pyvalue.Safe:
		return markup.HTML(v)
	case pyvalue.Decimal:
		return string(v)
	case pyvalue.Date:
		return string(v)
	case pyvalue.UUID:
		return string(v)
	case pyvalue.Datetime:
		t, err := v.Time()
		if err != nil {
			return err
		}
		return t
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = plain(item)
		}
		return out
	}
	return v
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"html", "urlize", "truncate", "filters"} {
		equal, left, different := 0, 0, 0
		for _, c := range realdjango.Cases(t, group) {
			var args []any
			for _, raw := range c.Args {
				args = append(args, plain(realdjango.MustDecode(t, raw)))
			}
			kwargs := map[string]any{}
			for name, raw := range c.Kwargs {
				kwargs[name] = plain(realdjango.MustDecode(t, raw))
			}
			name := c.Func
			if group == "filters" {
				template, _ := realdjango.MustDecode(t, c.Env["template"]).(string)
				name = strings.TrimSuffix(strings.TrimPrefix(template, "{{ v"), " }}")
			}
			got, err := run(name, args, kwargs)
			if got == nil && err == nil {
				continue // a function of another package
			}
			if why := excluded(c); why != "" {
				t.Logf("excluded %s: %s", c.Name, why)
				left++
				continue
			}
			var want any
			if c.Error == nil {
				want = fmt.Sprint(plain(realdjango.MustDecode(t, c.Expected)))
			}
			if err != nil != (c.Error != nil) || err == nil && !cmp.Equal(fmt.Sprint(got), want) {
				different++
				t.Errorf("%s: %s(%q, %q)\n got %q, %v\nwant %q, %v", c.Name, name, args, kwargs, got, err, want, c.Error)
				continue
			}
			equal++
		}
		realdjango.Report(t, "markup "+group, equal, left, different)
	}
}

func run(name string, args []any, kwargs map[string]any) (any, error) {
	if strings.HasPrefix(name, "|") {
		return runFilter(name, args[0])
	}
	switch name {
	case "escape":
		if safe, ok := args[0].(markup.HTML); ok {
			return markup.Escape(string(safe)), nil
		}
		return markup.Conditional(args[0]), nil
	case "conditional_escape":
		return markup.Conditional(args[0]), nil
	case "format_html":
		rest := args[1:]
		if len(kwargs) > 0 {
			rest = append(rest, markup.Args(kwargs))
		}
		return markup.Format(args[0].(string), rest...), nil
	case "format_html_join":
		var rows [][]any
		for _, row := range args[2].([]any) {
			rows = append(rows, row.([]any))
		}
		return markup.Join(args[0], args[1].(string), rows), nil
	case "json_script":
		id, _ := args[1].(string)
		return markup.JSONScript(args[0], id)
	}
	s, _ := args[0].(string)
	if safe, ok := args[0].(markup.HTML); ok {
		s = string(safe)
	}
	switch name {
	case "escapejs":
		return markup.EscapeJS(s), nil
	case "linebreaks":
		h := markup.HTML(s)
		if len(args) > 1 && args[1] == true || kwargs["autoescape"] == true {
			h = markup.Escape(s)
		}
		return markup.LineBreaks(h), nil
	case "smart_urlquote":
		return markup.SmartURLQuote(s), nil
	case "strip_spaces_between_tags":
		return markup.StripSpacesBetweenTags(markup.HTML(s)), nil
	case "strip_tags":
		return markup.StripTags(s)
	case "urlize":
		return runUrlize(args[0], kwargs), nil
	case "chars_html":
		return markup.TruncateChars(markup.HTML(s), int(args[1].(int64)), nil), nil
	case "words_html":
		return markup.TruncateWords(markup.HTML(s), int(args[1].(int64)), nil), nil
	}
	return nil, nil
}

func runUrlize(v any, kwargs map[string]any) any {
	limit, _ := kwargs["trim_url_limit"].(int64)
	opts := &markup.UrlizeOptions{Limit: int(limit), NoFollow: kwargs["nofollow"] == true}
	if s, ok := v.(string); ok && kwargs["autoescape"] == true {
		return markup.Urlize(s, opts)
	}
	return markup.UrlizeHTML(markup.HTML(fmt.Sprint(v)), opts)
}

// runFilter renders {{ v|name }} for the filters that are functions of this package and of text.
// What is no HTML is escaped, as in templates.
func runFilter(name string, v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return nil, nil
	}
	switch name {
	case "|escape", "|force_escape":
		return markup.Escape(s), nil
	case "|escapejs":
		return markup.EscapeJS(s), nil
	case "|linebreaks":
		return markup.LineBreaks(markup.Escape(s)), nil
	case "|linebreaksbr":
		return markup.LineBreaksBR(markup.Escape(s)), nil
	case "|linenumbers":
		return text.LineNumbers(string(markup.Escape(s))), nil
	case "|safe":
		return markup.HTML(s), nil
	case "|striptags":
		s, err := markup.StripTags(s)
		return markup.Escape(s), err
	case "|truncatechars_html:8":
		return markup.Escape(string(markup.TruncateChars(markup.HTML(s), 8, nil))), nil
	case "|truncatewords_html:2":
		return markup.Escape(string(markup.TruncateWords(markup.HTML(s), 2, &text.TruncateOptions{Ending: " …"}))), nil
	case "|urlize":
		return markup.Urlize(s, &markup.UrlizeOptions{NoFollow: true}), nil
	case "|urlencode":
		return markup.QuoteURL(s, "/"), nil
	case `|urlencode:""`:
		return markup.QuoteURL(s, ""), nil
	case "|wordcount":
		return strconv.Itoa(len(text.Fields(s))), nil
	}
	if plain, ok := runTextFilter(name, s); ok {
		return markup.Escape(plain), nil
	}
	return nil, nil
}

func runTextFilter(name, s string) (string, bool) {
	switch name {
	case "|capfirst":
		return text.CapFirst(s), true
	case "|lower":
		return text.Lower(s), true
	case "|phone2numeric":
		return text.PhoneToNumeric(s), true
	case "|slugify":
		return text.Slugify(s, nil), true
	case "|title":
		return text.Title(s), true
	case "|truncatechars:8":
		return text.TruncateChars(s, 8, nil), true
	case "|truncatewords:2":
		return text.TruncateWords(s, 2, &text.TruncateOptions{Ending: " …"}), true
	case "|upper":
		return text.Upper(s), true
	case "|upper|lower|title":
		return text.Title(text.Lower(text.Upper(s))), true
	case "|wordwrap:10":
		return text.Wrap(s, 10), true
	}
	return "", false
}
