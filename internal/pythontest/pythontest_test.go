package pythontest_test

import (
	"maps"
	"testing"

	"github.com/nuages-web/nuages/internal/pythontest"
)

// TestUvicorn runs the suite on real Uvicorn: what it does otherwise is listed with the reason.
func TestUvicorn(t *testing.T) {
	t.Parallel()
	pythontest.NeedUvicorn(t)
	for _, c := range []struct {
		name       string
		start      pythontest.Start
		deviations map[string]string
	}{
		{"httptools and websockets", pythontest.UvicornFast, uvicornFastDeviations},
		{"h11 and wsproto", pythontest.UvicornPure, uvicornPureDeviations},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deviations := maps.Clone(uvicornDeviations)
			maps.Copy(deviations, c.deviations)
			pythontest.Run(t, &pythontest.Server{Start: c.start, Lifespan: true, Deviations: deviations})
		})
	}
}

// TestDaphne runs it on real Daphne.
func TestDaphne(t *testing.T) {
	t.Parallel()
	pythontest.NeedDaphne(t)
	pythontest.Run(t, &pythontest.Server{Start: pythontest.Daphne, Deviations: daphneDeviations, Unreliable: daphneUnreliable})
}
