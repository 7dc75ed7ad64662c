package webtest

import (
	"fmt"
	"slices"
	"strings"
)

// fail returns the form with its first mistake.
func (f HTMLForm) fail(format string, args ...any) HTMLForm {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
	return f
}

// matches lists the controls that are called what: by label, name, id or placeholder, in this order
// of preference. A label counts also without a final colon or asterisk.
func (f HTMLForm) matches(what string) []int {
	calls := []func(c control) bool{
		func(c control) bool {
			return slices.ContainsFunc(c.labels, func(l string) bool { return l == what || strings.TrimRight(l, ":* ") == what })
		},
		func(c control) bool { return c.name == what },
		func(c control) bool { return c.id == what },
		func(c control) bool { return c.hint == what },
	}
	for _, called := range calls {
		var found []int
		for i, c := range f.controls {
			if what != "" && !c.submits() && called(c) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// step copies the form, finds the controls called what and lets change fill in one of them.
func (f HTMLForm) step(verb, what string, change func(f *HTMLForm, found []int) error) HTMLForm {
	if f.err != nil {
		return f
	}
	f.controls = slices.Clone(f.controls)
	found := f.matches(what)
	if len(found) == 0 {
		return f.fail("%s %q: the form has no such field; it has %s", verb, what, f.fieldNames())
	}
	usable := slices.DeleteFunc(slices.Clone(found), func(i int) bool { return f.controls[i].disabled })
	if len(usable) == 0 {
		return f.fail("%s %q: the field is disabled", verb, what)
	}
	if err := change(&f, usable); err != nil {
		return f.fail("%s %q: %w", verb, what, err)
	}
	return f
}

func (f HTMLForm) fieldNames() string {
	var names []string
	for _, c := range f.controls {
		name := c.name
		if len(c.labels) > 0 && c.labels[0] != "" {
			name = c.labels[0]
		}
		if quoted := fmt.Sprintf("%q", name); !c.submits() && !slices.Contains(names, quoted) {
			names = append(names, quoted)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Set types a value into a field, chooses the radio button of this value or label, or the option of
// this value or text; several values choose several options, or boxes of one name, and no others.
// Hidden fields may be set, as scripts do.
func (f HTMLForm) Set(field string, values ...string) HTMLForm {
	return f.step("set", field, func(f *HTMLForm, found []int) error {
		switch c := &f.controls[found[0]]; c.kind {
		case "file":
			return fmt.Errorf("a file field is filled with Upload")
		case "select":
			return c.choose(values)
		case "radio", "checkbox":
			return f.tick(f.group(found), values)
		case "reset", "button":
			return fmt.Errorf("a button has no value to set")
		}
		if len(values) != 1 {
			return fmt.Errorf("a text field takes one value, not %d", len(values))
		}
		c := &f.controls[found[0]]
		if c.readonly {
			return fmt.Errorf("the field is read-only")
		}
		c.value = values[0]
		return nil
	})
}

// choose selects exactly these options, by value or else by text.
func (c *control) choose(values []string) error {
	if len(values) != 1 && !c.multiple() {
		return fmt.Errorf("the field takes one option, not %d", len(values))
	}
	c.options = slices.Clone(c.options)
	for i := range c.options {
		c.options[i].selected = false
	}
	for _, v := range values {
		i := slices.IndexFunc(c.options, func(o option) bool { return o.value == v && !o.disabled })
		if i < 0 {
			i = slices.IndexFunc(c.options, func(o option) bool { return o.text == v && !o.disabled })
		}
		if i < 0 {
			return fmt.Errorf("no option %q that may be chosen; there are %s", v, c.optionNames())
		}
		c.options[i].selected = true
	}
	return nil
}

func (c *control) optionNames() string {
	var names []string
	for _, o := range c.options {
		name := fmt.Sprintf("%q", o.value)
		if o.text != o.value {
			name += fmt.Sprintf(" (%s)", o.text)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// group lists the usable controls of the name and kind of the first of found.
func (f *HTMLForm) group(found []int) []int {
	first := f.controls[found[0]]
	var group []int
	for i, c := range f.controls {
		if c.kind == first.kind && c.name == first.name && !c.disabled {
			group = append(group, i)
		}
	}
	return group
}

// tick ticks exactly those of a group of boxes or radio buttons that have these values or labels.
func (f *HTMLForm) tick(group []int, values []string) error {
	if f.controls[group[0]].kind == "radio" && len(values) != 1 {
		return fmt.Errorf("one of the radio buttons can be chosen, not %d", len(values))
	}
	for _, i := range group {
		f.controls[i].checked = false
	}
	for _, v := range values {
		k := slices.IndexFunc(group, func(i int) bool { return f.controls[i].value == v })
		if k < 0 {
			k = slices.IndexFunc(group, func(i int) bool { return slices.Contains(f.controls[i].labels, v) })
		}
		if k < 0 {
			return fmt.Errorf("no box or button has the value or label %q", v)
		}
		f.controls[group[k]].checked = true
	}
	return nil
}

// Check ticks a box, or chooses a radio button by its own label or id.
func (f HTMLForm) Check(field string) HTMLForm {
	return f.step("check", field, func(f *HTMLForm, found []int) error {
		c := &f.controls[found[0]]
		switch {
		case c.kind == "checkbox" && len(found) == 1:
			c.checked = true
		case c.kind == "radio" && len(found) == 1:
			for _, i := range f.group(found) {
				f.controls[i].checked = false
			}
			c.checked = true
		case c.kind == "checkbox" || c.kind == "radio":
			return fmt.Errorf("%d boxes or buttons are called so; choose one with Set, by its value", len(found))
		default:
			return fmt.Errorf("the field is neither a box nor a radio button")
		}
		return nil
	})
}

// Uncheck clears a box.
func (f HTMLForm) Uncheck(field string) HTMLForm {
	return f.step("uncheck", field, func(f *HTMLForm, found []int) error {
		c := &f.controls[found[0]]
		if c.kind != "checkbox" {
			return fmt.Errorf("the field is not a box")
		}
		if len(found) > 1 {
			return fmt.Errorf("%d boxes are called so; choose with Set, by value", len(found))
		}
		c.checked = false
		return nil
	})
}

// Upload chooses a file. A field that takes several keeps those chosen before.
func (f HTMLForm) Upload(field, filename string, data []byte) HTMLForm {
	return f.UploadFile(field, File{Name: filename, Data: data})
}

// UploadFile is Upload with a media type. The file's Field is that of the form.
func (f HTMLForm) UploadFile(field string, file File) HTMLForm {
	return f.step("upload", field, func(f *HTMLForm, found []int) error {
		c := &f.controls[found[0]]
		if c.kind != "file" {
			return fmt.Errorf("the field takes no file")
		}
		file.Field = c.name
		if c.multiple() {
			c.files = append(slices.Clip(c.files), file)
		} else {
			c.files = []File{file}
		}
		return nil
	})
}

// Value returns what a field holds now: of a group of boxes or radio buttons the first value that is
// ticked, of a select the first option that is selected, "" where there is none. A field that is not
// there ends the test.
func (f HTMLForm) Value(field string) string {
	f.page.t.Helper()
	var value string
	g := f.step("read", field, func(f *HTMLForm, found []int) error {
		switch c := f.controls[found[0]]; c.kind {
		case "checkbox", "radio":
			for _, i := range found {
				if f.controls[i].checked {
					value = f.controls[i].value
					break
				}
			}
		case "select":
			if i := slices.IndexFunc(c.options, func(o option) bool { return o.selected }); i >= 0 {
				value = c.options[i].value
			}
		default:
			value = c.value
		}
		return nil
	})
	if g.err != nil {
		f.page.t.Fatalf("%s: %v", f.page, g.err)
	}
	return value
}
