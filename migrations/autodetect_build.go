package migrations

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A builder makes migrations of operations that wait for each other.
type builder struct {
	graph      *Graph
	ops        map[string][]*planned // by app; they become less
	migrated   map[string]bool
	migrations map[string][]*Migration // by app; names are "auto_1" until they are arranged
}

// build sorts the operations of each app, and cuts them into migrations where those of
// two apps wait for each other (Django's _build_migration_list).
func (b *builder) build() error {
	for app := range b.ops {
		sorted, err := sortPlanned(app, b.ops[app])
		if err != nil {
			return err
		}
		b.ops[app] = sorted
	}
	how := whole
	for left := b.left(); left > 0; {
		for _, app := range slices.Sorted(maps.Keys(b.ops)) {
			if b.take(app, how) {
				how = whole
			}
		}
		now := b.left()
		switch {
		case now < left:
		case how == loose:
			return fmt.Errorf("the changes of these apps wait for each other in a circle: %s", strings.Join(b.unfinished(), ", "))
		default:
			how++
		}
		left = now
	}
	for _, list := range b.migrations {
		for i, m := range list[1:] {
			m.Dependencies = append(m.Dependencies, list[i].ID())
		}
	}
	return nil
}

func (b *builder) left() int {
	n := 0
	for _, ops := range b.ops {
		n += len(ops)
	}
	return n
}

func (b *builder) unfinished() []string {
	var apps []string
	for _, app := range slices.Sorted(maps.Keys(b.ops)) {
		if len(b.ops[app]) > 0 {
			apps = append(apps, app)
		}
	}
	return apps
}

// cut says which operations of an app make a migration.
type cut uint8

const (
	whole cut = iota // all or none
	chop             // the first ones
	loose            // those that can be done before the others
)

// take makes a migration of the operations of an app whose dependencies are there, and
// tells whether there were any.
func (b *builder) take(app string, how cut) bool {
	var deps []string
	var taken, rest []*planned
	for _, p := range b.ops[app] {
		ahead := len(rest) == 0 || how == loose && !slices.ContainsFunc(rest, func(r *planned) bool { return !p.overtakes(app, r) })
		more, ok := []string(nil), false
		if ahead {
			more, ok = b.satisfied(app, p, how != whole)
		}
		if !ok {
			rest = append(rest, p)
			continue
		}
		taken, deps = append(taken, p), append(deps, more...)
	}
	if len(taken) == 0 || len(rest) > 0 && how == whole {
		return false
	}
	m := &Migration{App: app, Name: fmt.Sprintf("auto_%d", len(b.migrations[app])+1), Initial: !b.migrated[app], Dependencies: deps}
	for _, p := range taken {
		m.Operations = append(m.Operations, p.op)
	}
	b.migrations[app] = append(b.migrations[app], m)
	b.ops[app] = rest
	return true
}

// overtakes tells whether p can be done before other, which was planned before it. What
// is deleted has told all that it waits for.
func (p *planned) overtakes(app string, other *planned) bool {
	if passes(app, other.op, p.op) {
		return true
	}
	_, one := p.op.(DeleteModel)
	_, two := other.op.(DeleteModel)
	return one && two && !slices.ContainsFunc(p.deps, func(d dependency) bool { return d.app == strings.ToLower(app) && d.metBy(other.op) })
}

// satisfied returns the migrations of other apps that an operation depends on, or tells
// that they are not made yet.
func (b *builder) satisfied(app string, p *planned, chop bool) ([]string, bool) {
	var ids []string
	for _, dep := range p.deps {
		if dep.app == strings.ToLower(app) {
			continue
		}
		for _, other := range b.ops[dep.app] {
			if dep.metBy(other.op) {
				return nil, false
			}
		}
		if dep.is != created { // what is gone in no migration was never there
			if made := b.migrations[dep.app]; len(made) > 0 && slices.ContainsFunc(made, func(m *Migration) bool { return slices.ContainsFunc(m.Operations, dep.metBy) }) {
				ids = append(ids, made[len(made)-1].ID())
			}
			continue
		}
		switch made := b.migrations[dep.app]; {
		case len(made) > 0:
			ids = append(ids, made[len(made)-1].ID())
		case !chop && len(b.ops[dep.app]) > 0:
			return nil, false
		case b.graph != nil && len(b.graph.Leaves(dep.app)) > 0:
			ids = append(ids, b.graph.Leaves(dep.app)[0].ID())
		default:
			ids = append(ids, dep.app+".__first__")
		}
	}
	return ids, true
}

// metBy tells whether an operation is what a dependency waits for.
func (d dependency) metBy(op Operation) bool {
	is := strings.EqualFold
	switch d.is {
	case created:
		switch op := op.(type) {
		case CreateModel:
			return is(op.Name, d.model) && (d.field == "" || slices.ContainsFunc(op.Fields, func(f Field) bool { return f.Name == d.field }))
		case AddField:
			return d.field != "" && is(op.Model, d.model) && op.Field.Name == d.field
		}
	case removed:
		switch op := op.(type) {
		case DeleteModel:
			return d.field == "" && is(op.Name, d.model)
		case RemoveField:
			return d.field != "" && is(op.Model, d.model) && op.Name == d.field
		}
	case altered:
		op, ok := op.(AlterField)
		return ok && is(op.Model, d.model) && op.Field.Name == d.field
	case orderUnset:
		op, ok := op.(AlterOrderWithRespectTo)
		return ok && is(op.Model, d.model) && op.To != d.field
	case togetherChanged:
		op, ok := op.(AlterUniqueTogether)
		return ok && is(op.Model, d.model)
	}
	return false
}

// sortPlanned puts the operations of an app behind those that they wait for, in layers,
// and leaves them in their order otherwise, as Django's stable_topological_sort does.
func sortPlanned(app string, ops []*planned) ([]*planned, error) {
	waits := make([][]int, len(ops))
	for i, p := range ops {
		for _, dep := range p.deps {
			if dep.app != strings.ToLower(app) {
				continue
			}
			for k, other := range ops {
				if k != i && dep.metBy(other.op) {
					waits[i] = append(waits[i], k)
				}
			}
		}
	}
	done := make([]bool, len(ops))
	var out []*planned
	for len(out) < len(ops) {
		var layer []int
		for i := range ops {
			if !done[i] && !slices.ContainsFunc(waits[i], func(k int) bool { return !done[k] }) {
				layer = append(layer, i)
			}
		}
		if len(layer) == 0 {
			return nil, fmt.Errorf("the changes of the app %s wait for each other in a circle", app)
		}
		for _, i := range layer {
			done[i] = true
			out = append(out, ops[i])
		}
	}
	return out, nil
}

// arrange gives the migrations their names, and lets them follow the graph.
func (b *builder) arrange(name string, now time.Time) {
	names := map[string]string{}
	for app, list := range b.migrations {
		var leaf *Migration
		number := 1
		if b.graph != nil {
			if leaves := b.graph.Leaves(app); len(leaves) > 0 {
				leaf = leaves[0]
				number = Number(leaf.Name) + 1
			}
		}
		for i, m := range list {
			if i == 0 && leaf != nil {
				m.Dependencies = append(m.Dependencies, leaf.ID())
			}
			m.Dependencies = append(m.Dependencies, b.referrers(m)...)
			end := name
			switch {
			case end != "":
			case i == 0 && leaf == nil:
				end = "initial"
			default:
				end = SuggestName(m, now)
			}
			was := m.ID()
			m.Name = fmt.Sprintf("%04d_%s", number, end[:min(len(end), 100)])
			names[was] = m.ID()
			number++
		}
	}
	for _, list := range b.migrations {
		for _, m := range list {
			for i, id := range m.Dependencies {
				if renamed, ok := names[id]; ok {
					m.Dependencies[i] = renamed
				}
			}
			slices.Sort(m.Dependencies)
			m.Dependencies = slices.Compact(m.Dependencies)
		}
	}
}

// trim leaves the migrations of some apps and of those that they depend on.
func (b *builder) trim(apps []string) {
	needed := map[string]bool{}
	var need func(app string)
	need = func(app string) {
		if needed[app] {
			return
		}
		needed[app] = true
		for _, m := range b.migrations[app] {
			for _, id := range m.Dependencies {
				other, _, _ := strings.Cut(id, ".")
				need(other)
			}
		}
	}
	for _, app := range apps {
		need(app)
	}
	maps.DeleteFunc(b.migrations, func(app string, _ []*Migration) bool { return !needed[app] })
}

var (
	leadingNumber  = regexp.MustCompile(`^[0-9]{1,9}`)
	squashedNumber = regexp.MustCompile(`_squashed_([0-9]{1,9})`)
	noWord         = regexp.MustCompile(`\W+`)
)

// Number returns the number that the name of a migration begins with, or the last one
// that it was squashed from; 0 where there is none.
func Number(name string) int {
	digits := leadingNumber.FindString(name)
	if m := squashedNumber.FindAllStringSubmatch(name, -1); m != nil {
		digits = m[len(m)-1][1]
	}
	n, _ := strconv.Atoi(digits) // 0 without digits
	return n
}

// maxSuggested is how long a suggested name becomes, as in Django.
const maxSuggested = 52

// SuggestName returns a name for a migration, without its number, by what it does:
// "record_notes", "delete_label_and_more"; the date, "auto_20260314_0915", where an
// operation has no name.
func SuggestName(m *Migration, now time.Time) string {
	if m.Initial {
		return "initial"
	}
	name := ""
	for i, op := range m.Operations {
		fragment := ""
		if named, ok := op.(Named); ok {
			fragment = noWord.ReplaceAllString(named.NameFragment(), "_")
		}
		switch {
		case fragment == "":
			return "auto_" + now.UTC().Format("20060102_1504")
		case i == 0:
			name = fragment
		case len(name)+1+len(fragment) > maxSuggested:
			return name + "_and_more"
		default:
			name += "_" + fragment
		}
	}
	if name == "" {
		return "auto_" + now.UTC().Format("20060102_1504")
	}
	return name
}
