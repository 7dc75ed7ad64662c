// Package goname turns names of Django and of databases into Go's, and back: as the
// generator of models does, and inspectdb, which writes models for it.
//
//	goname.Camel("line_items") // LineItems
//	goname.Snake("LineItems")  // line_items
package goname

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Snake returns the Django name of a Go name: "UserID" is "user_id", "HTTPServer"
// is "http_server".
func Snake(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && runes[i-1] != '_' {
			after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || after {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// initialisms are words that Go writes in capitals.
var initialisms = []string{"api", "css", "dns", "html", "http", "https", "id", "ip", "isbn", "json", "pdf", "sku", "sql", "ssh", "tls", "ttl", "uid", "uri", "url", "utc", "uuid", "vat", "xml"}

// Camel returns the Go name of a Django name: "line_items" is "LineItems".
func Camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if slices.Contains(initialisms, word) {
			b.WriteString(strings.ToUpper(word))
			continue
		}
		b.WriteString(UpperFirst(word))
	}
	return b.String()
}

// UpperFirst makes the first letter a capital.
func UpperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// LowerFirst makes a name unexported: "Product" is "product", "URL" is "url",
// "HTTPServer" is "httpServer".
func LowerFirst(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		if i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) || !unicode.IsUpper(r) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// irregular are plurals that no rule of Plural gives.
var irregular = map[string]string{
	"Child": "Children", "Foot": "Feet", "Goose": "Geese", "Half": "Halves", "Hero": "Heroes", "Knife": "Knives",
	"Leaf": "Leaves", "Life": "Lives", "Man": "Men", "Mouse": "Mice", "Person": "People", "Potato": "Potatoes", "Quiz": "Quizzes",
	"Shelf": "Shelves", "Thief": "Thieves", "Tomato": "Tomatoes", "Tooth": "Teeth", "Wife": "Wives", "Wolf": "Wolves", "Woman": "Women",
}

// Plural returns the plural of a Go name by the last of its words: "SalesPerson"
// is "SalesPeople", "Category" is "Categories".
func Plural(name string) string {
	start := strings.LastIndexFunc(name, unicode.IsUpper)
	if start < 0 {
		start = 0
	}
	head, word := name[:start], name[start:]
	if many, ok := irregular[UpperFirst(word)]; ok {
		if UpperFirst(word) != word {
			many = strings.ToLower(many)
		}
		return head + many
	}
	low := strings.ToLower(name)
	switch {
	case strings.HasSuffix(low, "sis"), strings.HasSuffix(low, "xis"):
		return name[:len(name)-2] + "es"
	case hasAnySuffix(low, "s", "x", "z", "ch", "sh"):
		return name + "es"
	case strings.HasSuffix(low, "y") && !hasAnySuffix(low, "ay", "ey", "iy", "oy", "uy"):
		return name[:len(name)-1] + "ies"
	}
	return name + "s"
}

// unchanged are endings in s of words that are no plurals.
var unchanged = []string{"ss", "us", "is", "news", "series", "species", "lens", "alias", "canvas", "atlas", "gas", "bias"}

// withE are plurals in es and ies whose singular ends in e.
var withE = []string{"ouses", "auses", "axes", "caches", "movies", "cookies", "pies", "zombies", "calories"}

// Singular returns the singular of a word in lower case, such as the last word of a
// table's name: "categories" is "category", "address" stays as it is.
func Singular(word string) string {
	for one, many := range irregular {
		if word == strings.ToLower(many) {
			return strings.ToLower(one)
		}
	}
	switch {
	case !strings.HasSuffix(word, "s") || len(word) < 3 || hasAnySuffix(word, unchanged...):
		return word
	case hasAnySuffix(word, withE...), !strings.HasSuffix(word, "es"):
		return word[:len(word)-1]
	case strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case hasAnySuffix(word, "sses", "shes", "ches", "xes", "zzes", "uses", "iases"):
		return word[:len(word)-2]
	}
	return word[:len(word)-1]
}

func hasAnySuffix(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(s, suffix) })
}
