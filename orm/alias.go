package orm

import (
	"fmt"
	"unicode"
)

// maxAlias is how many characters a name of an annotation may have: PostgreSQL
// cuts names after 63 bytes, so that two could become one.
const maxAlias = 63

// checkAlias refuses names of annotations that are more than letters, digits and
// underscores, since they may come from outside. Django forbids quotation marks,
// white space, semicolons, comments, brackets, dots and control characters one
// by one (FORBIDDEN_ALIAS_PATTERN; CVE-2022-28346, CVE-2025-57833,
// CVE-2025-59681, CVE-2025-13372).
func checkAlias(name string) error {
	if name == "" || len(name) > maxAlias {
		return fmt.Errorf("orm: the name of an annotation has 1 to %d bytes, and %.80q has %d", maxAlias, name, len(name))
	}
	for i, r := range name {
		if r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r) {
			continue
		}
		return fmt.Errorf("orm: the name of an annotation has letters, digits and underscores only, not %q", name)
	}
	return nil
}
