package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// feed runs the program in a folder with text on its standard input, and returns its
// standard output and error output.
func feed(t *testing.T, dir, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs strings.Builder
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, strings.NewReader(stdin), &out, &errs
	_ = cmd.Run() // its code is looked at
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// templateFolder is a folder with some templates and contexts.
func templateFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site/base.html":      "<title>{% block title %}Base{% endblock %}</title>{% block body %}{% endblock %}\n",
		"site/shop/page.html": "{% extends 'base.html' %}{% block title %}{{ block.super }}: {{ name }}{% endblock %}{% block body %}{{ missing }}{{ on|date }}{% endblock %}\n",
		"site/hello.html":     "{% include 'name.html' %}!\n",
		"site/name.html":      "{{ name|upper }}{% partialdef card %}[{{ name }}]{% endpartialdef %}",
		"site/items.html":     "{% for k, v in d.items %}{{ k }}={{ v }};{% endfor %}",
		"data.json":           `{"name": "a <b>", "on": {"$date": "2026-03-01"}, "d": {"z": 1, "a": {"$safe": "<i>"}}}`,
	} {
		write(t, text, dir, filepath.FromSlash(name))
	}
	return dir
}

func TestTemplateRender(t *testing.T) {
	t.Parallel()
	dir := templateFolder(t)
	for _, test := range []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"below a folder", "", []string{"shop/page.html", "--dir", "site", "--context", "data.json"}, "<title>Base: a &lt;b&gt;</title>March 1, 2026\n"},
		{"a file", "", []string{"site/hello.html", "--context", "data.json"}, "A &lt;B&gt;!\n"},
		{"without context", "", []string{"site/hello.html"}, "!\n"},
		{"context from standard input", `{"name": "x"}`, []string{"site/hello.html", "--context", "-"}, "X!\n"},
		{"template from standard input", "{% include 'hello.html' %}", []string{"-", "--dir", "site", "--context", "data.json"}, "A &lt;B&gt;!\n"},
		{"without autoescape", "{{ name }}", []string{"-", "--context", "data.json", "--autoescape=false"}, "a <b>"},
		{"what is missing", "{{ a.b }}", []string{"-", "--string-if-invalid", "(%s)"}, "(a.b)"},
		{"a block", "", []string{"shop/page.html", "--dir", "site", "--context", "data.json", "--block", "title"}, "Base: a &lt;b&gt;"},
		{"a partial", "", []string{"site/name.html", "--context", "data.json", "--block", "card"}, "[a &lt;b&gt;]"},
		{"keys in order, tagged values", "", []string{"items.html", "--dir", "site", "--context", "data.json"}, "z=1;a=<i>;"},
		{"a language", "{{ on|date }} {{ 1.5 }}", []string{"-", "--context", "data.json", "--language", "de"}, "1. March 2026 1,5"},
		{"two folders", "", []string{"hello.html", "--dir", "empty", "--dir", "site"}, "!\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := feed(t, dir, test.stdin, append([]string{"template", "render"}, test.args...)...)
			if code != 0 || stdout != test.want || stderr != "" {
				t.Errorf("%q: code %d, want 0\nstdout %q\nwant   %q\nstderr %s", test.args, code, stdout, test.want, stderr)
			}
		})
	}
}

func TestTemplateRenderMistakes(t *testing.T) {
	t.Parallel()
	dir := templateFolder(t)
	write(t, "<p>\n  {{ a|nothing }}</p>", dir, "bad.html")
	write(t, "{\"a\": 1,\n \"b\" 2}", dir, "bad.json")
	write(t, "[1]", dir, "list.json")
	write(t, `{"a": {"$what": 1}}`, dir, "tag.json")
	for _, test := range []struct {
		name, stdin string
		args        []string
		want        []string
	}{
		{"nothing", "", nil, []string{"no template is given", "hint: "}},
		{"no such file", "", []string{"nowhere.html"}, []string{`"nowhere.html" does not exist`, "--dir"}},
		{"an include that is missing", "{% include 'nowhere.html' %}", []string{"-"}, []string{`"nowhere.html" does not exist`, "-:1:1", "--dir"}},
		{"a mistake in a template", "", []string{"bad.html"}, []string{"bad.html:2:8", "{{ a|nothing }}</p>", "^^^^^^^", "nothing"}},
		{"a mistake in what is included", "{% include 'bad.html' %}", []string{"-", "--dir", "."}, []string{"bad.html:2:8", "-:1:1"}},
		{"bad JSON", "x", []string{"-", "--context", "bad.json"}, []string{"--context: bad.json: line 2", "hint: "}},
		{"a list", "x", []string{"-", "--context", "list.json"}, []string{"want an object"}},
		{"an unknown tag", "x", []string{"-", "--context", "tag.json"}, []string{"$what", "hint: "}},
		{"no context", "x", []string{"-", "--context", "nowhere.json"}, []string{"nowhere.json"}},
		{"standard input twice", "x", []string{"-", "--context", "-"}, []string{"standard input"}},
		{"no such block", "", []string{"site/base.html", "--block", "nothing"}, []string{`no block or partial "nothing"`, "It has: body, title."}},
		{"no such language", "x", []string{"-", "--language", "qq"}, []string{`no language "qq"`}},
		{"no such zone", "x", []string{"-", "--timezone", "Mars/North"}, []string{"Mars/North", "Europe/Berlin"}},
		{"no such catalogues", "x", []string{"-", "--locale-dir", "nowhere"}, []string{"nowhere is no folder"}},
		{"a batch and a file", "", []string{"site/base.html", "--batch", "-"}, []string{"--batch has templates"}},
		{"a line that is no case", "{}\n", []string{"--batch", "-"}, []string{"--batch: line 1", "hint: "}},
		{"no batch", "", []string{"--batch", "nowhere.jsonl"}, []string{"nowhere.jsonl"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := feed(t, dir, test.stdin, append([]string{"template", "render"}, test.args...)...)
			if code != 1 || stdout != "" {
				t.Errorf("%q: code %d, want 1; stdout %q", test.args, code, stdout)
			}
			want(t, strings.Join(test.args, " "), stderr, append(test.want, "error: ")...)
		})
	}
}

// A batch answers each case on a line of its own.
func TestTemplateBatch(t *testing.T) {
	t.Parallel()
	cases := []string{
		`{"name": "plain", "main": "a", "templates": {"a": "{{ x }}"}, "context": {"x": "<"}}`,
		``,
		`{"name": "raw", "main": "a", "templates": {"a": "{% include 'b' %}", "b": "{{ x }}é"}, "context": {"x": "<"}, "autoescape": false}`,
		`{"name": "clock", "main": "a", "templates": {"a": "{% now 'H:i e' %}{{ y }}"}, "clock": "2026-01-01T12:30:00", "timezone": "Europe/Berlin", "string_if_invalid": "?"}`,
		`{"name": "syntax", "main": "a", "templates": {"a": "{% if %}"}}`,
		`{"name": "missing", "main": "a", "templates": {"a": "{% include 'b' %}"}}`,
		`{"name": "refused", "kind": "compile", "main": "a", "templates": {"a": "{{ }}"}}`,
	}
	code, stdout, stderr := feed(t, t.TempDir(), strings.Join(cases, "\n"), "template", "render", "--batch", "-")
	if code != 0 || stderr != "" {
		t.Fatalf("code %d, want 0: %s", code, stderr)
	}
	type answer struct {
		Name     string  `json:"name"`
		Expected *string `json:"expected"`
		Error    string  `json:"error"`
		Message  string  `json:"message"`
	}
	text := func(s string) *string { return &s }
	var got []answer
	for line := range strings.Lines(stdout) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if (a.Error == "") != (a.Message == "") {
			t.Errorf("%s: error %q with message %q", a.Name, a.Error, a.Message)
		}
		a.Message = ""
		got = append(got, a)
	}
	if diff := cmp.Diff([]answer{
		{Name: "plain", Expected: text("&lt;")},
		{Name: "raw", Expected: text("<é")},
		{Name: "clock", Expected: text("12:30 CET?")},
		{Name: "syntax", Error: "TemplateSyntaxError"},
		{Name: "missing", Error: "TemplateDoesNotExist"},
		{Name: "refused", Error: "TemplateSyntaxError"},
	}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
