package ormgen

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// snake returns the Django name of a Go name: "UserID" is "user_id", "HTTPServer"
// is "http_server".
func snake(name string) string {
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

// camel returns the Go name of a Django name: "line_items" is "LineItems".
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if slices.Contains(initialisms, word) {
			b.WriteString(strings.ToUpper(word))
			continue
		}
		b.WriteString(upperFirst(word))
	}
	return b.String()
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// lowerFirst makes a name unexported: "Product" is "product", "URL" is "url",
// "HTTPServer" is "httpServer".
func lowerFirst(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		if i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) || !unicode.IsUpper(r) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// irregular are plurals that no rule of plural gives.
var irregular = map[string]string{
	"Child": "Children", "Foot": "Feet", "Goose": "Geese", "Half": "Halves", "Hero": "Heroes", "Knife": "Knives",
	"Leaf": "Leaves", "Life": "Lives", "Man": "Men", "Mouse": "Mice", "Person": "People", "Potato": "Potatoes", "Quiz": "Quizzes",
	"Shelf": "Shelves", "Thief": "Thieves", "Tomato": "Tomatoes", "Tooth": "Teeth", "Wife": "Wives", "Wolf": "Wolves", "Woman": "Women",
}

// plural returns the plural of a Go name by the last of its words: "SalesPerson"
// is "SalesPeople", "Category" is "Categories".
func plural(name string) string {
	start := strings.LastIndexFunc(name, unicode.IsUpper)
	if start < 0 {
		start = 0
	}
	head, word := name[:start], name[start:]
	if many, ok := irregular[upperFirst(word)]; ok {
		if upperFirst(word) != word {
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

func hasAnySuffix(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(s, suffix) })
}

// nearest returns the choice that is most like what was written, or "" if none is
// near.
func nearest(written string, choices []string) string {
	best, least := "", 3
	if len(written) < 4 {
		least = 2
	}
	for _, choice := range choices {
		if d := distance(strings.ToLower(written), strings.ToLower(choice)); d < least {
			best, least = choice, d
		}
	}
	return best
}

// maxName bounds the texts that are compared.
const maxName = 64

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	if len(a) > maxName || len(b) > maxName {
		return maxName
	}
	var before, last []int // the rows of a[:i-2] and a[:i-1]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// didYouMean returns "; did you mean x?" where a choice is near, else "".
func didYouMean(written string, choices []string) string {
	if best := nearest(written, choices); best != "" {
		return "; did you mean " + best + "?"
	}
	return ""
}
