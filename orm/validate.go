package orm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/nuages-web/nuages/validators"
)

// NonFieldErrors is the key of errors that are of no single field.
const NonFieldErrors = "__all__"

// ValidationError is what is wrong with a row, by field. It is made with
// [NewValidationError], or by validation itself.
type ValidationError struct {
	// Fields are the complaints by the field's name, [NonFieldErrors] for those of
	// the row as a whole.
	Fields map[string][]*validators.Error
}

// NewValidationError returns an error with complaints about one field, or about
// [NonFieldErrors].
func NewValidationError(field string, complaints ...*validators.Error) *ValidationError {
	e := &ValidationError{}
	e.Add(field, complaints...)
	return e
}

// Add adds complaints about a field.
func (e *ValidationError) Add(field string, complaints ...*validators.Error) {
	if e.Fields == nil {
		e.Fields = map[string][]*validators.Error{}
	}
	e.Fields[field] = append(e.Fields[field], complaints...)
}

// Error lists the messages: "name: This field cannot be blank."
func (e *ValidationError) Error() string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		prefix := field + ": "
		if field == NonFieldErrors {
			prefix = ""
		}
		for _, complaint := range e.Fields[field] {
			parts = append(parts, prefix+complaint.Error())
		}
	}
	return strings.Join(parts, "; ")
}

// Messages returns the messages by field.
func (e *ValidationError) Messages() map[string][]string {
	messages := map[string][]string{}
	for field, complaints := range e.Fields {
		for _, complaint := range complaints {
			messages[field] = append(messages[field], complaint.Error())
		}
	}
	return messages
}

// Codes returns the codes by field.
func (e *ValidationError) Codes() map[string][]string {
	codes := map[string][]string{}
	for field, complaints := range e.Fields {
		for _, complaint := range complaints {
			codes[field] = append(codes[field], complaint.Code)
		}
	}
	return codes
}

// merge takes what a hook or validator returned, complaints about a field unless it
// says which. Another error is returned.
func (e *ValidationError) merge(field string, err error) error {
	var several *ValidationError
	var one *validators.Error
	switch joined, ok := err.(interface{ Unwrap() []error }); {
	case err == nil:
	case ok:
		for _, err := range joined.Unwrap() {
			if err := e.merge(field, err); err != nil {
				return err
			}
		}
	case errors.As(err, &several):
		for name, complaints := range several.Fields {
			e.Add(name, complaints...)
		}
	case errors.As(err, &one):
		e.Add(field, one)
	default:
		return err
	}
	return nil
}

// result is e, or nil where nobody complained.
func (e *ValidationError) result() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Cleaner is a model with a rule of its own for the row as a whole. What it returns
// is a [*ValidationError], a [*validators.Error], several joined with errors.Join, or
// an error that ends validation.
type Cleaner interface {
	Clean(ctx context.Context) error
}

// CleanOptions refine [FullClean].
type CleanOptions struct {
	// Exclude are names of fields that are not looked at, nor what depends on them.
	Exclude []string
	// SkipUnique and SkipConstraints leave questions to the database out.
	SkipUnique, SkipConstraints bool
	// Using is the alias of the database; "" is the router's choice for writing.
	Using string
}

// FullClean validates a row: its fields, its method Clean, uniqueness and constraints,
// as Django's full_clean. Save does not call it. What is wrong with the row is a
// [*ValidationError]; other errors are those of the database.
func FullClean[T any](ctx context.Context, row *T, opts *CleanOptions) error {
	v, err := validation(ctx, row, opts)
	if err != nil {
		return err
	}
	if err := v.fields(ctx); err != nil {
		return err
	}
	if c, ok := any(row).(Cleaner); ok {
		if err := v.found.merge(NonFieldErrors, c.Clean(ctx)); err != nil {
			return err
		}
	}
	if !v.opts.SkipUnique {
		v.excludeFailed()
		if err := v.unique(ctx); err != nil {
			return err
		}
	}
	if !v.opts.SkipConstraints {
		v.excludeFailed()
		if err := v.constraints(ctx); err != nil {
			return err
		}
	}
	return v.found.result()
}

// CleanFields validates the fields of a row one by one. Rows that keys point to are
// looked for in the database.
func CleanFields[T any](ctx context.Context, row *T, opts *CleanOptions) error {
	return validate(ctx, row, opts, (*validator).fields)
}

// ValidateUnique looks for other rows with values that must be unique: of unique
// fields, UniqueTogether, and unique_for_date and its like.
func ValidateUnique[T any](ctx context.Context, row *T, opts *CleanOptions) error {
	return validate(ctx, row, opts, (*validator).unique)
}

// ValidateConstraints checks the constraints of Meta, with the help of the database.
func ValidateConstraints[T any](ctx context.Context, row *T, opts *CleanOptions) error {
	return validate(ctx, row, opts, (*validator).constraints)
}

func validate[T any](ctx context.Context, row *T, opts *CleanOptions, f func(*validator, context.Context) error) error {
	v, err := validation(ctx, row, opts)
	if err != nil {
		return err
	}
	if err := f(v, ctx); err != nil {
		return err
	}
	return v.found.result()
}

// validator validates one row.
type validator struct {
	m        *Meta
	base     unsafe.Pointer
	opts     CleanOptions
	excluded map[string]bool
	session  *session
	found    ValidationError
}

func validation[T any](ctx context.Context, row *T, opts *CleanOptions) (*validator, error) {
	m := MetaOf[T]()
	if m == nil {
		return nil, errors.New("orm: validate: no model")
	}
	if err := m.link(); err != nil {
		return nil, err
	}
	v := &validator{m: m, base: unsafe.Pointer(row), excluded: map[string]bool{}}
	if opts != nil {
		v.opts = *opts
	}
	for _, name := range v.opts.Exclude {
		v.excluded[name] = true
	}
	s, err := sessionFor(ctx, v.opts.Using, m, true)
	if err != nil && !errors.Is(err, ErrNoDatabase) {
		return nil, err
	}
	v.session = s // nil: fields that need no database can be validated without
	return v, nil
}

// excludeFailed: what has failed already is not compared with other rows.
func (v *validator) excludeFailed() {
	for name := range v.found.Fields {
		if name != NonFieldErrors {
			v.excluded[name] = true
		}
	}
}

// value returns the value of a field; nil where it is null, or missing: the key of
// nothing, and the zero of types whose zero nobody means.
func (v *validator) value(f *Field) any {
	value := valueOf(f, unsafe.Add(v.base, v.m.fieldOffset(f)))
	if isMissing(f, value) {
		return nil
	}
	return value
}

// adding tells whether the row is not yet in the database.
func (v *validator) adding() bool {
	s := peekState(v.base, v.m)
	return s == nil || s.shared == nil || s.shared.using == ""
}
