package guide_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`([a-z]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// TestSecurityNamesTests fails when docs/security.md names a test that is not there.
func TestSecurityNamesTests(t *testing.T) {
	t.Parallel()
	const module = "../../.."
	page, err := os.ReadFile(filepath.Join(module, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := testName.FindAllStringSubmatch(string(page), -1)
	if len(found) < 40 {
		t.Errorf("the page names %d tests, want 40 and more", len(found))
	}
	for _, name := range found {
		dir := name[1]
		if dir == "nuages" {
			dir = "."
		}
		var files []string
		for _, parent := range []string{"", "*"} { // server/certs is called certs
			some, err := filepath.Glob(filepath.Join(module, parent, dir, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, some...)
		}
		if !declaresTest(t, files, name[2]) {
			t.Errorf("there is no test %s in package %s", name[2], name[1])
		}
	}
}

func declaresTest(t *testing.T, files []string, name string) bool {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
