package orm

import (
	"reflect"
	"slices"
)

// FieldOptions say what a tag cannot about one field. Each method returns the same
// options, for the next.
type FieldOptions struct {
	o *Options
	f *Field
}

// Field returns the options of the field at an address of the receiver. Fields of a
// parent model are the parent's to describe.
func (o *Options) Field(ptr any) *FieldOptions {
	f, ok := o.field(ptr)
	if ok && f.Model != o.m {
		o.errorf("models.N010", "Meta describes the field %q, which is that of the parent %s.", f.Name, f.Model.Name)
		ok = false
	}
	if !ok {
		f = &Field{Model: &Meta{}, GoType: reflect.TypeFor[any](), valueType: reflect.TypeFor[any]()}
	}
	return &FieldOptions{o, f}
}

// Verbose names the field for people; default its name with spaces.
func (f *FieldOptions) Verbose(name string) *FieldOptions { f.f.Verbose = name; return f }

// Help is shown beside the field in forms.
func (f *FieldOptions) Help(text string) *FieldOptions { f.f.Help = text; return f }

// Blank lets validation accept an empty value.
func (f *FieldOptions) Blank() *FieldOptions { f.f.Blank = true; return f }

// Choices are the only values that validation accepts, in the order of forms. Their
// values have the type of the field.
func (f *FieldOptions) Choices(choices ...Choice) *FieldOptions {
	choices = slices.Clone(choices)
	for i, c := range choices {
		v, ok := f.f.convert(c.Value)
		if !ok {
			f.f.errorf("fields.E005", "", "The choice %v is of type %[1]T, and the field of type %s.", c.Value, f.f.GoType)
			return f
		}
		choices[i].Value = v
	}
	f.f.Choices = choices
	return f
}

// convert gives v the type of the field's value.
func (f *Field) convert(v any) (any, bool) {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid():
		return nil, f.Null
	case r.Type().AssignableTo(f.GoType), r.Type().AssignableTo(f.valueType):
		return v, true
	case f.valueType == nil || !r.CanConvert(f.valueType) || kindGroup(r.Kind()) != kindGroup(f.valueType.Kind()):
		return nil, false
	}
	c := r.Convert(f.valueType)
	return c.Interface(), c.Convert(r.Type()).Equal(r)
}

// kindGroup tells numbers from text, which Go would convert to each other.
func kindGroup(k reflect.Kind) reflect.Kind {
	switch {
	case k >= reflect.Int && k <= reflect.Uint64:
		return reflect.Int
	case k == reflect.Float32 || k == reflect.Float64:
		return reflect.Float64
	}
	return k
}

// Default is the value that [New] gives the field: a value, or a function that makes
// one for each row.
func (f *FieldOptions) Default(v any) *FieldOptions {
	fn := reflect.ValueOf(v)
	if fn.Kind() != reflect.Func {
		c, ok := f.f.convert(v)
		if !ok {
			f.f.errorf("fields.N004", "", "The default %v is of type %[1]T, and the field of type %s.", v, f.f.GoType)
			return f
		}
		f.f.Default = func() any { return c }
		return f
	}
	t := fn.Type()
	if t.NumIn() != 0 || t.NumOut() != 1 || !t.Out(0).ConvertibleTo(f.f.GoType) &&
		(!t.Out(0).ConvertibleTo(f.f.valueType) || kindGroup(t.Out(0).Kind()) != kindGroup(f.f.valueType.Kind())) {
		f.f.errorf("fields.N004", "", "The default is a %s; a function that makes a %s was expected.", t, f.f.GoType)
		return f
	}
	f.f.Default = func() any { return fn.Call(nil)[0].Interface() }
	return f
}

// DBDefault is a value or an expression that the database gives to rows inserted
// without the field.
func (f *FieldOptions) DBDefault(v any) *FieldOptions {
	f.f.DBDefault = f.operand(v)
	return f
}

func (f *FieldOptions) operand(v any) Node {
	if e, ok := v.(AnyExpr); ok {
		return e.node()
	}
	return &valNode{v: v, f: f.f}
}

// Generated makes the field a column that the database computes from others and
// stores.
func (f *FieldOptions) Generated(expr AnyExpr) *FieldOptions {
	f.f.Generated, f.f.NotEditable, f.f.Blank = expr.node(), true, true
	return f
}

// GeneratedVirtual is [FieldOptions.Generated] computed when it is read.
func (f *FieldOptions) GeneratedVirtual(expr AnyExpr) *FieldOptions {
	f.f.Virtual = true
	return f.Generated(expr)
}

// Validators are called with the value, without Null, by validation: functions that
// take the type of the field, or any, and return an error; see package validators.
func (f *FieldOptions) Validators(checks ...any) *FieldOptions {
	for _, check := range checks {
		if plain, ok := check.(func(any) error); ok {
			f.f.Validators = append(f.f.Validators, plain)
			continue
		}
		fn := reflect.ValueOf(check)
		t := reflect.TypeOf(check)
		if fn.Kind() != reflect.Func || t.NumIn() != 1 || t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[error]() ||
			!f.f.valueType.ConvertibleTo(t.In(0)) || kindGroup(f.f.valueType.Kind()) != kindGroup(t.In(0).Kind()) {
			f.f.errorf("fields.E008", "", "A validator is a %T; a function that takes a %s and returns an error was expected.", check, f.f.valueType)
			continue
		}
		f.f.Validators = append(f.f.Validators, func(v any) error {
			err, _ := fn.Call([]reflect.Value{reflect.ValueOf(v).Convert(t.In(0))})[0].Interface().(error)
			return err
		})
	}
	return f
}

// Editable tells whether forms show the field. Default true.
func (f *FieldOptions) Editable(editable bool) *FieldOptions { f.f.NotEditable = !editable; return f }

// ErrorMessages replaces messages of validation by their code: "blank", "null",
// "unique", "invalid", "invalid_choice", "unique_for_date".
func (f *FieldOptions) ErrorMessages(messages map[string]string) *FieldOptions {
	f.f.ErrorMessages = messages
	return f
}

// LimitChoicesTo restricts what forms and validation accept for a relation.
func (f *FieldOptions) LimitChoicesTo(p Pred) *FieldOptions { f.f.LimitChoicesTo = p; return f }

// OnDeleteSet gives the rows whose relation points to a deleted row another key:
// Django's SET(). It replaces the tag's on_delete.
func (f *FieldOptions) OnDeleteSet(value func() any) *FieldOptions {
	if f.f.Relation == nil || f.f.Kind == KindM2M {
		f.f.errorf("fields.N005", "", "OnDeleteSet goes with keys of other models.")
		return f
	}
	f.f.Relation.OnDelete, f.f.Relation.OnDeleteTo = SetValue, value
	return f
}

// Tablespace is where the index of the field is stored.
func (f *FieldOptions) Tablespace(name string) *FieldOptions { f.f.Tablespace = name; return f }

// Lookup gives the field a lookup of its own for lookups in text (Django's
// register_lookup): it makes the condition of the column and the value.
func (f *FieldOptions) Lookup(name string, lookup func(left AnyExpr, value any) (Pred, error)) *FieldOptions {
	if f.f.Lookups == nil {
		f.f.Lookups = map[string]func(AnyExpr, any) (Pred, error){}
	}
	f.f.Lookups[name] = lookup
	return f
}

// Transform gives the field a transform of its own for lookups in text: another
// value made of the column, whose type decides which lookups may follow.
func (f *FieldOptions) Transform(name string, transform func(left AnyExpr) (TypedExpr, error)) *FieldOptions {
	if f.f.Transforms == nil {
		f.f.Transforms = map[string]func(AnyExpr) (TypedExpr, error){}
	}
	f.f.Transforms[name] = transform
	return f
}

// BilateralTransform is [FieldOptions.Transform] for one that is applied to the value
// that the lookup compares with, too, in its turn as an expression (Django's
// Transform.bilateral): with "upper", name__upper__contains compares both in capitals.
// A lookup of the program's own behind it gets an expression for a value.
func (f *FieldOptions) BilateralTransform(name string, transform func(e AnyExpr) (TypedExpr, error)) *FieldOptions {
	if f.f.Bilateral == nil {
		f.f.Bilateral = map[string]bool{}
	}
	f.f.Bilateral[name] = true
	return f.Transform(name, transform)
}
