package inspectdb

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/goname"
)

// words cuts the name of a table or column into words of letters and digits, in
// lower case but for those that mix cases, as firstName does.
func words(name string) []string {
	list := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range list {
		if strings.ToUpper(word) == word {
			list[i] = strings.ToLower(word)
		}
	}
	return list
}

// exported makes an exported name of words. Letters that have no capitals, and digits,
// cannot begin one: before them stands the prefix.
func exported(list []string, prefix string) string {
	name := goname.Camel(strings.Join(list, "_"))
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(r) {
		return name
	}
	return prefix + name
}

// fieldName is the Go name of a column: that of a key without its ending "_id".
func fieldName(column string, key bool) string {
	list := words(column)
	if n := len(list); key && n > 1 && list[n-1] == "id" {
		list = list[:n-1]
	}
	name := exported(list, "Field")
	if trimmed, ok := strings.CutSuffix(name, "ID"); key && ok && trimmed != "" && !strings.Contains(column, "_") {
		name = trimmed // of userId
	}
	return name
}

// structNames are the Go names that a table may have, the best first: the singular.
func structNames(table string) [2]string {
	list := words(table)
	plain := exported(list, "Table")
	if n := len(list); n > 0 && strings.ToLower(list[n-1]) == list[n-1] {
		list[n-1] = goname.Singular(list[n-1])
	}
	return [2]string{exported(list, "Table"), plain}
}

// scope is names that are taken.
type scope map[string]bool

// claim takes all of some names, or none where one is taken.
func (s scope) claim(names ...string) bool {
	for _, name := range names {
		if s[name] {
			return false
		}
	}
	for _, name := range names {
		s[name] = true
	}
	return true
}

// numbered tries name, and then name2, name3 and so on, until one is taken for good.
func numbered(name string, claim func(name string) bool) string {
	for n := 2; ; n++ {
		if claim(name) {
			return name
		}
		name = strings.TrimRightFunc(name, unicode.IsDigit) + strconv.Itoa(n)
	}
}

// derived are the names that nuages generate declares for a model.
func derived(name string) []string {
	return []string{name, name + "F", name + "Fields", "New" + name + "Fields", goname.LowerFirst(name) + "Meta"}
}
