package migrations

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Graph is the history of a program: its migrations and what must come before what.
// It is made for one database, since squashed migrations depend on what was applied
// there.
type Graph struct {
	nodes    map[string]*Migration
	parents  map[string][]string // what must be applied before
	children map[string][]string
	replaced map[string]string     // replaced migrations that are not used: by which
	unused   map[string]*Migration // squashed migrations that this database cannot use yet
}

// NewGraph makes the graph of migrations; applied are those that the database has
// noted, nil for none. A squashed migration takes the place of those that it replaces
// unless some of them, but not all, are applied.
func NewGraph(migrations []*Migration, applied map[string]bool) (*Graph, error) {
	g := &Graph{nodes: map[string]*Migration{}, parents: map[string][]string{}, children: map[string][]string{}, replaced: map[string]string{},
		unused: map[string]*Migration{}}
	for _, m := range migrations {
		if m.App == "" || m.Name == "" {
			return nil, fmt.Errorf("a migration has no App or no Name: %q", m.ID())
		}
		if g.nodes[m.ID()] != nil {
			return nil, fmt.Errorf("there are two migrations %s", m.ID())
		}
		g.nodes[m.ID()] = m
	}
	if err := g.replace(migrations, applied); err != nil {
		return nil, err
	}
	for _, m := range migrations {
		if g.nodes[m.ID()] == nil {
			continue
		}
		if err := g.connect(m); err != nil {
			return nil, err
		}
	}
	for _, list := range []map[string][]string{g.parents, g.children} {
		for id := range list {
			slices.SortFunc(list[id], compareIDs)
			list[id] = slices.Compact(list[id])
		}
	}
	return g, g.cycle()
}

// replace decides which squashed migrations are used.
func (g *Graph) replace(migrations []*Migration, applied map[string]bool) error {
	done := map[*Migration]bool{}
	var visit func(m *Migration, path []string) error
	visit = func(m *Migration, path []string) error {
		if done[m] || len(m.Replaces) == 0 {
			return nil
		}
		if slices.Contains(path, m.ID()) {
			return fmt.Errorf("migration %s replaces itself, by way of %s", m.ID(), strings.Join(path, ", "))
		}
		done[m] = true
		for _, id := range m.Replaces { // squashed migrations that were squashed again
			if other := g.nodes[id]; other != nil && other != m {
				if err := visit(other, append(path, m.ID())); err != nil {
					return err
				}
			}
		}
		return g.take(m, applied)
	}
	for _, m := range migrations {
		if err := visit(m, nil); err != nil {
			return err
		}
	}
	return nil
}

// take puts a squashed migration in the place of those that it replaces, or leaves it
// out.
func (g *Graph) take(m *Migration, applied map[string]bool) error {
	some, all, known := false, true, false
	var missing []string
	for _, id := range m.Replaces {
		if g.isApplied(id, applied) {
			some = true
		} else {
			all = false
			missing = append(missing, id)
		}
		known = known || g.nodes[id] != nil
	}
	if some && !all && !applied[m.ID()] {
		if !known {
			return fmt.Errorf("migration %s takes the place of migrations of which this database has some, but not %s: apply those first, with the program that has them",
				m.ID(), strings.Join(missing, ", "))
		}
		delete(g.nodes, m.ID())
		g.unused[m.ID()] = m
		return nil
	}
	for _, id := range m.Replaces {
		delete(g.nodes, id)
		g.replaced[id] = m.ID()
	}
	return nil
}

// isApplied looks through squashed migrations that are squashed again.
func (g *Graph) isApplied(id string, applied map[string]bool) bool {
	if applied[id] {
		return true
	}
	m := g.nodes[id]
	if m == nil || len(m.Replaces) == 0 {
		return false
	}
	for _, r := range m.Replaces {
		if !applied[r] {
			return false
		}
	}
	return true
}

// connect enters what a migration must come after, and what after it.
func (g *Graph) connect(m *Migration) error {
	var errs []error
	for _, id := range m.Dependencies {
		if parent, err := g.resolve(m, id); err != nil {
			errs = append(errs, err)
		} else if parent != "" && parent != m.ID() {
			g.edge(parent, m.ID())
		}
	}
	for _, id := range m.RunBefore {
		if child, err := g.resolve(m, id); err != nil {
			errs = append(errs, err)
		} else if child != "" {
			g.edge(m.ID(), child)
		}
	}
	return errors.Join(errs...)
}

func (g *Graph) edge(parent, child string) {
	g.parents[child] = append(g.parents[child], parent)
	g.children[parent] = append(g.children[parent], child)
}

// resolve returns the migration that a dependency names; "" where it has an app
// without migrations.
func (g *Graph) resolve(m *Migration, id string) (string, error) {
	app, name, err := splitID(id)
	if err != nil {
		return "", fmt.Errorf("migration %s: a dependency: %w", m.ID(), err)
	}
	switch name {
	case "__first__":
		if roots := g.roots(app); len(roots) > 0 {
			return roots[0], nil
		}
		return "", nil
	case "__latest__":
		if leaves := g.leaves(app); len(leaves) > 0 {
			return leaves[0], nil
		}
		return "", nil
	}
	id = g.current(id)
	if g.nodes[id] == nil {
		return "", fmt.Errorf("migration %s depends on %s, which does not exist", m.ID(), id)
	}
	return id, nil
}

// current returns the migration that stands for another: the one that replaces it, or
// the last of those that it would replace.
func (g *Graph) current(id string) string {
	for g.replaced[id] != "" {
		id = g.replaced[id]
	}
	for g.unused[id] != nil {
		replaces := g.unused[id].Replaces
		id = replaces[len(replaces)-1]
	}
	return id
}

// roots are the migrations of an app that depend on no other of it, leaves those that
// no other of it depends on.
func (g *Graph) roots(app string) []string {
	var out []string
	for id, m := range g.nodes {
		if m.App != app {
			continue
		}
		if !slices.ContainsFunc(m.Dependencies, func(d string) bool {
			a, name, _ := strings.Cut(d, ".")
			return a == app && !strings.HasPrefix(name, "__")
		}) {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, compareIDs)
	return out
}

func (g *Graph) leaves(app string) []string {
	needed := map[string]bool{}
	for _, m := range g.nodes {
		if m.App == app {
			for _, id := range m.Dependencies {
				id = g.current(id)
				needed[id] = needed[id] || id != m.ID()
			}
		}
	}
	var out []string
	for id, m := range g.nodes {
		if m.App == app && !needed[id] {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, compareIDs)
	return out
}

// compareIDs orders migrations by app, then by name.
func compareIDs(a, b string) int {
	appA, nameA, _ := strings.Cut(a, ".")
	appB, nameB, _ := strings.Cut(b, ".")
	if c := strings.Compare(appA, appB); c != 0 {
		return c
	}
	return strings.Compare(nameA, nameB)
}

// cycle returns an error where migrations wait for each other.
func (g *Graph) cycle() error {
	const visiting, visited = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string) error
	visit = func(id string, path []string) error {
		switch state[id] {
		case visited:
			return nil
		case visiting:
			return fmt.Errorf("migrations depend on each other in a circle: %s", strings.Join(append(path[slices.Index(path, id):], id), " → "))
		}
		state[id] = visiting
		for _, parent := range g.parents[id] {
			if err := visit(parent, append(path, id)); err != nil {
				return err
			}
		}
		state[id] = visited
		return nil
	}
	for _, id := range g.ids() {
		if err := visit(id, nil); err != nil {
			return err
		}
	}
	return nil
}

func (g *Graph) ids() []string { return slices.SortedFunc(maps.Keys(g.nodes), compareIDs) }

// Apps returns the labels of the apps that have migrations, sorted.
func (g *Graph) Apps() []string {
	apps := map[string]bool{}
	for _, m := range g.nodes {
		apps[m.App] = true
	}
	return slices.Sorted(maps.Keys(apps))
}

// Migration returns the migration of an ID, and whether there is one in use.
func (g *Graph) Migration(id string) (*Migration, bool) {
	m, ok := g.nodes[id]
	return m, ok
}

// Find returns the migration of an app whose name begins with a prefix.
func (g *Graph) Find(app, prefix string) (*Migration, error) {
	if m := g.nodes[app+"."+prefix]; m != nil {
		return m, nil
	}
	var found []string
	for _, id := range g.ids() {
		if a, name, _ := strings.Cut(id, "."); a == app && strings.HasPrefix(name, prefix) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		if by := g.replaced[app+"."+prefix]; by != "" {
			return nil, fmt.Errorf("migration %s.%s was replaced by %s", app, prefix, by)
		}
		return nil, fmt.Errorf("the app %s has no migration whose name begins with %q", app, prefix)
	case 1:
		return g.nodes[found[0]], nil
	}
	return nil, fmt.Errorf("the app %s has several migrations whose names begin with %q: %s", app, prefix, strings.Join(found, ", "))
}

// Leaves returns the migrations of an app that no other of it comes after: one, unless
// two branches must be merged.
func (g *Graph) Leaves(app string) []*Migration {
	var out []*Migration
	for _, id := range g.leaves(app) {
		out = append(out, g.nodes[id])
	}
	return out
}

// Conflicts returns the leaves of each app that has several.
func (g *Graph) Conflicts() map[string][]*Migration {
	conflicts := map[string][]*Migration{}
	for _, app := range g.Apps() {
		if leaves := g.Leaves(app); len(leaves) > 1 {
			conflicts[app] = leaves
		}
	}
	return conflicts
}

// Before returns a migration and all that must come before it, in their order.
func (g *Graph) Before(m *Migration) []*Migration { return g.walk(m.ID(), g.parents) }

// After returns a migration and all that come after it, the last first.
func (g *Graph) After(m *Migration) []*Migration { return g.walk(m.ID(), g.children) }

func (g *Graph) walk(from string, next map[string][]string) []*Migration {
	var out []*Migration
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, n := range next[id] {
			visit(n)
		}
		out = append(out, g.nodes[id])
	}
	visit(from)
	return out
}

// All returns all migrations in the order in which they can be applied: app by app
// where nothing else decides.
func (g *Graph) All() []*Migration {
	var out []*Migration
	seen := map[*Migration]bool{}
	for _, app := range g.Apps() {
		for _, leaf := range g.Leaves(app) {
			for _, m := range g.Before(leaf) {
				if !seen[m] {
					seen[m] = true
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// State returns the models after all migrations.
func (g *Graph) State() (*State, error) { return StateAfter(g.All()) }

// StateAfter returns the models after migrations, in their order.
func StateAfter(migrations []*Migration) (*State, error) {
	s := NewState()
	for _, m := range migrations {
		if err := m.Mutate(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}
