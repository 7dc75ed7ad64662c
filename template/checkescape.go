package template

import (
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// Variables are escaped for HTML's text and quoted attributes, as in Django. These checks find the
// places where that is not enough: scripts, styles, event handlers, addresses and attributes without
// quotes. They read the template's text in the order of its source, which is what a browser would see
// if every branch were shown.

// htmlPlace is where in HTML a variable stands.
type htmlPlace uint8

const (
	inText htmlPlace = iota
	inTag            // between attributes
	inAttr           // in the value of an attribute
	inRaw            // in script or style
	inComment
)

// htmlState follows HTML over a template's text.
type htmlState struct {
	place   htmlPlace
	element string // of the tag, or of the raw text
	attr    string
	quote   byte // of the attribute's value, 0 without
	began   bool // something of the value was there, a variable perhaps
}

// checkEscaping warns of values that are not escaped for where they stand.
func (t *Template) checkEscaping() []checks.Message {
	if name := t.src.name; !strings.HasSuffix(name, ".html") && !strings.HasSuffix(name, ".htm") && !strings.HasSuffix(name, ".svg") {
		return nil
	}
	ck, s := &checker{tmpl: t}, &htmlState{}
	t.nodes.eachPlaced(func(n placed) {
		switch node := n.node.(type) {
		case textNode:
			s.read(string(node))
		case *varNode:
			ck.escaping(n, s, node.expr)
			s.began = true
		default:
			if _, ok := node.(parent); !ok {
				s.began = true // it may have written something
			}
		}
	})
	return ck.found
}

// escaping checks one variable.
func (ck *checker) escaping(n placed, s *htmlState, e *Expr) {
	warn := func(id, text, hint string) {
		ck.add(n, checks.Warningf("templates."+id, "{{ %s }} %s.", e.text, text).WithHint("%s", hint))
	}
	switch {
	case s.place == inRaw && s.element == "script":
		if !e.through("escapejs", "json_script") {
			warn("W001", "stands in a script without being escaped for JavaScript",
				"Put the value into the page with |json_script:\"id\" and read it from there, or use |escapejs within quotes.")
		}
	case s.place == inRaw && s.element == "style":
		warn("W002", "stands in a style sheet, where nothing is escaped", "Set a class, or an attribute data-…, in place of the rule.")
	case s.place == inTag || s.place == inAttr && s.quote == 0:
		if s.place == inAttr {
			warn("W003", "is the value of an attribute without quotes", "Put quotes around it: a blank in the value would begin another attribute.")
		}
	case s.place != inAttr:
	case strings.HasPrefix(s.attr, "on"):
		if !e.through("escapejs") {
			warn("W004", "stands in an event handler without being escaped for JavaScript",
				"Put the value into an attribute data-… and read it in the script, or use |escapejs.")
		}
	case s.attr == "style":
		warn("W002", "stands in a style, where nothing is escaped", "Set a class, or an attribute data-…, in place of the rule.")
	case urlAttrs[s.attr]:
		ck.address(n, s, e)
	}
}

// urlAttrs are the attributes whose value is an address.
var urlAttrs = map[string]bool{
	"href": true, "src": true, "action": true, "formaction": true, "poster": true, "data": true, "cite": true,
	"background": true, "manifest": true, "ping": true, "hx-get": true, "hx-post": true, "hx-put": true, "hx-delete": true, "hx-patch": true,
}

// address checks a variable in an address: as a part of one it must be encoded, and where it begins
// one it may be javascript:.
func (ck *checker) address(n placed, s *htmlState, e *Expr) {
	if s.began {
		if !e.through("urlencode", "slugify", "date") && !e.isNumberLike() {
			ck.add(n, checks.Warningf("templates.W005", "{{ %s }} is a part of an address without being encoded.", e.text).
				WithHint("Use |urlencode, or make the address with {%% url %%} or {%% querystring %%}."))
		}
		return
	}
	if e.operand.path == nil || len(e.filters) > 0 {
		return
	}
	bits := e.operand.path.bits
	last := strings.ToLower(bits[len(bits)-1].name)
	for _, word := range []string{"url", "href", "link", "src", "path", "address", "image", "next"} {
		if strings.Contains(last, word) {
			return
		}
	}
	ck.add(n, checks.Warningf("templates.W006", "{{ %s }} is a whole address: one that begins with javascript: runs when it is followed.", e.text).
		WithHint("Check addresses that users give before they are stored, and give the variable a name that says what it is: …_url."))
}

// through tells whether the last filters of an expression are, or end in, one of names.
func (e *Expr) through(names ...string) bool {
	for _, f := range e.filters {
		for _, name := range names {
			if f.name == name {
				return true
			}
		}
	}
	return false
}

// isNumberLike tells whether an expression gives a number by its name or filter, which needs no
// encoding.
func (e *Expr) isNumberLike() bool {
	if e.operand.path == nil {
		return true
	}
	bits := e.operand.path.bits
	switch last := bits[len(bits)-1].name; last {
	case "id", "pk", "slug", "uuid", "number", "count", "counter", "counter0", "year", "month", "day", "page":
		return true
	default:
		return strings.HasSuffix(last, "_id") || strings.HasSuffix(last, "_number") || strings.HasSuffix(last, "_slug") ||
			strings.HasSuffix(last, "_url")
	}
}

// read follows the state over text.
func (s *htmlState) read(text string) {
	for text != "" {
		switch s.place {
		case inText:
			text = s.readText(text)
		case inTag:
			text = s.readTag(text)
		case inAttr:
			text = s.readAttr(text)
		case inComment:
			_, after, found := strings.Cut(text, "-->")
			if !found {
				return
			}
			s.place, text = inText, after
		case inRaw:
			text = s.readRaw(text)
		}
	}
}

func (s *htmlState) readText(text string) string {
	_, after, found := strings.Cut(text, "<")
	switch {
	case !found:
		return ""
	case strings.HasPrefix(after, "!--"):
		s.place = inComment
		return after[3:]
	}
	name := after[:nameEnd(after)]
	if name == "" {
		return after
	}
	*s = htmlState{place: inTag, element: strings.ToLower(name)}
	return after[len(name):]
}

// nameEnd returns where the name of an element or attribute ends.
func nameEnd(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && r != ':' && r != '/' && r != '.' && r != '@' && r != '_' &&
			(r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}); i >= 0 {
		return i
	}
	return len(s)
}

func (s *htmlState) readTag(text string) string {
	switch c := text[0]; {
	case c == '>':
		s.endTag()
		return text[1:]
	case c == '=' && s.attr != "":
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		s.place, s.began, s.quote = inAttr, false, 0
		if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
			s.quote = rest[0]
			rest = rest[1:]
		}
		return rest
	}
	if n := nameEnd(text); n > 0 {
		s.attr = strings.ToLower(text[:n])
		return text[n:]
	}
	return text[1:]
}

func (s *htmlState) endTag() {
	s.place = inText
	if s.element == "script" || s.element == "style" {
		s.place = inRaw
	}
}

func (s *htmlState) readAttr(text string) string {
	if s.quote == 0 {
		i := strings.IndexAny(text, " \t\r\n>")
		if i < 0 {
			s.began = true
			return ""
		}
		s.place, s.attr = inTag, ""
		return text[i:]
	}
	i := strings.IndexByte(text, s.quote)
	if i < 0 {
		s.began = true
		return ""
	}
	s.place, s.attr = inTag, ""
	return text[i+1:]
}

func (s *htmlState) readRaw(text string) string {
	end := "</" + s.element
	i := strings.Index(strings.ToLower(text), end)
	if i < 0 {
		return ""
	}
	*s = htmlState{place: inTag, element: "/" + s.element}
	return text[i+len(end):]
}
