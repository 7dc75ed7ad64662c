package migrations

import (
	"slices"
	"strings"
)

// Touched returns the models, by their names in lower case, that the operations of a
// migration change; code and statements of your own touch none that is known.
func Touched(m *Migration) []string {
	names := map[string]bool{}
	var add func(ops []Operation)
	add = func(ops []Operation) {
		for _, op := range ops {
			switch op := op.(type) {
			case CreateModel:
				names[strings.ToLower(op.Name)] = true
			case DeleteModel:
				names[strings.ToLower(op.Name)] = true
			case RenameModel:
				names[strings.ToLower(op.From)], names[strings.ToLower(op.To)] = true, true
			case SeparateDatabaseAndState:
				add(op.State)
				add(op.Database)
			case RunSQL:
				add(op.State)
			case RunBatches:
				names[strings.ToLower(op.Model)] = true
			default:
				if model, ok := changesOnly(op); ok {
					names[strings.ToLower(model)] = true
				}
			}
		}
	}
	add(m.Operations)
	var out []string
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
