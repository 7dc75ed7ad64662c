package realdjango

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/nuages-web/nuages/internal/pyvalue"
)

// FolderEnv names the environment variable that holds the folder of conformance
// cases, or several with the list separator of the system between them. Without
// it the folder is ../shared/conformance beside the module's root.
const FolderEnv = "NUAGES_CONFORMANCE"

// Case is one recorded answer of Django: what Func of Group gave for Args and
// Kwargs.
type Case struct {
	Name  string `json:"name"` // unique in its file
	Group string `json:"group"`
	Func  string `json:"func"`

	// Args and Kwargs may hold tagged values; see Decode.
	Args   []json.RawMessage          `json:"args"`
	Kwargs map[string]json.RawMessage `json:"kwargs"`

	// Env holds what was in force: settings, locale, time zone.
	Env map[string]json.RawMessage `json:"env"`

	// Expected is the answer; nil where Error is the answer. An answer of
	// None is the four bytes null.
	Expected json.RawMessage `json:"expected"`

	// Error is the exception that was raised, or nil.
	Error *CaseError `json:"-"`

	// Safe is true when the answer was marked as safe HTML, false when it was
	// not, nil when that was not recorded.
	Safe *bool `json:"safe"`
}

// CaseError is the exception that a case recorded.
type CaseError struct {
	Class    string   // the Python class, such as "ValidationError"
	Messages []string // of a ValidationError, else empty
	Codes    []string // of a ValidationError, else empty
}

// Folders returns the folders of conformance cases. Without any the test is
// skipped or fails as Missing says.
func Folders(t testing.TB) []string {
	t.Helper()
	if list := os.Getenv(FolderEnv); list != "" {
		return filepath.SplitList(list)
	}
	// This file is two folders below the module's root.
	_, here, _, ok := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "conformance")
	if !ok || !filepath.IsAbs(here) {
		folder = filepath.Join(moduleRoot(), "..", "shared", "conformance")
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		// Nothing can install them: a clone without the cases skips, whatever RequireEnv says.
		t.Skip("the conformance cases are not here: no folder ../shared/conformance beside the module, and " + FolderEnv + " is not set")
	}
	return []string{folder}
}

// moduleRoot serves builds with -trimpath, in which runtime.Caller knows no
// real path: a test runs in its package's folder, below go.mod.
func moduleRoot() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// Conformance returns the folder of conformance cases, the first where there
// are several. To read cases use Cases or Lines, which read all folders.
func Conformance(t testing.TB) string {
	t.Helper()
	return Folders(t)[0]
}

// Lines returns the lines of the file of that name, such as "templates.jsonl",
// from every folder, one JSON object each. A folder without the file is passed
// over; it is an error when no folder has it.
func Lines(t testing.TB, file string) [][]byte {
	t.Helper()
	var lines [][]byte
	found := false
	for _, folder := range Folders(t) {
		data, err := os.ReadFile(filepath.Join(folder, file))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatalf("read conformance cases: %v", err)
		}
		found = true
		for line := range bytes.Lines(data) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				lines = append(lines, line)
			}
		}
	}
	if !found {
		t.Fatalf("read conformance cases: no %s in %q", file, Folders(t))
	}
	return lines
}

// Cases returns the cases of group from misc.jsonl and calls.jsonl of every
// folder, in the order of the files.
func Cases(t testing.TB, group string) []Case {
	t.Helper()
	mark := fmt.Appendf(nil, "%q", group)
	var cases []Case
	for _, file := range []string{"misc.jsonl", "calls.jsonl"} {
		for _, line := range Lines(t, file) {
			// Most lines are of other groups: decoding those would be most of
			// the work.
			if !bytes.Contains(line, mark) {
				continue
			}
			c, err := parseCase(line)
			if err != nil {
				t.Fatalf("read conformance case in %s: %v\n%s", file, err, line)
			}
			if c.Group == group {
				cases = append(cases, c)
			}
		}
	}
	return cases
}

// parseCase reads both forms of an error: an object in misc.jsonl, the class
// with messages and codes beside it in calls.jsonl.
func parseCase(line []byte) (Case, error) {
	var c struct {
		Case
		Error    json.RawMessage `json:"error"`
		Messages []string        `json:"messages"`
		Codes    []string        `json:"codes"`
	}
	if err := json.Unmarshal(line, &c); err != nil {
		return Case{}, err
	}
	if len(c.Error) == 0 || string(c.Error) == "null" {
		return c.Case, nil
	}
	found := &CaseError{Messages: c.Messages, Codes: c.Codes}
	if json.Unmarshal(c.Error, &found.Class) != nil {
		var object struct {
			Class    string   `json:"class"`
			Code     string   `json:"code"`
			Messages []string `json:"messages"`
		}
		if err := json.Unmarshal(c.Error, &object); err != nil {
			return Case{}, err
		}
		found.Class, found.Messages = object.Class, object.Messages
		if object.Code != "" {
			found.Codes = []string{object.Code}
		}
	}
	c.Case.Error = found
	return c.Case, nil
}

// Report prints the line that programs read,
// "conformance <group>: N of M equal, K excluded by name, 0 different", and
// fails the test when different is not 0.
func Report(t testing.TB, group string, equal, excluded, different int) {
	t.Helper()
	line := fmt.Sprintf("conformance %s: %d of %d equal, %d excluded by name, %d different",
		group, equal, equal+excluded+different, excluded, different)
	fmt.Println(line)
	if different != 0 {
		t.Error(line)
	}
}

// MustDecode is pyvalue.Decode, which fails the test on an error.
func MustDecode(t testing.TB, raw json.RawMessage) any {
	t.Helper()
	v, err := pyvalue.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
