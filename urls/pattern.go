package urls

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/nuages-web/nuages/web"
)

// token is a part of a path pattern: a literal, or a capture with its converter.
type token struct {
	literal string
	name    string
	conv    *converter // nil for a literal
}

// capture is a group of a stage's regular expression that becomes a path value.
type capture struct {
	name  string
	group int
	conv  *converter // nil in regular expressions
}

// restName is the path value that holds what a mount leaves to its handler.
const restName = "*"

// restStage is what a mount does with the path behind its prefix.
func restStage() *stage {
	return &stage{rest: true, end: true, captures: []capture{{name: restName}}}
}

// stage is one declared pattern: what a route or the prefix of an include takes of the path. It
// takes its part for good: a later stage that fails doesn't make it try another one, as in Django.
type stage struct {
	source   string
	tokens   []token // of a path pattern
	isRegex  bool
	end      bool // of a route: the whole rest has to match
	rest     bool // the second stage of a mount: takes all that is left
	captures []capture
	hasExtra bool // fixed values are given here
	re       func() *regexp.Regexp
}

// A patternError is a mistake in a pattern, with the way to mend it.
type patternError struct{ problem, mend string }

func (e *patternError) Error() string { return e.problem + ": " + e.mend }

// parsePattern splits a path pattern into literals and captures. fallback names the converter of
// captures that name none.
func parsePattern(pattern string, converters map[string]*converter, fallback string) ([]token, error) {
	var tokens []token
	seen := make(map[string]bool)
	start := 0
	for at := 0; ; {
		open := strings.IndexByte(pattern[at:], '<')
		if open < 0 {
			break
		}
		open += at
		length := strings.IndexByte(pattern[open:], '>')
		if length < 0 {
			break
		}
		if length == 1 { // "<>" is a literal
			at = open + 1
			continue
		}
		t, err := parseCapture(pattern[open+1:open+length], converters, fallback)
		if err != nil {
			return nil, err
		}
		if seen[t.name] {
			return nil, &patternError{fmt.Sprintf("captures %q twice", t.name), "give each capture a name of its own"}
		}
		seen[t.name] = true
		if start < open {
			tokens = append(tokens, token{literal: pattern[start:open]})
		}
		tokens = append(tokens, t)
		at = open + length + 1
		start = at
	}
	if start < len(pattern) {
		tokens = append(tokens, token{literal: pattern[start:]})
	}
	return tokens, nil
}

func parseCapture(inside string, converters map[string]*converter, fallback string) (token, error) {
	if strings.ContainsFunc(inside, func(r rune) bool { return strings.ContainsRune(" \t\n\r\v\f", r) }) {
		return token{}, &patternError{"has whitespace within <" + inside + ">", "remove it"}
	}
	kind, name, found := strings.Cut(inside, ":")
	if !found || kind == "" {
		kind, name = fallback, inside
	}
	if !isIdentifier(name) {
		return token{}, &patternError{"captures " + strconv.Quote(name) + ", which is not a name", "use letters, digits and underscores"}
	}
	conv := converters[kind]
	if conv == nil {
		return token{}, &patternError{fmt.Sprintf("uses the converter %q, which there is not", kind),
			"use one of " + knownConverters(converters) + ", or add it to Options.Converters"}
	}
	return token{name: name, conv: conv}, nil
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// newPathStage makes a stage of a path pattern.
func newPathStage(source string, tokens []token, end bool) *stage {
	s := &stage{source: source, tokens: tokens, end: end}
	group := 1
	for _, t := range tokens {
		if t.conv != nil {
			s.captures = append(s.captures, capture{t.name, group, t.conv})
			group += 1 + t.conv.groups
		}
	}
	s.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^" + s.expression()) })
	return s
}

// newRegexStage makes a stage of a regular expression.
func newRegexStage(source string, end bool) (*stage, error) {
	s := &stage{source: source, isRegex: true, end: end}
	text := pythonToRE2(source)
	re, err := regexp.Compile(text)
	if err != nil {
		mend := "see the syntax of package regexp"
		if strings.Contains(source, "(?=") || strings.Contains(source, "(?!") || strings.Contains(source, "(?<=") ||
			strings.Contains(source, "(?<!") || strings.Contains(source, "(?P=") {
			mend = "Go's regular expressions have no lookaround and no backreferences; check the value in a converter or in the view"
		}
		return nil, &patternError{"is not a valid regular expression (" + err.Error() + ")", mend}
	}
	if end && strings.HasSuffix(source, "$") {
		// Django's fullmatch
		if re, err = regexp.Compile(`^(?:` + text + `)\z`); err != nil {
			return nil, &patternError{"is not a valid regular expression (" + err.Error() + ")", "see the syntax of package regexp"}
		}
	}
	s.re = func() *regexp.Regexp { return re }
	s.captures = regexCaptures(re)
	return s, nil
}

// regexCaptures lists the named groups or, where there are none, all of them.
func regexCaptures(re *regexp.Regexp) []capture {
	var named, all []capture
	for i, name := range re.SubexpNames() {
		if i == 0 {
			continue
		}
		all = append(all, capture{group: i})
		if name != "" {
			named = append(named, capture{name: name, group: i})
		}
	}
	if named != nil {
		return named
	}
	return all
}

// expression returns the stage as a regular expression in RE2, without a leading ^.
func (s *stage) expression() string {
	if s.isRegex {
		return strings.TrimPrefix(pythonToRE2(s.source), "^")
	}
	var b strings.Builder
	for _, t := range s.tokens {
		if t.conv == nil {
			b.WriteString(regexp.QuoteMeta(t.literal))
		} else {
			b.WriteString("(" + t.conv.pattern + ")")
		}
	}
	if s.rest {
		return `((?s:.*))\z`
	}
	if s.end {
		b.WriteString(`\z`)
	}
	return b.String()
}

// literal returns the text of a pattern without captures.
func (s *stage) literal() (string, bool) {
	switch {
	case s.rest || s.isRegex || len(s.tokens) > 1:
		return "", false
	case len(s.tokens) == 0:
		return "", true
	}
	return s.tokens[0].literal, s.tokens[0].conv == nil
}

// match takes the stage's part from the start of path and appends its values to values.
func (s *stage) match(path string, values []web.PathValue) (rest string, _ []web.PathValue, ok bool) {
	if s.rest {
		return "", append(values, web.PathValue{Name: restName, Raw: path}), true
	}
	if literal, static := s.literal(); static {
		rest, ok = strings.CutPrefix(path, literal)
		return rest, values, ok && (!s.end || rest == "")
	}
	at := s.re().FindStringSubmatchIndex(path)
	if at == nil {
		return "", values, false
	}
	for _, c := range s.captures {
		from, to := at[2*c.group], at[2*c.group+1]
		if from < 0 && c.name != "" {
			continue // an optional group that took no part
		}
		v := web.PathValue{Name: c.name}
		if from >= 0 {
			v.Raw = path[from:to]
		}
		if c.conv != nil && !c.conv.parse(&v) {
			return "", values, false
		}
		values = append(values, v)
	}
	return path[at[1]:], values, true
}
