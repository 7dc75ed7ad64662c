// Package validators holds Django's validators: functions that take a value and
// return nil, or an [*Error] with a message for people and a code for programs.
//
//	if err := validators.Email(address); err != nil {
//		…
//	}
//
// Models and forms run them; they may be called by hand as well. Those with
// settings are made by a function, as [MaxLength], or are types with a method
// Validate, as [URLValidator].
package validators

import (
	"fmt"
	"strings"
	"unicode"
)

// Error is one complaint about a value (Django's ValidationError of one message).
type Error struct {
	// Message may have placeholders for Params: %(name)s or %(name)d.
	Message string
	// Plural replaces Message where N is not 1; empty where there is no difference.
	Plural string
	N      int
	// Code tells programs what is wrong: "invalid", "max_length".
	Code   string
	Params map[string]any
}

// New makes an error of a message without placeholders.
func New(code, message string) *Error { return &Error{Code: code, Message: message} }

// Error returns the message with its parameters.
func (e *Error) Error() string {
	message := e.Message
	if e.Plural != "" && e.N != 1 {
		message = e.Plural
	}
	if len(e.Params) == 0 {
		return message
	}
	return fill(message, e.Params)
}

// fill puts parameters into a message, as Python's % operator does.
func fill(message string, params map[string]any) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(message, "%")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if after, percent := strings.CutPrefix(rest, "%"); percent {
			b.WriteByte('%')
			message = after
			continue
		}
		name, after, closed := strings.Cut(strings.TrimPrefix(rest, "("), ")")
		value, known := params[name]
		if !strings.HasPrefix(rest, "(") || !closed || !known || after == "" || after[0] != 's' && after[0] != 'd' {
			b.WriteByte('%')
			message = rest
			continue
		}
		fmt.Fprint(&b, value)
		message = after[1:]
	}
}

func invalid(message string, value any) *Error {
	return &Error{Code: "invalid", Message: message, Params: map[string]any{"value": value}}
}

// Slug accepts letters, numbers, underscores and hyphens of ASCII.
func Slug(s string) error {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || !isSlug(byte(r)) }) {
		return invalid("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.", s)
	}
	return nil
}

func isSlug(c byte) bool { return c == '_' || c == '-' || isLetter(c) || isDigit(c) }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// UnicodeSlug accepts letters and numbers of any script, underscores and hyphens.
func UnicodeSlug(s string) error {
	other := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' && r != '-' }
	if s == "" || strings.ContainsFunc(s, other) {
		return invalid("Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.", s)
	}
	return nil
}

// Integer accepts the text of a whole number in ASCII digits, of any length.
func Integer(s string) error {
	if !isInteger(s, true) {
		return invalid("Enter a valid integer.", s)
	}
	return nil
}

func isInteger(s string, negative bool) bool {
	if negative {
		s = strings.TrimPrefix(s, "-")
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// CommaSeparatedIntegers accepts numbers with commas between them.
func CommaSeparatedIntegers(s string) error { return IntList(",", false)(s) }

// IntList makes a validator of numbers with sep between them, which may be
// negative.
func IntList(sep string, negative bool) func(s string) error {
	message := "Enter a valid value."
	if sep == "," && !negative {
		message = "Enter only digits separated by commas."
	}
	return func(s string) error {
		for part := range strings.SplitSeq(s, sep) {
			if !isInteger(part, negative) {
				return invalid(message, s)
			}
		}
		return nil
	}
}

// NoNull accepts text without NUL characters (ProhibitNullCharactersValidator).
func NoNull(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return &Error{Code: "null_characters_not_allowed", Message: "Null characters are not allowed.", Params: map[string]any{"value": s}}
	}
	return nil
}

// FileExtension makes a validator of names of files, which accepts the extensions
// given without their dot, in capitals or not.
func FileExtension(allowed ...string) func(name string) error {
	for i, e := range allowed {
		allowed[i] = strings.ToLower(e)
	}
	return func(name string) error {
		extension := extensionOf(name)
		for _, e := range allowed {
			if e == extension {
				return nil
			}
		}
		return &Error{
			Code:    "invalid_extension",
			Message: "File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s.",
			Params:  map[string]any{"extension": extension, "allowed_extensions": strings.Join(allowed, ", "), "value": name},
		}
	}
}

// extensionOf is Path(name).suffix of Python without the dot: names that begin or
// end with their only dot have none.
func extensionOf(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || strings.Trim(name[:dot], ".") == "" {
		return ""
	}
	return strings.ToLower(name[dot+1:])
}

// imageExtensions are those that Python's Pillow reads.
var imageExtensions = strings.Fields(`apng avif avifs blp bmp bufr bw cur dcx dds dib emf eps fit fits flc fli ftc ftu gbr gif grib h5 hdf
	icb icns ico iim im j2c j2k jfif jp2 jpc jpe jpeg jpf jpg jpx mpeg mpg msp pbm pcd pcx pdf pfm pgm png pnm ppm ps psd pxr qoi ras rgb
	rgba sgi tga tif tiff vda vst webp wmf xbm xpm`)

// ImageFileExtension accepts the extensions of images that Django accepts.
func ImageFileExtension(name string) error { return FileExtension(imageExtensions...)(name) }
