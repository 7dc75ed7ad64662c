package orm

import "strings"

// sqlTokens calls f with the names, words, numbers and marks of SQL text, names
// without their quotation marks, until f returns false. Strings and comments are
// left out.
func sqlTokens(sql string, f func(token string, quoted bool) bool) {
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case strings.HasPrefix(sql[i:], "--"):
			i = after(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = after(sql, i+2, "*/")
		case c == '\'' || c == '"' || c == '`':
			name, end := quotedToken(sql, i, c)
			i = end
			if c != '\'' && !f(name, true) {
				return
			}
		case c == '[':
			end := after(sql, i, "]")
			if !f(strings.TrimSuffix(sql[i+1:end], "]"), true) {
				return
			}
			i = end
		case isWordByte(c):
			end := i
			for end < len(sql) && isWordByte(sql[end]) {
				end++
			}
			if !f(sql[i:end], false) {
				return
			}
			i = end
		default:
			if c > ' ' && !f(sql[i:i+1], false) {
				return
			}
			i++
		}
	}
}

// after returns the place after the first end at or behind i, else the text's end.
func after(sql string, i int, end string) int {
	if n := strings.Index(sql[i:], end); n >= 0 {
		return i + n + len(end)
	}
	return len(sql)
}

// quotedToken reads a text in quotation marks, of which two stand for one.
func quotedToken(sql string, start int, mark byte) (text string, end int) {
	var b strings.Builder
	for i := start + 1; i < len(sql); i++ {
		if sql[i] != mark {
			b.WriteByte(sql[i])
			continue
		}
		if i+1 == len(sql) || sql[i+1] != mark {
			return b.String(), i + 1
		}
		b.WriteByte(mark)
		i++
	}
	return b.String(), len(sql)
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// mentions tells whether the definition of an index or constraint names a column:
// after its first parenthesis, before which its own name and the table's stand.
func mentions(definition, column string) bool {
	inside, found := false, false
	sqlTokens(definition, func(token string, quoted bool) bool {
		switch {
		case token == "(" && !quoted:
			inside = true
		case inside && strings.EqualFold(token, column):
			found = true
		}
		return !found
	})
	return found
}

// createdName returns the name that a statement CREATE INDEX gives: what stands
// before ON.
func createdName(statement string) string {
	last, name := "", ""
	sqlTokens(statement, func(token string, quoted bool) bool {
		if !quoted && strings.EqualFold(token, "ON") {
			name = last
			return false
		}
		last = token
		return true
	})
	return name
}
