package validators

import (
	"cmp"
	"math"
	"regexp"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

func limit(code, message string, limit, value any) *Error {
	return &Error{Code: code, Message: message, Params: map[string]any{"limit_value": limit, "show_value": value, "value": value}}
}

const (
	maxValue = "Ensure this value is less than or equal to %(limit_value)s."
	minValue = "Ensure this value is greater than or equal to %(limit_value)s."
)

// MaxValue makes a validator of numbers and texts that are no greater than a limit.
func MaxValue[V cmp.Ordered](max V) func(v V) error {
	return func(v V) error {
		if v > max {
			return limit("max_value", maxValue, max, v)
		}
		return nil
	}
}

// MinValue makes a validator of numbers and texts that are no less than a limit.
func MinValue[V cmp.Ordered](min V) func(v V) error {
	return func(v V) error {
		if v < min {
			return limit("min_value", minValue, min, v)
		}
		return nil
	}
}

// Comparable is implemented by time.Time, decimal.Decimal and package civil's types.
type Comparable[V any] interface{ Compare(V) int }

// MaxOf is [MaxValue] for values with a method Compare.
func MaxOf[V Comparable[V]](max V) func(v V) error {
	return func(v V) error {
		if v.Compare(max) > 0 {
			return limit("max_value", maxValue, max, v)
		}
		return nil
	}
}

// MinOf is [MinValue] for values with a method Compare.
func MinOf[V Comparable[V]](min V) func(v V) error {
	return func(v V) error {
		if v.Compare(min) < 0 {
			return limit("min_value", minValue, min, v)
		}
		return nil
	}
}

// Step makes a validator of numbers that are a multiple of step away from offset
// (Django 4.1).
func Step(step, offset float64) func(v float64) error {
	return func(v float64) error {
		// As math.isclose(math.remainder(value - offset, step), 0, abs_tol=1e-9).
		if math.Abs(math.Remainder(v-offset, step)) <= 1e-9 {
			return nil
		}
		e := limit("step_size", "Ensure this value is a multiple of step size %(limit_value)s.", step, v)
		if offset != 0 {
			e.Message = "Ensure this value is a multiple of step size %(limit_value)s, starting from %(offset)s, e.g. %(offset)s, %(valid_value1)s, %(valid_value2)s, and so on."
			e.Params["offset"], e.Params["valid_value1"], e.Params["valid_value2"] = offset, offset+step, offset+2*step
		}
		return e
	}
}

// MaxLength makes a validator of texts with at most n characters.
func MaxLength(n int) func(s string) error {
	return func(s string) error {
		if len(s) <= n {
			return nil
		}
		if length := utf8.RuneCountInString(s); length > n {
			return lengthError("max_length", "at most", n, length, s)
		}
		return nil
	}
}

// MinLength makes a validator of texts with at least n characters.
func MinLength(n int) func(s string) error {
	return func(s string) error {
		if length := utf8.RuneCountInString(s); length < n {
			return lengthError("min_length", "at least", n, length, s)
		}
		return nil
	}
}

func lengthError(code, most string, n, length int, s string) *Error {
	return &Error{
		Code: code, N: n,
		Message: "Ensure this value has " + most + " %(limit_value)d character (it has %(show_value)d).",
		Plural:  "Ensure this value has " + most + " %(limit_value)d characters (it has %(show_value)d).",
		Params:  map[string]any{"limit_value": n, "show_value": length, "value": s},
	}
}

// Decimal makes a validator of decimals with at most maxDigits digits, places of
// them after the point. A negative number is no limit.
func Decimal(maxDigits, places int) func(d decimal.Decimal) error {
	return func(d decimal.Decimal) error {
		digits, decimals := countDigits(d)
		switch {
		case maxDigits >= 0 && digits > maxDigits:
			return digitsError("max_digits", "Ensure that there are no more than %(max)s digit in total.",
				"Ensure that there are no more than %(max)s digits in total.", maxDigits, d)
		case places >= 0 && decimals > places:
			return digitsError("max_decimal_places", "Ensure that there are no more than %(max)s decimal place.",
				"Ensure that there are no more than %(max)s decimal places.", places, d)
		case maxDigits >= 0 && places >= 0 && digits-decimals > maxDigits-places:
			return digitsError("max_whole_digits", "Ensure that there are no more than %(max)s digit before the decimal point.",
				"Ensure that there are no more than %(max)s digits before the decimal point.", maxDigits-places, d)
		}
		return nil
	}
}

// countDigits counts as Django does: zeros after the point count, and zero has none
// before it.
func countDigits(d decimal.Decimal) (digits, decimals int) {
	digits, exponent := d.NumDigits(), int(d.Exponent())
	switch {
	case exponent >= 0:
		if !d.IsZero() {
			digits += exponent
		}
		return digits, 0
	case -exponent > digits:
		return -exponent, -exponent
	}
	return digits, -exponent
}

func digitsError(code, one, several string, n int, d decimal.Decimal) *Error {
	return &Error{Code: code, Message: one, Plural: several, N: n, Params: map[string]any{"max": n, "value": d}}
}

// RegexpValidator accepts texts that a regular expression is found in. The zero
// value accepts all.
type RegexpValidator struct {
	Regexp *regexp.Regexp
	// Inverse accepts those that it is not found in.
	Inverse bool
	// Message and Code of the error; default "Enter a valid value." and "invalid".
	Message, Code string
}

// Validate tells whether s is accepted.
func (v *RegexpValidator) Validate(s string) error {
	if v.Regexp == nil || v.Regexp.MatchString(s) != v.Inverse {
		return nil
	}
	return &Error{Code: cmp.Or(v.Code, "invalid"), Message: cmp.Or(v.Message, "Enter a valid value."), Params: map[string]any{"value": s}}
}
