package mysql

import (
	"strings"
	"testing"
)

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"SELECT ?, ?":                     "SELECT ^, ^",
		"'?' \"?\" `?` ?":                 "'?' \"?\" `?` ^",
		`'it''s ?' 'a\'?' "\"?" ?`:        `'it''s ?' 'a\'?' "\"?" ^`,
		"`a\\`, ?":                        "`a\\`, ^",
		"# ?\n ? -- ?\n ? /* ? */ ? --?":  "# ?\n ^ -- ?\n ^ /* ? */ ^ --^",
		"? --\t?\n?":                      "^ --\t?\n^",
		"1-?/?*?":                         "1-^/^*^",
		"'open ?":                         "'open ?",
		"/* open ?":                       "/* open ?",
		"ends with a backslash '\\":       "ends with a backslash '\\",
		"SELECT /*!50000 ? */ ?, '\\\\'?": "SELECT /*!50000 ? */ ^, '\\\\'^",
	} {
		got := []byte(query)
		for i := placeholder(query, 0); i >= 0; i = placeholder(query, i+1) {
			got[i] = '^'
		}
		if string(got) != want {
			t.Errorf("placeholders of %q: got %q, want %q", query, got, want)
		}
	}
}

// FuzzAddCasts puts a cast around every placeholder that is found: without them
// the statement is what it was.
func FuzzAddCasts(f *testing.F) {
	f.Add("INSERT INTO `t?` VALUES (?, '?', ?) -- ?", 2)
	f.Add("'\\", 1)
	f.Add("/*?*/ # ?\n?", 3)
	f.Fuzz(func(t *testing.T, query string, n int) {
		if strings.Contains(query, "CAST(") {
			return
		}
		casts := make([]cast, max(0, min(n, 20)))
		for i := range casts {
			casts[i] = cast{arg: i, scale: i}
		}
		got := addCasts(query, casts)
		for _, c := range casts {
			open := addCasts("?", []cast{{0, c.scale}})
			got = strings.Replace(got, open, "?", 1)
		}
		if got != query {
			t.Errorf("casts changed %q to %q", query, got)
		}
	})
}
