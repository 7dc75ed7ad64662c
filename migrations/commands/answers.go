package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// answers answers what states do not tell: by flags, else by asking.
type answers struct {
	call    *cli.Call
	to      *migrations.State
	renames map[string]string // "shop.Record" or "shop.Record.notes" in lower case, and the new name
	fills   map[string]string // "shop.Record.notes" in lower case, and a value as text
	used    map[string]bool
}

func newAnswers(call *cli.Call, to *migrations.State, renames, fills []string) (*answers, error) {
	a := &answers{call: call, to: to, renames: map[string]string{}, fills: map[string]string{}, used: map[string]bool{}}
	for _, r := range renames {
		from, to, ok := strings.Cut(r, ":")
		if n := strings.Count(from, "."); !ok || n < 1 || n > 2 || to == "" {
			return nil, cli.Errorf("--rename %s: write app.Model:NewModel or app.Model.field:new_field", r)
		}
		a.renames[strings.ToLower(from)] = to
	}
	for _, f := range fills {
		field, value, ok := strings.Cut(f, "=")
		if !ok || strings.Count(field, ".") != 2 {
			return nil, cli.Errorf("--fill %s: write app.Model.field=value", f)
		}
		a.fills[strings.ToLower(field)] = value
	}
	return a, nil
}

// unused returns an error for flags that no change asked for, which are mistyped.
func (a *answers) unused() error {
	for key, to := range a.renames {
		if !a.used[key] {
			return cli.Errorf("--rename %s:%s: nothing that was found is such a rename", key, to)
		}
	}
	for key, value := range a.fills {
		if !a.used[key] {
			return cli.Errorf("--fill %s=%s: no change needs a value for it", key, value)
		}
	}
	return nil
}

func (a *answers) renamed(ctx context.Context, key, to, question string) (bool, error) {
	if given, ok := a.renames[strings.ToLower(key)]; ok {
		if given == to {
			a.used[strings.ToLower(key)] = true
		}
		return given == to, nil
	}
	if a.call.NoInput {
		return false, nil
	}
	yes, err := a.call.Confirm(ctx, question)
	if err != nil && ctx.Err() == nil {
		return false, cli.Hint(err, fmt.Sprintf("--rename %s:%s says yes; --no-input says no to all such questions.", key, to))
	}
	return yes, err
}

// RenamedModel asks whether a model was renamed.
func (a *answers) RenamedModel(ctx context.Context, from, to *orm.ModelState) (bool, error) {
	return a.renamed(ctx, from.Label(), to.Name, fmt.Sprintf("Was the model %s renamed to %s?", from.Label(), to.Name))
}

// RenamedField asks whether a field was renamed.
func (a *answers) RenamedField(ctx context.Context, m *orm.ModelState, from, to *migrations.Field) (bool, error) {
	label := m.Label() + "." + from.Name
	return a.renamed(ctx, label, to.Name, fmt.Sprintf("Was %s renamed to %s (a %s)?", label, to.Name, to.Type))
}

// Fill asks for the value of existing rows.
func (a *answers) Fill(ctx context.Context, m *orm.ModelState, f *migrations.Field, altered bool) (any, error) {
	label := m.Label() + "." + f.Name
	if text, ok := a.fills[strings.ToLower(label)]; ok {
		a.used[strings.ToLower(label)] = true
		return a.convert(m, f, text)
	}
	flag := fmt.Sprintf("--fill %s=VALUE gives it.", label)
	if a.call.NoInput {
		if altered {
			return nil, nil // as Django does
		}
		return nil, cli.Hint(fmt.Errorf("%s is new and cannot be null: existing rows need a value", label), flag)
	}
	if altered {
		fmt.Fprintf(a.call.Stderr, "%s becomes a field that cannot be null. Rows that are null now need a value:\n"+
			" 1) give a value for them, in this migration only\n 2) there are none, or a data migration fills them before\n 3) quit, to give the field a DBDefault or to leave it null\n", label)
	} else {
		fmt.Fprintf(a.call.Stderr, "%s is new and cannot be null. Rows that exist need a value:\n"+
			" 1) give a value for them, in this migration only\n 2) quit, to give the field a DBDefault or to let it be null\n", label)
	}
	for {
		choice, err := a.call.Ask(ctx, "Select an option:")
		if err != nil {
			if ctx.Err() == nil {
				err = cli.Hint(err, flag)
			}
			return nil, err
		}
		switch {
		case choice == "1":
			return a.value(ctx, m, f)
		case choice == "2" && altered:
			return nil, nil
		case choice == "2" || choice == "3" && altered:
			return nil, cli.Hint(fmt.Errorf("%s has no value for existing rows", label), flag)
		}
	}
}

// value asks for a value until it fits the field.
func (a *answers) value(ctx context.Context, m *orm.ModelState, f *migrations.Field) (any, error) {
	for {
		text, err := a.call.Ask(ctx, "The value, as text (without quotes):")
		if err != nil {
			return nil, err
		}
		v, err := a.convert(m, f, text)
		if err == nil {
			return v, nil
		}
		fmt.Fprintln(a.call.Stderr, err)
	}
}

// convert turns a text into a value of the field.
func (a *answers) convert(m *orm.ModelState, f *migrations.Field, text string) (any, error) {
	meta, ok := a.to.Models().Get(m.App, m.Name)
	if !ok {
		return nil, fmt.Errorf("there is no model %s", m.Label())
	}
	for _, field := range meta.Fields {
		if field.Name != f.Name {
			continue
		}
		v, err := field.Convert(text)
		if err != nil {
			return nil, fmt.Errorf("%q is no value of %s.%s: %w", text, m.Label(), f.Name, err)
		}
		if limit := f.MaxLength; limit > 0 && len([]rune(text)) > limit {
			return nil, fmt.Errorf("%q is no value of %s.%s: it has more than %d characters", text, m.Label(), f.Name, limit)
		}
		return v, nil
	}
	return nil, fmt.Errorf("%s has no column %q", m.Label(), f.Name)
}
