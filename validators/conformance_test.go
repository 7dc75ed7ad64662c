package validators_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/validators"
)

// validator returns what a recorded case calls, and the value it is given. Cases
// whose meaning is of Python alone have none.
func validator(c realdjango.Case, args []any) (check func(any) error, value any) {
	name, settings := c.Func, args
	value = args[len(args)-1]
	if o, ok := args[0].(pyvalue.Object); ok {
		name, settings = o.Class, o.Args
		for _, key := range []string{"max_digits", "decimal_places"} {
			if v, ok := o.Kwargs[key]; ok {
				settings = append(settings, v)
			}
		}
		if o.Kwargs["message"] != nil {
			return nil, nil
		}
	} else {
		settings = args[:len(args)-1]
	}
	switch value.(type) {
	case nil, pyvalue.Decimal, pyvalue.Datetime, pyvalue.Date, pyvalue.Clock:
		if name != "DecimalValidator" {
			return nil, nil // Go's types see to these
		}
	case float64:
		if strings.HasPrefix(name, "validate_") {
			return nil, nil
		}
	}
	text := func(f func(string) error) func(any) error {
		return func(v any) error {
			if n, ok := v.(int64); ok {
				v = fmt.Sprint(n)
			}
			s, ok := v.(string)
			if !ok {
				return validators.New("invalid", "not text")
			}
			return f(s)
		}
	}
	switch {
	case name == "validate_email":
		return text(validators.Email), value
	case name == "EmailValidator":
		return text((&validators.EmailValidator{Allowlist: []string{"localdomain"}}).Validate), value
	case name == "validate_slug":
		return text(validators.Slug), value
	case name == "validate_unicode_slug":
		return text(validators.UnicodeSlug), value
	case name == "validate_ipv4_address":
		return text(validators.IPv4), value
	case name == "validate_ipv6_address":
		return text(validators.IPv6), value
	case name == "validate_ipv46_address":
		return text(validators.IPv46), value
	case name == "validate_integer":
		return text(validators.Integer), value
	case name == "validate_comma_separated_integer_list":
		return text(validators.CommaSeparatedIntegers), value
	case name == "validate_domain_name":
		return text(validators.DomainName), value
	case name == "DomainNameValidator(accept_idna=False)":
		return text(validators.ASCIIDomainName), value
	case name == "ProhibitNullCharactersValidator":
		return text(validators.NoNull), value
	case name == "URLValidator(schemes=['http','git','file'])":
		return text((&validators.URLValidator{Schemes: []string{"http", "git", "file"}}).Validate), value
	case name == "URLValidator":
		u := &validators.URLValidator{}
		if len(settings) > 0 {
			for _, s := range settings[0].([]any) {
				u.Schemes = append(u.Schemes, s.(string))
			}
		}
		return text(u.Validate), value
	case name == "FileExtensionValidator":
		if settings[0] == nil {
			return nil, nil // any extension: no validator is needed
		}
		var allowed []string
		for _, s := range settings[0].([]any) {
			allowed = append(allowed, s.(string))
		}
		return text(validators.FileExtension(allowed...)), value
	case name == "RegexValidator" && len(settings) > 0:
		pattern, ok := settings[0].(string)
		if !ok {
			return nil, nil
		}
		r := &validators.RegexpValidator{Regexp: regexp.MustCompile(pattern), Inverse: c.Kwargs["inverse_match"] != nil}
		if o, ok := args[0].(pyvalue.Object); ok {
			r.Inverse = o.Kwargs["inverse_match"] != nil
		}
		if c.Kwargs["flags"] != nil {
			r.Regexp = regexp.MustCompile("(?i)" + pattern)
		}
		return text(r.Validate), value
	case name == "int_list_validator":
		list := validators.IntList(settings[0].(string), settings[1].(bool))
		return func(v any) error {
			var e *validators.Error
			if err := text(list)(v); errors.As(err, &e) {
				e.Message = "Enter a valid value." // the function's own default
				return e
			}
			return nil
		}, value
	}
	return limits(name, settings), value
}

func limits(name string, settings []any) func(any) error {
	if len(settings) == 0 {
		return nil
	}
	number := func(v any) float64 {
		switch v := v.(type) {
		case nil:
			return -1 // no limit
		case int64:
			return float64(v)
		case float64:
			return v
		}
		panic(fmt.Sprintf("%T is no number", v))
	}
	switch settings[0].(type) {
	case nil, int64, float64:
	default:
		return nil
	}
	n := int(number(settings[0]))
	switch name {
	case "MaxValueValidator":
		return func(v any) error { return validators.MaxValue(number(settings[0]))(number(v)) }
	case "MinValueValidator":
		return func(v any) error { return validators.MinValue(number(settings[0]))(number(v)) }
	case "StepValueValidator":
		return func(v any) error { return validators.Step(number(settings[0]), 0)(number(v)) }
	case "MaxLengthValidator":
		return func(v any) error { return validators.MaxLength(n)(v.(string)) }
	case "MinLengthValidator":
		return func(v any) error { return validators.MinLength(n)(v.(string)) }
	case "DecimalValidator":
		return func(v any) error {
			d, err := decimal.NewFromString(string(v.(pyvalue.Decimal)))
			if err != nil {
				return validators.New("invalid", "Enter a number.") // NaN and infinities are no decimals in Go
			}
			return validators.Decimal(n, int(number(settings[1])))(d)
		}
	}
	return nil
}

// changed are cases that are answered otherwise, with the reason.
var changed = []string{
	// Django's expression has no end, so that a line break may follow.
	"validators/validate_domain_name/0012", "validators/DomainNameValidator(accept_idna=False)/0012",
}

func TestConformance(t *testing.T) {
	t.Parallel()
	equal, excluded, different := 0, 0, 0
	for _, c := range realdjango.Cases(t, "validators") {
		var args []any
		for _, raw := range c.Args {
			args = append(args, realdjango.MustDecode(t, raw))
		}
		check, value := validator(c, args)
		if check == nil || slices.Contains(changed, c.Name) {
			excluded++
			if testing.Verbose() {
				t.Logf("excluded: %s %s", c.Name, c.Args)
			}
			continue
		}
		got := ""
		var e *validators.Error
		if err := check(value); errors.As(err, &e) {
			got = e.Code + ": " + err.Error()
		}
		want := ""
		if c.Error != nil {
			want = strings.Join(c.Error.Codes, ",") + ": " + strings.Join(c.Error.Messages, ",")
		}
		if c.Error != nil && len(c.Error.Messages) == 0 {
			// Django ends with an error of Python's.
			got, want = fmt.Sprint(got != ""), "true"
		}
		if got != want {
			different++
			t.Errorf("%s: %s: got %q, want %q", c.Name, c.Args, got, want)
			continue
		}
		equal++
	}
	realdjango.Report(t, "validators", equal, excluded, different)
}
