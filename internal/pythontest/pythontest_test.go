package pythontest_test

import (
	"flag"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/pythontest"
)

// TestMain has more tests run at once than there are processors: most of them wait for others.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", "4")
	}
	os.Exit(m.Run())
}

// withoutStarts returns the deviations of a server with NoStarts.
func withoutStarts(deviations map[string]string) map[string]string {
	maps.DeleteFunc(deviations, func(name, _ string) bool {
		return strings.HasPrefix(name, "start/") || strings.HasPrefix(name, "lifespan/") && name != "lifespan/state"
	})
	return deviations
}

// TestUvicorn runs the suite on real Uvicorn: what it does otherwise is listed with the reason.
func TestUvicorn(t *testing.T) {
	t.Parallel()
	pythontest.NeedUvicorn(t)
	for _, c := range []struct {
		name       string
		start      pythontest.Start
		deviations map[string]string
		noStarts   bool // what the protocols have no part in
	}{
		{"httptools and websockets", pythontest.UvicornFast, uvicornFastDeviations, false},
		{"h11 and wsproto", pythontest.UvicornPure, uvicornPureDeviations, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deviations := maps.Clone(uvicornDeviations)
			maps.Copy(deviations, c.deviations)
			if c.noStarts {
				deviations = withoutStarts(deviations)
			}
			pythontest.Run(t, &pythontest.Server{Start: c.start, Lifespan: true, NoStarts: c.noStarts, Deviations: deviations})
		})
	}
}

// TestDaphne runs it on real Daphne.
func TestDaphne(t *testing.T) {
	t.Parallel()
	pythontest.NeedDaphne(t)
	pythontest.Run(t, &pythontest.Server{Start: pythontest.Daphne, Deviations: daphneDeviations, Unreliable: daphneUnreliable})
}
