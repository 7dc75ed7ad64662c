package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Flags declares flags. Each method binds a variable to --name; what the
// variable holds at that time is the default. A method returns the flag, whose
// fields add what is rarer:
//
//	f.Bool(&asJSON, "json", "print JSON")
//	f.Strings(&tags, "tag", "only checks with this tag").Short = "t"
type Flags struct {
	list []*Flag
}

// Flag is one flag. Its fields may be set right after it was declared.
type Flag struct {
	Short       string   // one letter, for -t; default none
	Aliases     []string // further names, which help does not show
	Placeholder string   // the value in help; default the name in capitals
	Required    bool     // the call must give it
	Hidden      bool     // help does not show it
	NoValue     string   // what --name alone stands for; then a value is given as --name=VALUE

	// Complete returns what the shell may offer for the text typed so far.
	// Default the choices of an Enum, else files.
	Complete func(ctx context.Context, typed string) []string

	name, usage string
	choices     []string
	value       flagValue
}

// flagValue is pflag's interface and a way back to the default.
type flagValue interface {
	pflag.Value
	reset()
	initial() string // the default as help shows it; "" for the zero value
}

// typed is the flagValue of a type.
type typed[T any] struct {
	target  *T
	first   T // the default
	changed bool
	kind    string
	set     func(target *T, text string, changed bool) error
	show    func(T) string
}

func (v *typed[T]) String() string  { return v.show(*v.target) }
func (v *typed[T]) Type() string    { return v.kind }
func (v *typed[T]) initial() string { return v.show(v.first) }
func (v *typed[T]) reset()          { *v.target, v.changed = v.first, false }

func (v *typed[T]) Set(text string) error {
	if err := v.set(v.target, text, v.changed); err != nil {
		return err
	}
	v.changed = true
	return nil
}

// add declares a flag of a type that is read by parse. want says what it reads.
func add[T comparable](f *Flags, target *T, name, usage, want string, parse func(string) (T, error)) *Flag {
	set := func(target *T, text string, _ bool) error {
		v, err := parse(text)
		if err != nil {
			return errors.New("want " + want)
		}
		*target = v
		return nil
	}
	show := func(v T) string {
		var zero T
		if v == zero {
			return ""
		}
		return fmt.Sprint(v)
	}
	return f.add(name, usage, &typed[T]{target: target, first: *target, kind: want, set: set, show: show})
}

func (f *Flags) add(name, usage string, value flagValue) *Flag {
	flag := &Flag{name: name, usage: usage, value: value}
	f.list = append(f.list, flag)
	return flag
}

// Bool declares a switch: --name, or --name=false.
func (f *Flags) Bool(target *bool, name, usage string) *Flag {
	return add(f, target, name, usage, "true or false", strconv.ParseBool)
}

// String declares a flag with a text.
func (f *Flags) String(target *string, name, usage string) *Flag {
	return add(f, target, name, usage, "a text", func(text string) (string, error) { return text, nil })
}

// Int declares a flag with a whole number.
func (f *Flags) Int(target *int, name, usage string) *Flag {
	return add(f, target, name, usage, "a whole number", strconv.Atoi)
}

// Float declares a flag with a number.
func (f *Flags) Float(target *float64, name, usage string) *Flag {
	return add(f, target, name, usage, "a number", func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })
}

// Duration declares a flag with a length of time as time.ParseDuration reads
// it.
func (f *Flags) Duration(target *time.Duration, name, usage string) *Flag {
	return add(f, target, name, usage, `a duration such as "30s"`, time.ParseDuration)
}

// Enum declares a flag with one of the choices.
func (f *Flags) Enum(target *string, name string, choices []string, usage string) *Flag {
	flag := add(f, target, name, usage, "one of "+strings.Join(choices, ", "), func(text string) (string, error) {
		if !slices.Contains(choices, text) {
			return "", errors.New("not a choice")
		}
		return text, nil
	})
	flag.choices = choices
	return flag
}

// Strings declares a flag that may be given several times, a text each time;
// the first one takes the place of the default.
func (f *Flags) Strings(target *[]string, name, usage string) *Flag {
	return f.add(name, usage, &typed[[]string]{
		target: target,
		first:  *target,
		kind:   "strings",
		show:   func(list []string) string { return strings.Join(list, ",") },
		set: func(target *[]string, text string, changed bool) error {
			if !changed {
				*target = nil
			}
			*target = append(*target, text)
			return nil
		},
	})
}

// check reports names that stand twice, among these flags or with others.
func (f *Flags) check(others *Flags) error {
	taken := map[string]bool{"--help": true, "-h": true}
	for _, flag := range others.list {
		for _, name := range flag.names() {
			taken[name] = true
		}
	}
	var errs []error
	for _, flag := range f.list {
		for _, name := range flag.names() {
			if taken[name] {
				errs = append(errs, fmt.Errorf("the flag %s stands twice", name))
			}
			taken[name] = true
		}
		if !nameForm.MatchString(flag.name) || len(flag.Short) > 1 {
			errs = append(errs, fmt.Errorf("the flag --%s: want lower-case letters, digits and \"-\", and one letter as Short", flag.name))
		}
	}
	return errors.Join(errs...)
}

// names are all ways to write the flag.
func (flag *Flag) names() []string {
	names := []string{"--" + flag.name}
	for _, alias := range flag.Aliases {
		names = append(names, "--"+alias)
	}
	if flag.Short != "" {
		names = append(names, "-"+flag.Short)
	}
	return names
}

// isSwitch reports whether the flag needs no value.
func (flag *Flag) isSwitch() bool {
	_, ok := flag.value.(*typed[bool])
	return ok
}

// bind puts the flags into a set of pflag's, each with the value that wrap
// gives.
func (f *Flags) bind(set *pflag.FlagSet, wrap func(*Flag) pflag.Value) {
	for _, flag := range f.list {
		value := wrap(flag)
		for _, name := range append([]string{flag.name}, flag.Aliases...) {
			short := flag.Short
			if name != flag.name {
				short = ""
			}
			bound := set.VarPF(value, name, short, flag.usage)
			bound.Hidden = flag.Hidden || name != flag.name
			if bound.NoOptDefVal = flag.NoValue; flag.isSwitch() {
				bound.NoOptDefVal = "true"
			}
		}
	}
}

// staged keeps what a command line says of a flag, until it is certain that the
// flag's command will run and that no other run uses its variables.
type staged struct {
	flag  *Flag
	texts []string
}

func (s *staged) String() string        { return "" }
func (s *staged) Type() string          { return "text" }
func (s *staged) Set(text string) error { s.texts = append(s.texts, text); return nil }

// apply sets the variable.
func (s *staged) apply(path string) error {
	for _, text := range s.texts {
		if err := s.flag.value.Set(text); err != nil {
			return usageError(path, "invalid argument %q for --%s: %w", text, s.flag.name, err)
		}
	}
	return nil
}
