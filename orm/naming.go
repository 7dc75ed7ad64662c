package orm

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"unicode"
)

// snake returns the Django name of a Go name: "UserID" is "user_id", "HTTPServer"
// is "http_server". The generator of internal/ormgen does the same.
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

// modelName is Django's model_name, the name in lower case: "orderline".
func (m *Meta) modelName() string { return strings.ToLower(m.Name) }

// LabelLower returns Django's label_lower: "shop.product".
func (m *Meta) LabelLower() string { return m.App + "." + m.modelName() }

// spaced is the default of a verbose name: "order line" for OrderLine, as
// Django's camel_case_to_spaces makes it.
func spaced(name string) string { return strings.ReplaceAll(snake(name), "_", " ") }

// digest shortens names so that they stay distinct: the first n hexadecimal digits
// of their MD5 (Django's names_digest).
func digest(n int, names ...string) string {
	h := md5.New()
	for _, s := range names {
		h.Write([]byte(s))
	}
	return hex.EncodeToString(h.Sum(nil))[:n]
}

// truncateName shortens a name to n characters, 0 for any length; the last four
// are a digest of the whole (Django's truncate_name).
func truncateName(name string, n int) string {
	r := []rune(name)
	if n <= 0 || len(r) <= n {
		return name
	}
	return string(r[:n-4]) + digest(4, name)
}

// anyLength is how long names of indexes get where the database has no limit, as
// in Django.
const anyLength = 200

// indexName is the name of an index or constraint that has none of its own
// (Django's _create_index_name). maxLength is [Dialect.MaxName].
func indexName(table string, columns []string, suffix string, maxLength int) string {
	if maxLength <= 0 {
		maxLength = anyLength
	}
	end := digest(8, append([]string{table}, columns...)...) + suffix
	joined := strings.Join(columns, "_")
	name := table + "_" + joined + "_" + end
	if runes(name) <= maxLength {
		return name
	}
	end = cut(end, maxLength/3)
	other := (maxLength-runes(end))/2 - 1
	name = cut(table, other) + "_" + cut(joined, other) + "_" + end
	if startsBadly(name) {
		name = "D" + cut(name, runes(name)-1)
	}
	return name
}

// optionsIndexName is the name of an index of Meta that has none of its own
// (set_name_with_model). Columns have a minus before them where they descend.
func optionsIndexName(table string, columns []string, suffix string) string {
	data := append(append([]string{table}, columns...), suffix)
	name := cut(table, 11) + "_" + cut(strings.TrimPrefix(columns[0], "-"), 7) + "_" + digest(6, data...) + "_" + suffix
	if startsBadly(name) {
		_, rest := firstRune(name)
		name = "D" + rest
	}
	return name
}

// startsBadly tells whether Oracle would refuse the name; Django minds everywhere.
func startsBadly(name string) bool { return name[0] == '_' || name[0] >= '0' && name[0] <= '9' }

func firstRune(s string) (first, rest string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func runes(s string) int { return len([]rune(s)) }

// cut returns the first n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(n, 0)])
}
