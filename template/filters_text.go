package template

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/text"
)

// textFilters change plain text.
func textFilters() map[string]Filter {
	return map[string]Filter{
		"addslashes":    ofText(true, filterAddSlashes),
		"capfirst":      ofText(true, filterCapFirst),
		"cut":           ofTextArg(false, filterCut),
		"lower":         ofText(true, filterLower),
		"make_list":     ofText(false, filterMakeList),
		"phone2numeric": {Func: filterPhone2Numeric, Safe: true},
		"slugify":       ofText(true, filterSlugify),
		"title":         ofText(true, filterTitle),
		"truncatechars": ofTextArg(true, filterTruncateChars),
		"truncatewords": ofTextArg(true, filterTruncateWords),
		"upper":         ofText(false, filterUpper),
		"wordcount":     ofText(false, filterWordCount),
		"wordwrap":      ofTextArg(true, filterWordWrap),
	}
}

func filterAddSlashes(c *Context, s Value) (Value, error) {
	if !strings.ContainsAny(s.str, `\"'`) {
		return s.unsafe(), nil
	}
	dst := c.Scratch()
	for i := range len(s.str) {
		if b := s.str[i]; b == '\\' || b == '"' || b == '\'' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s.str[i])
	}
	return c.TextOf(dst), nil
}

func filterCapFirst(c *Context, s Value) (Value, error) {
	_, size := utf8.DecodeRuneInString(s.str)
	if pyfmt.UpperIndex(s.str[:size]) < 0 {
		return s.unsafe(), nil
	}
	return c.TextOf(pyfmt.AppendCapFirst(c.Scratch(), s.str)), nil
}

// filterCut takes the text of arg out of s. What a semicolon ended may not be safe without it.
func filterCut(_ *Context, s, arg Value) (Value, error) {
	cut, ok := arg.plainText()
	if !ok {
		return Value{}, fmt.Errorf("cut needs text, got %s", arg.typeName())
	}
	out := Text(s.str)
	if cut != "" {
		out = Text(strings.ReplaceAll(s.str, cut, ""))
	}
	out.safe = s.safe && cut != ";"
	return out, nil
}

func filterLower(c *Context, s Value) (Value, error) {
	if pyfmt.LowerIndex(s.str) < 0 {
		return s.unsafe(), nil
	}
	return c.TextOf(pyfmt.AppendLower(c.Scratch(), s.str)), nil
}

func filterUpper(c *Context, s Value) (Value, error) {
	if pyfmt.UpperIndex(s.str) < 0 {
		return s.unsafe(), nil
	}
	return c.TextOf(pyfmt.AppendUpper(c.Scratch(), s.str)), nil
}

func filterTitle(c *Context, s Value) (Value, error) {
	return c.TextOf(text.AppendTitle(c.Scratch(), s.str)), nil
}

func filterMakeList(_ *Context, s Value) (Value, error) {
	list := make([]string, 0, len(s.str))
	for rest := s.str; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		list = append(list, rest[:size])
		rest = rest[size:]
	}
	return ValueOf(list), nil
}

func filterPhone2Numeric(_ *Context, v Value) (Value, error) {
	s, ok := v.plainText()
	if !ok {
		return Value{}, fmt.Errorf("phone2numeric needs text, got %s", v.typeName())
	}
	return Text(text.PhoneToNumeric(s)), nil
}

func filterSlugify(_ *Context, s Value) (Value, error) { return Text(text.Slugify(s.str, nil)), nil }

func filterTruncateChars(_ *Context, s, arg Value) (Value, error) {
	n, ok, err := arg.count()
	if !ok || err != nil {
		return s.unsafe(), err
	}
	return Text(text.TruncateChars(s.str, n, nil)), nil
}

// wordsEnding ends texts that were cut after a word.
var wordsEnding = text.TruncateOptions{Ending: " …"}

func filterTruncateWords(_ *Context, s, arg Value) (Value, error) {
	n, ok, err := arg.count()
	if !ok || err != nil || isWords(s.str, n) {
		return s.unsafe(), err
	}
	return Text(text.TruncateWords(s.str, n, &wordsEnding)), nil
}

// isWords tells whether s is at most n words of ASCII with one space between them, which stays as it
// is.
func isWords(s string, n int) bool {
	space := true // before the next character
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && space, c < ' ', c >= utf8.RuneSelf:
			return false
		case c == ' ':
			space = true
		case space:
			if n--; n < 0 {
				return false
			}
			space = false
		}
	}
	return !space
}

func filterWordCount(_ *Context, s Value) (Value, error) {
	words, inWord := 0, false
	for _, r := range s.str {
		space := unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f // as Python's str.isspace
		if !space && !inWord {
			words++
		}
		inWord = !space
	}
	return Int(int64(words)), nil
}

func filterWordWrap(_ *Context, s, arg Value) (Value, error) {
	width, err := arg.width("wordwrap")
	if err != nil {
		return Value{}, err
	}
	return Text(text.Wrap(s.str, width)), nil
}

// padFilters bring text to a width.
func padFilters() map[string]Filter {
	return map[string]Filter{
		"center": ofTextArg(true, func(c *Context, s, arg Value) (Value, error) {
			return c.padded("center", s, arg, func(room int) int { return room / 2 })
		}),
		"ljust": ofTextArg(true, func(c *Context, s, arg Value) (Value, error) {
			return c.padded("ljust", s, arg, func(int) int { return 0 })
		}),
		"rjust": ofTextArg(true, func(c *Context, s, arg Value) (Value, error) {
			return c.padded("rjust", s, arg, func(room int) int { return room })
		}),
	}
}

// padded puts spaces around s up to the width that arg says; left tells how many of them stand
// before it.
func (c *Context) padded(name string, s, arg Value, left func(room int) int) (Value, error) {
	width, err := arg.width(name)
	if err != nil {
		return Value{}, err
	}
	room := width - utf8.RuneCountInString(s.str)
	if room <= 0 {
		return s.unsafe(), nil
	}
	dst := c.Scratch()
	before := left(room)
	dst = appendSpaces(dst, before)
	dst = append(dst, s.str...)
	return c.TextOf(appendSpaces(dst, room-before)), nil
}

func appendSpaces(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
