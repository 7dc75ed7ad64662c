package orm

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/validators"
)

// isMissing tells whether a value is none: where Django has None.
func isMissing(f *Field, value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case time.Time:
		return v.IsZero()
	case civil.Date:
		return v.IsZero()
	case netip.Addr:
		return !v.IsValid()
	}
	return (f.typed || f.Auto) && reflect.ValueOf(value).IsZero()
}

// isEmpty tells whether a value is missing or empty: Django's empty_values.
func isEmpty(value any) bool {
	if value == nil {
		return true
	}
	r := reflect.ValueOf(value)
	if r.Type().Implements(jsonFieldType) && r.Kind() == reflect.Struct {
		r = r.Field(0) // JSON[T].V
	}
	switch r.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return r.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return r.IsNil()
	}
	return false
}

// fields validates the fields one by one.
func (v *validator) fields(ctx context.Context) error {
	for f := range v.m.columns() {
		if v.excluded[f.Name] || f.Generated != nil || !v.loaded(f) {
			continue
		}
		value := v.value(f)
		if f.Blank && isEmpty(value) || f.DBDefault != nil && isEmpty(value) {
			continue
		}
		complaint, err := v.field(ctx, f, value)
		if err != nil {
			return err
		}
		if complaint != nil {
			v.found.Add(f.Name, complaint)
			continue
		}
		if isEmpty(value) {
			continue
		}
		for _, check := range f.Validators {
			if err := v.found.merge(f.Name, check(value)); err != nil {
				return fmt.Errorf("orm: validate %s: %w", f, err)
			}
		}
		for _, complaint := range f.builtin(value) {
			v.found.Add(f.Name, f.worded(complaint))
		}
	}
	return nil
}

// loaded tells whether the field was fetched; fields that were deferred are as the
// database has them.
func (v *validator) loaded(f *Field) bool {
	s := peekState(v.base, v.m)
	return s == nil || s.loaded == nil || s.loaded[fieldAt{nil, f}]
}

// field looks at null, blank, choices, and at the row that a key points to.
func (v *validator) field(ctx context.Context, f *Field, value any) (*validators.Error, error) {
	if f.NotEditable {
		return nil, nil
	}
	switch {
	case len(f.Choices) > 0 && !isEmpty(value):
		if _, ok := f.choice(value); !ok {
			return f.complaint("invalid_choice", "Value %(value)s is not a valid choice.", map[string]any{"value": pythonRepr(value)}), nil
		}
	case value == nil && !f.Null:
		return f.complaint("null", "This field cannot be null.", nil), nil
	case !f.Blank && isEmpty(value):
		return f.complaint("blank", "This field cannot be blank.", nil), nil
	}
	if f.Relation == nil || f.Relation.ParentLink || value == nil || v.session == nil {
		return nil, nil
	}
	return v.related(ctx, f, value)
}

// related looks for the row that a key points to.
func (v *validator) related(ctx context.Context, f *Field, value any) (*validators.Error, error) {
	to, toField := f.Relation.To, f.Relation.ToField
	q := (&query{m: to, limit: -1, using: v.opts.Using}).filter([]Pred{compare("=", column(to.root, toField.Name), value), f.LimitChoicesTo}, false)
	found, err := q.exists(ctx)
	if err != nil || found {
		return nil, err
	}
	return f.complaint("invalid", "%(model)s instance with %(field)s %(value)s is not a valid choice.", map[string]any{
		"model": to.Verbose, "pk": value, "field": toField.Name, "value": pythonRepr(value),
	}), nil
}

// complaint makes an error with the field's own message, if it has one for the code.
func (f *Field) complaint(code, message string, params map[string]any) *validators.Error {
	return f.worded(&validators.Error{Code: code, Message: message, Params: params})
}

func (f *Field) worded(e *validators.Error) *validators.Error {
	if own, ok := f.ErrorMessages[e.Code]; ok {
		e.Message, e.Plural = own, ""
	}
	return e
}

// builtin runs the validators that come with the type of the field.
func (f *Field) builtin(value any) []*validators.Error {
	var found []*validators.Error
	run := func(err error) {
		if e, ok := err.(*validators.Error); ok && e != nil {
			found = append(found, e)
		}
	}
	switch value := value.(type) {
	case int64:
		if r, ok := intRanges[f.internalType()]; ok {
			run(validators.MinValue(r[0])(value))
			run(validators.MaxValue(r[1])(value))
		}
	case uint64, uint:
		if n := reflect.ValueOf(value).Uint(); n > math.MaxInt64 {
			run(validators.MaxValue(uint64(math.MaxInt64))(n))
		}
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			run(&validators.Error{Code: "invalid", Message: "“%(value)s” value must be a float.", Params: map[string]any{"value": value}})
		}
	case decimal.Decimal:
		run(validators.Decimal(f.MaxDigits, f.DecimalPlaces)(value))
	case netip.Addr:
		run(f.checkIP(value.String()))
	case civil.Date:
		if !value.Valid() {
			run(&validators.Error{Code: "invalid_date", Params: map[string]any{"value": value},
				Message: "“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date."})
		}
	case civil.Time:
		if !value.Valid() {
			run(&validators.Error{Code: "invalid_time", Params: map[string]any{"value": value},
				Message: "“%(value)s” value has the correct format (HH:MM[:ss[.uuuuuu]]) but it is an invalid time."})
		}
	case []byte:
		if f.MaxLength > 0 && len(value) > f.MaxLength {
			run(validators.MaxLength(f.MaxLength)(strings.Repeat("x", len(value))))
		}
	default:
		switch r := reflect.ValueOf(value); {
		case f.Kind == KindString && r.Kind() == reflect.String:
			f.checkText(r.String(), run)
		case f.Size > 0 && r.Kind() == reflect.Slice && r.Len() > f.Size:
			run(&validators.Error{Code: "max_length", Params: map[string]any{"limit_value": f.Size, "show_value": r.Len()},
				Message: "List contains %(show_value)d items, it should contain no more than %(limit_value)d."})
		case f.Kind == KindJSON:
			if _, err := json.Marshal(value); err != nil {
				run(validators.New("invalid", "Value must be valid JSON."))
			}
		}
	}
	return found
}

func (f *Field) checkText(s string, run func(error)) {
	run(validators.NoNull(s))
	switch f.Type {
	case "EmailField":
		run(validators.Email(s))
	case "URLField":
		run(validators.URL(s))
	case "SlugField":
		if f.AllowUnicode {
			run(validators.UnicodeSlug(s))
		} else {
			run(validators.Slug(s))
		}
	case "GenericIPAddressField":
		run(f.checkIP(s))
	}
	if f.MaxLength > 0 && f.Type != "TextField" { // as in Django, where it is for forms alone
		run(validators.MaxLength(f.MaxLength)(s))
	}
}

func (f *Field) checkIP(s string) error {
	switch f.Protocol {
	case "IPv4":
		return validators.IPv4(s)
	case "IPv6":
		return validators.IPv6(s)
	}
	return validators.IPv46(s)
}

// pythonRepr writes a value as Python's repr, which Django's messages have.
func pythonRepr(v any) string {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		if strings.Contains(r.String(), "'") && !strings.Contains(r.String(), `"`) {
			return `"` + r.String() + `"`
		}
		return "'" + strings.ReplaceAll(r.String(), "'", `\'`) + "'"
	case reflect.Bool:
		if r.Bool() {
			return "True"
		}
		return "False"
	}
	return fmt.Sprint(v)
}

// choice finds the choice of a value.
func (f *Field) choice(value any) (Choice, bool) {
	for _, c := range f.Choices {
		if c.Value == nil {
			continue
		}
		a, b := reflect.ValueOf(c.Value), reflect.ValueOf(value)
		if b.CanConvert(a.Type()) && kindGroup(a.Kind()) == kindGroup(b.Kind()) && a.Equal(b.Convert(a.Type())) {
			return c, true
		}
	}
	return Choice{}, false
}

// Display returns the label of the choice that a row has in a column, or the value as
// text where it is none of the choices: Django's get_…_display.
func Display[T any](row *T, column AnyExpr) string {
	n, ok := column.node().(*colNode)
	m := MetaOf[T]()
	if !ok || m == nil || n.path != m.root {
		return ""
	}
	f, err := n.field()
	if err != nil || f.Kind == KindM2M {
		return ""
	}
	value := valueOf(f, unsafe.Add(unsafe.Pointer(row), m.fieldOffset(f)))
	for _, c := range f.Choices {
		if c.Value == nil && value == nil {
			return c.Label
		}
	}
	if value == nil {
		return ""
	}
	if c, ok := f.choice(value); ok {
		return c.Label
	}
	return fmt.Sprint(value)
}
