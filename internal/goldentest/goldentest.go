// Package goldentest compares text that we produce with files in testdata, and rewrites them:
//
//	goldentest.Equal(t, "help.txt", got)      // go test ./cli -update
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update is a flag of every test binary that imports the package.
var update = flag.Bool("update", false, "rewrite the golden files")

// Equal compares got with the file of a name in the testdata of the package that is tested, or
// writes it there when the tests run with -update.
func Equal(t testing.TB, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
