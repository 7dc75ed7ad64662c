package checks_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/internal/goldentest"
)

// static is a check that always finds the same.
func static(tags []string, found ...checks.Message) checks.Check {
	return checks.Check{Tags: tags, Run: func(context.Context) []checks.Message { return found }}
}

func ids(messages []checks.Message) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.ID)
	}
	return out
}

func list() []checks.Check {
	deploy := static([]string{checks.Security}, checks.Warningf("security.W018", "DEBUG is on."))
	deploy.Deploy = true
	return []checks.Check{
		static([]string{checks.URLs},
			checks.Warningf("urls.W002", "Your URL pattern %q begins with a /.", "/a").
				WithHint("Remove this slash: it is %s.", "unnecessary").At("/site/routes.go", 12)),
		static([]string{checks.Models, "shop"},
			checks.Infof("shop.I001", "No prices yet."),
			checks.Errorf("shop.E001", "100%% of the stock is gone.").On("shop.Stock").At("/lib/models.go", 3),
			checks.Debugf("shop.D001", "Looked at 3 models."),
			checks.Errorf("shop.E002", "Bad total.").On("shop.Order.total")),
		static(nil, checks.Criticalf("site.C001", "No disk."), checks.Warningf("site.W001", "Odd.").At("/site/a.go", 0)),
		static([]string{checks.Database}, checks.Errorf("database.E001", "Gone.")),
		deploy,
	}
}

func TestRunChoosesAndSorts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		opts     *checks.Options
		want     []string
		silenced []string
	}{
		{"default: the gravest first, else in order", nil,
			[]string{"site.C001", "shop.E001", "shop.E002", "urls.W002", "site.W001", "shop.I001", "shop.D001"}, nil},
		{"one tag", &checks.Options{Tags: []string{"urls"}}, []string{"urls.W002"}, nil},
		{"two tags", &checks.Options{Tags: []string{"urls", "shop"}, Silenced: []string{"shop.D001"}},
			[]string{"shop.E001", "shop.E002", "urls.W002", "shop.I001"}, []string{"shop.D001"}},
		{"deploy", &checks.Options{Tags: []string{checks.Security}, Deploy: true}, []string{"security.W018"}, nil},
		{"a deploy tag without deploy", &checks.Options{Tags: []string{checks.Security}}, nil, nil},
		{"database tag without databases", &checks.Options{Tags: []string{checks.Database}}, nil, nil},
		{"databases", &checks.Options{Tags: []string{checks.Database}, Databases: []string{"default"}},
			[]string{"database.E001"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report, err := checks.Run(t.Context(), list(), test.opts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, ids(report.Messages)); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.silenced, ids(report.Silenced)); diff != "" {
				t.Errorf("silenced (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAMessageWithoutIDCannotBeSilenced(t *testing.T) {
	t.Parallel()
	report, err := checks.Run(t.Context(), []checks.Check{static(nil, checks.Errorf("", "nameless"))},
		&checks.Options{Silenced: []string{""}})
	if err != nil || len(report.Messages) != 1 {
		t.Errorf("got %v, %v, want one message", report, err)
	}
}

func TestRunGivesChecksTheDatabases(t *testing.T) {
	t.Parallel()
	var got []string
	check := checks.Check{Tags: []string{checks.Database}, Run: func(ctx context.Context) []checks.Message {
		got = checks.Databases(ctx)
		return nil
	}}
	opts := &checks.Options{Databases: []string{"default", "replica"}}
	if _, err := checks.Run(t.Context(), []checks.Check{check}, opts); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(opts.Databases, got); diff != "" {
		t.Error(diff)
	}
	if got := checks.Databases(t.Context()); got != nil {
		t.Errorf("outside of a run: got %q, want none", got)
	}
}

func TestUnknownTag(t *testing.T) {
	t.Parallel()
	_, err := checks.Run(t.Context(), list(), &checks.Options{Tags: []string{"models", "url"}})
	var unknown *checks.UnknownTagError
	if !errors.As(err, &unknown) {
		t.Fatalf("got %v, want an UnknownTagError", err)
	}
	want := `there is no system check with the "url" tag; there are database, models, security, shop, urls`
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestPanicsBecomeMessages(t *testing.T) {
	t.Parallel()
	var empty map[string]int
	list := []checks.Check{
		{Name: "prices", Run: func(context.Context) []checks.Message { panic("no prices") }},
		{Run: func(context.Context) []checks.Message { empty["a"] = 1; return nil }},
		{Name: "hollow"},
		static(nil, checks.Infof("after.I001", "still here")),
	}
	report, err := checks.Run(t.Context(), list, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{checks.PanicID, checks.PanicID, checks.PanicID, "after.I001"}, ids(report.Messages)); diff != "" {
		t.Fatal(diff)
	}
	for i, part := range []string{`"prices" panicked: no prices`, `checks_test.TestPanicsBecomeMessages.func2" panicked: assignment to entry in nil map`, `"hollow" has no Run function`} {
		m := report.Messages[i]
		if !strings.Contains(m.Text, part) {
			t.Errorf("got %q, want it to contain %q", m.Text, part)
		}
		if i < 2 && (filepath.Base(m.File) != "checks_test.go" || m.Line == 0) {
			t.Errorf("got place %s:%d, want a line of this file", m.File, m.Line)
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ran := 0
	check := checks.Check{Run: func(context.Context) []checks.Message { ran++; cancel(); return nil }}
	_, err := checks.Run(ctx, []checks.Check{check, check}, nil)
	if !errors.Is(err, context.Canceled) || ran != 1 {
		t.Errorf("got %v after %d checks, want context.Canceled after 1", err, ran)
	}
}

func TestReportText(t *testing.T) {
	t.Parallel()
	full, err := checks.Run(t.Context(), list(), &checks.Options{Silenced: []string{"shop.E002"}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		file   string
		report *checks.Report
		write  func(*checks.Report, *strings.Builder) error
	}{
		{"full.txt", full, func(r *checks.Report, b *strings.Builder) error { return r.WriteText(b, nil) }},
		{"color.txt", full, func(r *checks.Report, b *strings.Builder) error {
			return r.WriteText(b, &checks.TextOptions{Color: true, Dir: "/site"})
		}},
		{"full.json", full, func(r *checks.Report, b *strings.Builder) error { return r.WriteJSON(b) }},
		{"empty.txt", &checks.Report{}, func(r *checks.Report, b *strings.Builder) error { return r.WriteText(b, nil) }},
		{"empty.json", &checks.Report{}, func(r *checks.Report, b *strings.Builder) error { return r.WriteJSON(b) }},
		{"failed.txt", full, func(r *checks.Report, b *strings.Builder) error {
			b.WriteString(r.Err(checks.Error).Error() + "\n")
			return nil
		}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := test.write(test.report, &b); err != nil {
				t.Fatal(err)
			}
			goldentest.Equal(t, test.file, b.String())
		})
	}
}

func TestReportReaches(t *testing.T) {
	t.Parallel()
	report := &checks.Report{Messages: []checks.Message{checks.Warningf("a.W001", "a")},
		Silenced: []checks.Message{checks.Errorf("a.E001", "b")}}
	for level, want := range map[checks.Level]bool{checks.Info: true, checks.Warning: true, checks.Error: false} {
		if got := report.Reaches(level); got != want {
			t.Errorf("Reaches(%s): got %v, want %v", level, got, want)
		}
	}
	if err := report.Err(checks.Error); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	var failed *checks.FailedError
	if err := report.Err(checks.Warning); !errors.As(err, &failed) || failed.Report != report {
		t.Errorf("got %v, want a FailedError with the report", err)
	}
}

func TestStepsLeaveTheOldMessageAlone(t *testing.T) {
	t.Parallel()
	old := checks.Errorf("a.E001", "a")
	changed := old.WithHint("h").On("o").At("f", 1)
	if diff := cmp.Diff(checks.Message{Level: checks.Error, ID: "a.E001", Text: "a"}, old); diff != "" {
		t.Error(diff)
	}
	want := checks.Message{Level: checks.Error, ID: "a.E001", Text: "a", Hint: "h", Object: "o", File: "f", Line: 1}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
	if !changed.IsSerious() || checks.Warningf("", "").IsSerious() {
		t.Error("IsSerious: want true for Error, false for Warning")
	}
}

func TestLevelText(t *testing.T) {
	t.Parallel()
	for _, level := range checks.Levels() {
		text, err := level.MarshalText()
		var back checks.Level
		if err2 := back.UnmarshalText(text); err != nil || err2 != nil || back != level {
			t.Errorf("%s: got %s, %v, %v", level, back, err, err2)
		}
	}
	if level, err := checks.ParseLevel("warning"); level != checks.Warning || err != nil {
		t.Errorf("got %v, %v", level, err)
	}
	_, err := checks.ParseLevel("bad")
	if want := `parse level "bad": want one of DEBUG, INFO, WARNING, ERROR, CRITICAL`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if got := checks.Level(35).String(); got != "LEVEL 35" {
		t.Errorf("got %q", got)
	}
}
