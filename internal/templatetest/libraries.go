package templatetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/nuages-web/nuages/template"
)

// libraries returns the libraries of Django's template tests that a case has, by
// the name that it loads them by.
func libraries(modules map[string]string) (map[string]*template.Library, error) {
	known := map[string]func() *template.Library{
		"template_tests.templatetags.bad_tag":         badTags,
		"template_tests.templatetags.custom":          customTags,
		"template_tests.templatetags.subpackage.echo": echoTags,
		"template_tests.templatetags.testtags":        testTags,
	}
	standard := []string{"cache", "i18n", "l10n", "static", "tz"}
	out := map[string]*template.Library{}
	for name, module := range modules {
		if library, ok := known[module]; ok {
			out[name] = library()
			continue
		}
		// What the engine has itself may be named, too.
		found := false
		for _, s := range standard {
			found = found || name == s && module == "django.templatetags."+s
		}
		if !found {
			return nil, fmt.Errorf("unknown library %s", module)
		}
	}
	return out, nil
}

// customTags is template_tests/templatetags/custom.py: what the cases use of it.
func customTags() *template.Library {
	return &template.Library{
		Filters: map[string]template.Filter{
			"noop": {Func: noop, Default: &template.Value{}},
			"trim": {Func: trim},
		},
		Tags: map[string]template.Tag{
			"counter":  template.CompileFunc(compileCounter),
			"minusone": template.SimpleTag{Func: func(x int) int { return x - 1 }},
			"minustwo": template.SimpleTag{Func: func(x int) int { return x - 2 }},
		},
	}
}

// noop returns its value, whatever its argument.
func noop(_ *template.Context, v, _ template.Value) (template.Value, error) { return v, nil }

// trim returns the first characters of a text.
func trim(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), n)])
}

// counter counts how often it is rendered, over all renders.
type counter struct{ n atomic.Int64 }

func compileCounter(*template.Parser, template.Token) (template.Node, error) { return &counter{}, nil }

// Render implements template.Node.
func (n *counter) Render(c *template.Context) error {
	c.WriteString(strconv.FormatInt(n.n.Add(1)-1, 10))
	return nil
}

// testTags is template_tests/templatetags/testtags.py.
func testTags() *template.Library {
	return &template.Library{
		Filters: map[string]template.Filter{"upper": {Func: strings.ToUpper}},
		Tags: map[string]template.Tag{
			"echo":       template.CompileFunc(compileEcho),
			"other_echo": template.CompileFunc(compileEcho),
		},
	}
}

// echo writes the words of its tag.
type echo string

func compileEcho(_ *template.Parser, t template.Token) (template.Node, error) {
	return echo(strings.Join(strings.Fields(t.Contents)[1:], " ")), nil
}

// Render implements template.Node.
func (n echo) Render(c *template.Context) error {
	c.WriteString(string(n))
	return nil
}

// echoTags is template_tests/templatetags/subpackage/echo.py.
func echoTags() *template.Library {
	return &template.Library{Tags: map[string]template.Tag{
		"echo2": template.SimpleTag{Func: func(v any) any { return v }},
	}}
}

// badTags is template_tests/templatetags/bad_tag.py: one fails when it is
// compiled, one when it is rendered.
func badTags() *template.Library {
	return &template.Library{Tags: map[string]template.Tag{
		"badtag": template.CompileFunc(func(*template.Parser, template.Token) (template.Node, error) {
			return nil, errors.New("a bad tag")
		}),
		"badsimpletag": template.SimpleTag{Func: func() (string, error) { return "", errors.New("a bad simple tag") }},
	}}
}
