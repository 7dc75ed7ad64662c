package template

import (
	"os"
	"strings"
	"testing"
)

// TestPageNamesAll looks for every tag and filter in the reference of the language. It is inside of
// the package since the list of the built-in ones is.
func TestPageNamesAll(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/template-language.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	libraries := builtinLibraries()
	for _, name := range sortedNames(standardLibraries()) {
		libraries = append(libraries, standardLibraries()[name])
		if !strings.Contains(page, "\n### "+name+"\n") {
			t.Errorf("the page has no library %s", name)
		}
	}
	for _, l := range libraries {
		for _, name := range sortedNames(l.Filters) {
			if !strings.Contains(page, "`"+name+"`") || !strings.Contains(page, "|"+name) {
				t.Errorf("the page has no filter %s, or no example of it", name)
			}
		}
		for _, name := range sortedNames(l.Tags) {
			if !strings.Contains(page, "`"+name+"`") {
				t.Errorf("the page has no tag %s", name)
			}
		}
	}
}
