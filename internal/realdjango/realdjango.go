// Package realdjango lets tests ask real Django: the one of the
// distribution (Debian's python3-django), and its recorded answers, the
// conformance cases.
//
// Where either is missing a test is skipped with a text that says what is
// missing; where the environment variable NUAGES_REQUIRE is not empty, as under
// "make test", it fails instead.
//
//	out := realdjango.Run(t, `
//	from django.utils.text import slugify
//	import sys; sys.stdout.write(slugify(sys.stdin.read()))
//	`, []byte("Hello World"))
//
//	for _, c := range realdjango.Cases(t, "slugify") {
//		…
//	}
//	realdjango.Report(t, "slugify", equal, excluded, different)
package realdjango

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// RequireEnv names the environment variable that, when it is not empty, turns a
// skip for something missing into a failure.
const RequireEnv = "NUAGES_REQUIRE"

// Python is the interpreter that the distribution's Django is installed for. A
// python3 found earlier on the PATH usually has no Django.
const Python = "/usr/bin/python3"

// runTimeout bounds one run of a script; importing Django takes about half a
// second on a slow machine.
const runTimeout = 2 * time.Minute

// Missing skips the test for want of what, or fails it where RequireEnv is set.
// It does not return.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv(RequireEnv) != "" {
		t.Fatalf("%s is set, and this test needs what is missing: %s", RequireEnv, what)
	}
	t.Skipf("skipped for want of: %s", what)
}

// Run runs script with Django's Python, stdin as its standard input, and
// returns its standard output. The script finds an importable, unconfigured
// Django: it calls settings.configure itself or begins with Configure. A script that
// ends with an error fails the test and shows what it wrote to standard error.
// Without Django the test is skipped or fails as Missing says.
func Run(t testing.TB, script string, stdin []byte) []byte {
	t.Helper()
	Version(t)
	out, stderr, err := python(script, stdin)
	if err != nil {
		t.Fatalf("run Django script: %v\n%s", err, stderr)
	}
	return out
}

// Configure is the opening of a script that needs settings and nothing more:
// put it in front of the script. The settings have a secret key
// ("secret-key-of-a-test"), UTC with time zones on, and no database.
const Configure = `
import django
from django.conf import settings
settings.configure(SECRET_KEY="secret-key-of-a-test", USE_TZ=True, TIME_ZONE="UTC")
django.setup()
`

// Version returns the version of the installed Django, such as "3.2.25".
// Without Django the test is skipped or fails as Missing says.
func Version(t testing.TB) string {
	t.Helper()
	version := installed()
	if version == "" {
		Missing(t, "Django for "+Python+" (Debian package python3-django)")
	}
	return version
}

// installed is asked once for a test binary: starting Python for each test
// would cost more than the tests.
var installed = sync.OnceValue(func() string {
	out, _, err := python("import django, sys; sys.stdout.write(django.get_version())", nil)
	if err != nil {
		return ""
	}
	return string(out)
})

func python(script string, stdin []byte) (out, stderr []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), runTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, Python, "-c", script)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(stdin)
	var stdoutBuf, stderrBuf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdoutBuf, &stderrBuf
	err = cmd.Run()
	return stdoutBuf.Bytes(), stderrBuf.Bytes(), err
}
