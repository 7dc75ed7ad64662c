package template

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/text"
)

// An Expr is a value with filters: book.title|default:"none"|upper (Django's FilterExpression).
type Expr struct {
	text    string
	operand operand
	filters []filterCall
}

// operand is a constant or a variable.
type operand struct {
	path      *varPath
	constant  Value
	translate bool // _("…")
}

// filterCall is one filter of an expression.
type filterCall struct {
	name   string
	filter *filter
	arg    operand
	hasArg bool
	bound  func(*Context, Value) (Value, error) // the filter with its constant argument
}

// String returns the expression as it was written.
func (e *Expr) String() string { return e.text }

// Constant returns the value of an expression that is a constant without filters.
func (e *Expr) Constant() (Value, bool) {
	if e.operand.path != nil || e.operand.translate || len(e.filters) > 0 {
		return Value{}, false
	}
	return e.operand.constant, true
}

// Eval returns the value. A variable that is missing is the text of Options.StringIfInvalid, and then
// filters are left out if that is not empty.
func (e *Expr) Eval(c *Context) (v Value, err error) {
	err = e.into(c, &v)
	return v, err
}

// into is Eval that sets *v.
func (e *Expr) into(c *Context, v *Value) error {
	ok, err := e.operand.into(c, v)
	if err != nil {
		return err
	}
	if !ok {
		if c.engine.opts.StringIfInvalid != "" {
			*v = c.invalid(e.operand.path.text)
			return nil
		}
		*v = Text("")
	}
	return e.filter(c, v)
}

// EvalOrNone returns the value; a variable that is missing is None (Django's
// resolve(ignore_failures=True)).
func (e *Expr) EvalOrNone(c *Context) (v Value, err error) {
	if _, err = e.operand.into(c, &v); err == nil {
		err = e.filter(c, &v)
	}
	return v, err
}

// filter applies the filters to *v.
func (e *Expr) filter(c *Context, v *Value) error {
	if v.kind == KindObject && len(e.filters) > 0 {
		var err error
		if *v, err = v.standsFor(c); err != nil {
			return err
		}
	}
	for i := range e.filters {
		if err := e.filters[i].apply(c, v); err != nil {
			*v = Value{}
			return err
		}
	}
	return nil
}

// value returns the operand's value; ok is false for a variable that is missing.
func (o *operand) value(c *Context) (v Value, ok bool, err error) {
	ok, err = o.into(c, &v)
	return v, ok, err
}

// into is value that sets *v, to None where it is missing.
func (o *operand) into(c *Context, v *Value) (ok bool, err error) {
	switch {
	case o.path != nil:
		if ok, err = o.path.into(c, v); !ok {
			*v = Value{}
		}
		if isMissing(err) { // raised by what was called, such as block.super
			return false, nil
		}
		return ok, err
	case o.translate:
		*v = HTML(markup.HTML(c.translate("", o.constant.str)))
	default:
		*v = o.constant
	}
	return true, nil
}

// apply sets *v to what the filter makes of it.
func (f *filterCall) apply(c *Context, v *Value) (err error) {
	safe := v.safe
	if f.filter.localtime && c.zone != nil {
		*v = c.localTime(*v)
	}
	switch {
	case f.bound != nil:
		*v, err = f.bound(c, *v)
	case f.hasArg:
		err = f.applyTo(c, v)
	default:
		*v, err = f.filter.alone(c, *v)
	}
	if safe && f.filter.safe && err == nil {
		*v = v.MarkSafe()
	}
	return err
}

// applyTo is apply with the argument.
func (f *filterCall) applyTo(c *Context, v *Value) (err error) {
	var arg Value
	if ok, err := f.arg.into(c, &arg); err != nil {
		return err
	} else if !ok {
		return &VariableError{f.arg.path.text}
	}
	*v, err = f.filter.call(c, *v, arg)
	return err
}

// Expr compiles an expression (Django's compile_filter).
func (p *Parser) Expr(token string) (*Expr, error) {
	e := &Expr{text: token}
	s := &scanner{src: token}
	quoted, ok := s.constant()
	switch {
	case ok:
		e.operand = constantOf(quoted)
	default:
		name := s.word(".+-")
		if name == "" {
			return nil, syntaxErrorf("could not parse the remainder: %s from %s", quote(token), quote(token))
		}
		var err error
		if e.operand, err = operandOf(name); err != nil {
			return nil, err
		}
	}
	for s.pos < len(token) {
		at := s.pos
		call, err := p.filterCall(s)
		if err != nil {
			return nil, err
		}
		if call == nil {
			return nil, syntaxErrorf("could not parse the remainder: %s from %s", quote(token[at:]), quote(token))
		}
		e.filters = append(e.filters, *call)
	}
	return e, nil
}

// filterCall reads "|name" or "|name:argument"; nil where there is none.
func (p *Parser) filterCall(s *scanner) (*filterCall, error) {
	s.space()
	if !s.take("|") {
		return nil, nil
	}
	s.space()
	call := &filterCall{name: s.word("")}
	if call.name == "" {
		return nil, nil
	}
	if s.pos < len(s.src) && s.src[s.pos] == ':' {
		at := s.pos
		s.pos++
		if quoted, ok := s.constant(); ok {
			call.arg, call.hasArg = constantOf(quoted), true
			call.arg.constant.safe = true
		} else if name := s.word(".+-"); name != "" {
			var err error
			if call.arg, err = operandOf(name); err != nil {
				return nil, err
			}
			call.hasArg = true
		} else {
			s.pos = at
		}
	}
	return call, p.bind(call)
}

// bind finds the filter and checks that it is given an argument if it takes one.
func (p *Parser) bind(call *filterCall) error {
	f, ok := p.filter(call.name)
	if !ok {
		return p.unknownFilter(call.name)
	}
	call.filter = f
	switch {
	case call.hasArg && f.args == 0:
		return syntaxErrorf("filter %s takes no argument", call.name)
	case !call.hasArg && f.args == 1 && !f.optional:
		return syntaxErrorf("filter %s needs an argument: %s:…", call.name, call.name)
	}
	if f.bind != nil && (!call.hasArg || call.arg.path == nil && !call.arg.translate) {
		arg := f.missing
		if call.hasArg {
			arg = call.arg.constant
		}
		var err error
		if call.bound, err = f.bind(arg); err != nil {
			return syntaxErrorf("filter %s: %w", call.name, err)
		}
	}
	if f.check != nil && call.hasArg && call.arg.path == nil {
		if err := f.check(call.arg.constant); err != nil {
			return syntaxErrorf("filter %s: %w", call.name, err)
		}
	}
	return nil
}

// constantOf returns the operand of a quoted text, or of one within _( ).
func constantOf(quoted string) operand {
	o := operand{}
	if strings.HasPrefix(quoted, "_(") {
		o.translate = true
		quoted = quoted[2 : len(quoted)-1]
	}
	s, err := text.UnescapeStringLiteral(quoted)
	if err != nil {
		s = quoted // can't be: the scanner took it as a literal
	}
	if o.translate {
		s = strings.ReplaceAll(s, "%", "%%") // as Django does, see Context.translated
	}
	o.constant = HTML(markup.HTML(s))
	return o
}

// operandOf returns a number or a variable (Django's Variable).
func operandOf(name string) (operand, error) {
	if v, ok := numberOf(name); ok {
		return operand{constant: v}, nil
	}
	if strings.Contains(name, "._") || strings.HasPrefix(name, "_") {
		return operand{}, syntaxErrorf("variables and attributes may not begin with underscores: %s", quote(name))
	}
	if i := strings.IndexAny(name, "+-"); i >= 0 {
		return operand{}, syntaxErrorf("invalid character (%s) in variable name: %s", quote(name[i:i+1]), quote(name))
	}
	return operand{path: newPath(name)}, nil
}

// numberOf reads a number as Python would: an integer, or a float if there is a dot or an e.
func numberOf(s string) (Value, bool) {
	if strings.ContainsAny(s, ".eE") {
		f, ok := pyfmt.ParseFloat(s)
		return Float(f), ok && !strings.HasSuffix(s, ".")
	}
	n, large, ok := pyfmt.ParseInt(s)
	if large != nil {
		return ValueOf(large), ok
	}
	return Int(n), ok
}

// scanner reads the parts of an expression.
type scanner struct {
	src string
	pos int
}

func (s *scanner) take(prefix string) bool {
	if !strings.HasPrefix(s.src[s.pos:], prefix) {
		return false
	}
	s.pos += len(prefix)
	return true
}

func (s *scanner) space() {
	rest := strings.TrimLeftFunc(s.src[s.pos:], unicode.IsSpace)
	s.pos = len(s.src) - len(rest)
}

// word reads letters, digits, underscores, and the bytes of more.
func (s *scanner) word(more string) string {
	start := s.pos
	for s.pos < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[s.pos:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune(more, r) {
			break
		}
		s.pos += size
	}
	return s.src[start:s.pos]
}

// constant reads a quoted text with its quotes, or one within _( ).
func (s *scanner) constant() (string, bool) {
	start := s.pos
	translate := s.take("_(")
	if s.quoted() && (!translate || s.take(")")) {
		return s.src[start:s.pos], true
	}
	s.pos = start
	return "", false
}

func (s *scanner) quoted() bool {
	if s.pos >= len(s.src) || s.src[s.pos] != '"' && s.src[s.pos] != '\'' {
		return false
	}
	for i := s.pos + 1; i < len(s.src); i++ {
		switch s.src[i] {
		case '\\':
			i++
		case s.src[s.pos]:
			s.pos = i + 1
			return true
		}
	}
	return false
}

// quote shows a piece of a template in a message, cut where it is long.
func quote(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return "'" + s + "'"
}
