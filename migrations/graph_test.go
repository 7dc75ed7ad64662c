package migrations_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
)

// history makes migrations of lines: "shop.0002_b < shop.0001_a auth.0001_a = shop.0001_x":
// what comes after < are dependencies, what after = is replaced, what after > is run
// after it.
func history(lines ...string) []*migrations.Migration {
	var out []*migrations.Migration
	for _, line := range lines {
		m := &migrations.Migration{}
		into := (*[]string)(nil)
		for _, word := range strings.Fields(line) {
			switch {
			case m.App == "":
				m.App, m.Name, _ = strings.Cut(word, ".")
			case word == "<":
				into = &m.Dependencies
			case word == "=":
				into = &m.Replaces
			case word == ">":
				into = &m.RunBefore
			default:
				*into = append(*into, word)
			}
		}
		out = append(out, m)
	}
	return out
}

func ids(ms []*migrations.Migration) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.ID())
	}
	return strings.Join(out, " ")
}

func set(words string) map[string]bool {
	applied := map[string]bool{}
	for _, w := range strings.Fields(words) {
		applied[w] = true
	}
	return applied
}

func TestOrder(t *testing.T) {
	t.Parallel()
	squashed := []string{
		"a.0001", "a.0002 < a.0001", "a.0003 < a.0002", "a.0001_squashed_0002 = a.0001 a.0002", "b.0001 < a.0002",
	}
	tests := []struct {
		name, applied, want string
		lines               []string
	}{
		{"a line", "", "a.0001 a.0002 a.0003", []string{"a.0003 < a.0002", "a.0001", "a.0002 < a.0001"}},
		{"two apps", "", "b.0001 a.0001 a.0002", []string{"a.0002 < a.0001 b.0001", "a.0001 < b.__first__", "b.0001"}},
		{"latest", "", "b.0001 b.0002 a.0001", []string{"a.0001 < b.__latest__", "b.0002 < b.0001", "b.0001"}},
		{"an app without migrations", "", "a.0001", []string{"a.0001 < b.__first__"}},
		{"run before", "", "b.0001 a.0001", []string{"a.0001", "b.0001 > a.0001"}},
		{"branches", "", "a.0001 a.0002_x a.0002_y a.0003", []string{"a.0001", "a.0002_x < a.0001", "a.0002_y < a.0001", "a.0003 < a.0002_x a.0002_y"}},
		{"squashed, nothing applied", "", "a.0001_squashed_0002 a.0003 b.0001", squashed},
		{"squashed, some applied", "a.0001", "a.0001 a.0002 a.0003 b.0001", squashed},
		{"squashed, some applied, and needed", "a.0001", "a.0001 a.0002 c.0001",
			[]string{"a.0001", "a.0002 < a.0001", "a.0001_squashed_0002 = a.0001 a.0002", "c.0001 < a.0001_squashed_0002"}},
		{"squashed, all applied", "a.0001 a.0002", "a.0001_squashed_0002 a.0003 b.0001", squashed},
		{"squashed again", "", "a.0001_all b.0001", append([]string{"a.0001_all = a.0001_squashed_0002 a.0003"}, squashed...)},
		{"squashed again, the first half applied", "a.0001 a.0002", "a.0001_squashed_0002 a.0003 b.0001",
			append([]string{"a.0001_all = a.0001_squashed_0002 a.0003"}, squashed...)},
		{"replaces Django's", "a.0001_initial a.0002_more", "a.0001_ours", []string{"a.0001_ours = a.0001_initial a.0002_more"}},
	}
	for _, test := range tests {
		g, err := migrations.NewGraph(history(test.lines...), set(test.applied))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := ids(g.All()); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestGraphMistakes(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string][]string{
		"in a circle: a.0001 → b.0001 → a.0001":   {"a.0001 < b.0001", "b.0001 < a.0001"},
		"depends on a.0002, which does not exist": {"a.0001 < a.0002"},
		"two migrations a.0001":                   {"a.0001", "a.0001"},
		`"x" names no migration`:                  {"a.0001 < x"},
		"but not a.0002_more: apply those first":  {"a.0001_ours = a.0001_initial a.0002_more"},
	} {
		if _, err := migrations.NewGraph(history(lines...), set("a.0001_initial")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", lines, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	g, err := migrations.NewGraph(history("a.0001_x", "a.0002_x < a.0001_x", "a.0002_y < a.0001_x", "b.0001 < a.0002_x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := g.Find("a", "0001"); err != nil || m.Name != "0001_x" {
		t.Errorf("Find 0001: %v, %v", m, err)
	}
	for prefix, want := range map[string]string{"0002": "several migrations", "0003": "no migration whose name"} {
		if _, err := g.Find("a", prefix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find %s: %v, want %s", prefix, err, want)
		}
	}
	if c := g.Conflicts(); len(c) != 1 || ids(c["a"]) != "a.0002_x a.0002_y" {
		t.Errorf("Conflicts: %v", c)
	}
	m, _ := g.Migration("a.0001_x")
	if got := ids(g.After(m)); got != "b.0001 a.0002_x a.0002_y a.0001_x" {
		t.Errorf("After: %s", got)
	}
}
