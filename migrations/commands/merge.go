package commands

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// mergeAll writes, for each app with several last migrations, one that depends on them.
func (m *maker) mergeAll(ctx context.Context, conflicts map[string][]*migrations.Migration) error {
	var merged []*migrations.Migration
	for _, app := range slices.Sorted(maps.Keys(conflicts)) {
		leaves := conflicts[app]
		m.notef("%s\n", m.call.Heading("Merging "+app))
		branches := m.branches(leaves)
		for i, leaf := range leaves {
			m.notef("  Branch %s\n", m.call.Success(leaf.Name))
			for _, mig := range branches[i] {
				for _, op := range mig.Operations {
					m.notef("    %s %s\n", sign(op), op.Describe())
				}
			}
		}
		both := touchedTwice(branches)
		if len(both) > 0 {
			m.notef("%s\n", m.call.Warning("More than one branch changes "+strings.Join(both, ", ")+": see that they do so in any order."))
		}
		if !m.call.NoInput {
			yes, err := m.call.Confirm(ctx, "Merge these branches?")
			if err != nil {
				return cli.Hint(err, "--no-input says yes.")
			}
			if !yes {
				continue
			}
		}
		merged = append(merged, m.mergeOf(app, leaves))
	}
	if len(merged) == 0 {
		return nil
	}
	return m.write(merged)
}

// branches returns, for each leaf, the migrations of its app that do not come before all
// leaves.
func (m *maker) branches(leaves []*migrations.Migration) [][]*migrations.Migration {
	count := map[*migrations.Migration]int{}
	lists := make([][]*migrations.Migration, len(leaves))
	for i, leaf := range leaves {
		lists[i] = m.graph.Before(leaf)
		if !slices.Contains(lists[i], leaf) {
			lists[i] = append(lists[i], leaf)
		}
		for _, mig := range lists[i] {
			count[mig]++
		}
	}
	for i := range lists {
		lists[i] = slices.DeleteFunc(lists[i], func(mig *migrations.Migration) bool {
			return mig.App != leaves[i].App || count[mig] == len(leaves)
		})
	}
	return lists
}

// touchedTwice returns the models that more than one branch changes.
func touchedTwice(branches [][]*migrations.Migration) []string {
	by := map[string]map[int]bool{}
	for i, list := range branches {
		for _, mig := range list {
			for _, model := range migrations.Touched(mig) {
				if by[model] == nil {
					by[model] = map[int]bool{}
				}
				by[model][i] = true
			}
		}
	}
	var both []string
	for model, in := range by {
		if len(in) > 1 {
			both = append(both, model)
		}
	}
	slices.Sort(both)
	return both
}

// maxMergeName is how long a name of the branches' names becomes, as in Django.
const maxMergeName = 47

func (m *maker) mergeOf(app string, leaves []*migrations.Migration) *migrations.Migration {
	mig := &migrations.Migration{App: app}
	number := 0
	var names []string
	for _, leaf := range leaves {
		mig.Dependencies = append(mig.Dependencies, leaf.ID())
		names = append(names, leaf.Name)
		number = max(number, migrations.Number(leaf.Name))
	}
	slices.Sort(mig.Dependencies)
	slices.Sort(names)
	name := m.name
	if name == "" {
		name = "merge_" + strings.Join(names, "_")
	}
	if m.name == "" && len(name) > maxMergeName {
		name = "merge_" + time.Now().UTC().Format("20060102_1504")
	}
	mig.Name = fmt.Sprintf("%04d_%s", number+1, name)
	return mig
}
