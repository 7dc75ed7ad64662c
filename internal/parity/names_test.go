package parity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/parity"
	"github.com/nuages-web/nuages/internal/source"
)

// fixture is a module with one of each thing that a row may name.
var fixture = map[string]string{
	"go.mod":  "module example.org/m\n",
	"root.go": "package m\n\ntype Settings struct{ Debug bool }\n\nfunc New() {}\n",
	"web/web.go": `package web

import (
	"io"
	"net/http"

	"example.org/m/urls"
)

type Request struct {
	*http.Request
	urls.Match
	body, Query int
	Any[int]
}

func (r *Request) Form() {}
func (r *Request) form() {}

type Any[T any] struct{ Value T }

func (a *Any[T]) Load() {}

type Body interface {
	io.Reader
	Size() int64
}

type Alias = Request

const StatusTeapot = 418

var ErrGone error
`,
	"web/web_test.go":       "package web_test\n\nfunc TestForm() {}\nfunc ExampleRequest() {}\nfunc helper() {}\nfunc (t T) TestMethod() {}\n",
	"urls/urls.go":          "package urls\n\ntype Match struct{ Route string }\n\nfunc Path() {}\n",
	"contrib/auth/auth.go":  "package auth\n\ntype User struct{}\n",
	"other/auth/auth.go":    "package auth\n\ntype Token struct{}\n",
	"cli/cli.go":            "package cli\n\nvar flags = []string{\"settings\"}\n",
	"cli/commands/run.go":   "package commands\n\ntype Command struct{ Name string }\n\nvar run = Command{Name: \"runserver\"}\n\nvar flags = []string{\"noreload\"}\n",
	"template/tags.go":      "package template\n\nvar tags = map[string]int{\"url\": 1}\n",
	"docs/howto/x.md":       "# First steps\n",
	"examples/shop/main.go": "package main\n\nfunc main() {}\n",
}

func names(t *testing.T) *parity.Names {
	t.Helper()
	dir := t.TempDir()
	for name, text := range fixture {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := source.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return parity.NewNames(m)
}

// TestNames maps entries to what is wrong with them.
func TestNames(t *testing.T) {
	t.Parallel()
	n := names(t)
	const form = "and it is not of the form package.TestName"
	for _, c := range []struct {
		column string
		judge  func(string) error
		want   map[string]string
	}{
		{"go", n.Go, map[string]string{
			"web.Request":                  "",
			"web.Request.Query":            "",
			"web.Request.Form":             "",
			"web.Request.Request":          "",
			"web.Request.Header":           "", // field of net/http's Request
			"web.Request.PathValue":        "", // method of it
			"web.Request.Route":            "", // field of urls.Match
			"web.Request.Load":             "",
			"web.Alias.Query":              "",
			"web.Any.Load":                 "",
			"web.Body.Size":                "",
			"web.Body.Read":                "",
			"web.StatusTeapot":             "",
			"web.ErrGone":                  "",
			"m.Settings.Debug":             "",
			"m.New":                        "",
			"urls.Path":                    "",
			"contrib/auth.User":            "",
			"auth.User":                    "",
			"auth.Token":                   "",
			"net/http.Request.Header":      "",
			"context.Context":              "",
			"command runserver":            "",
			"flag runserver --noreload":    "",
			"flag --settings":              "",
			"tag url":                      "",
			"web.Response":                 "package web has no Response",
			"web.Request.Gone":             "package web has no Request.Gone",
			"web.Request.form":             "package web has no Request.form",
			"web.Request.Query.More":       "package web has no Request.Query.More",
			"contrib/auth.Token":           "package contrib/auth has no Token",
			"net/http.Gone":                "package net/http has no Gone",
			"gone.Name":                    `"gone.Name": there is no package gone`,
			"web":                          `"web" is not of the form package.Name, "command x" or "flag x --y"`,
			"command gone":                 `no package declares a command with Name: "gone"`,
			"flag gone --x":                `no package declares a command with Name: "gone"`,
			"flag runserver --gone":        `no string "gone" beside the command`,
			"flag runserver noreload":      `flag "noreload" does not start with --`,
			"flag --gone":                  `no string "gone" beside the command`,
			"filter gone":                  `no package of template, i18n or contrib names a filter "gone"`,
			"an explanation in many words": `"an explanation in many words" is not of the form "command x", "flag x --y", "tag x" or "filter x"`,
		}},
		{"shown", n.Shown, map[string]string{
			"web.TestForm":                "",
			"web.TestForm/a case, with .": "",
			"web.ExampleRequest":          "",
			"docs/howto/x.md":             "",
			"docs/howto/x.md#first-steps": "",
			"examples/shop/main.go":       "",
			"docs/howto/x.md#gone":        "docs/howto/x.md has no heading #gone",
			"docs/howto/gone.md":          "there is no file docs/howto/gone.md, " + form,
			"../outside.md":               "there is no file ../outside.md, " + form,
			"web.TestGone":                "no test file of package web has a func TestGone",
			"web.TestMethod":              "no test file of package web has a func TestMethod",
			"web.helper":                  "there is no file web.helper, " + form,
			"gone.TestX":                  "no test file of package gone has a func TestX",
			"trust me":                    "there is no file trust me, " + form,
		}},
	} {
		for entry, want := range c.want {
			got := ""
			if err := c.judge(entry); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%s %q: %q, want %q", c.column, entry, got, want)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	n := names(t)
	row := func(status, goNames, shown string) parity.Row {
		return parity.Row{Area: "a", SubArea: "b", Feature: "c", Status: status, Go: goNames, Shown: shown, Line: 7}
	}
	for name, c := range map[string]struct {
		row  parity.Row
		want []string
	}{
		"yes":             {row("yes", "web.Request.Query, urls.Path", "web.TestForm, docs/howto/x.md"), nil},
		"no":              {row("no", "", ""), nil},
		"moot":            {row("moot", "", "Go has no such thing"), nil},
		"no such status":  {row("done", "", ""), []string{`line 7: row "a / b / c": status "done" is none of yes, different, no, moot`}},
		"yes, of nothing": {row("yes", "", ""), []string{`line 7: row "a / b / c": yes, and go is empty`, `line 7: row "a / b / c": yes, and shown is empty`}},
		"no, of much":     {row("no", "web.Request", ""), []string{`line 7: row "a / b / c": no, and go says "web.Request": say yes or different, or leave it empty`}},
		"one of two": {row("different", "web.Request, web.Gone", "web.TestForm, web.TestGone"), []string{
			`line 7: row "a / b / c": go: package web has no Gone`,
			`line 7: row "a / b / c": shown: no test file of package web has a func TestGone`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, n.Check(c.row)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
