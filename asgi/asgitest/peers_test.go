package asgitest_test

import (
	"maps"
	"testing"

	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/internal/pythontest"
)

// TestUvicorn runs the suite on real Uvicorn: what it does otherwise is listed
// with the reason.
func TestUvicorn(t *testing.T) {
	t.Parallel()
	pythontest.NeedUvicorn(t)
	for _, c := range []struct {
		name       string
		start      pythontest.Start
		deviations map[string]string
	}{
		{"httptools and websockets", pythontest.UvicornFast, websocketsDeviations},
		{"h11 and wsproto", pythontest.UvicornPure, wsprotoDeviations},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deviations := maps.Clone(uvicornDeviations)
			maps.Copy(deviations, c.deviations)
			asgitest.RunServer(t, &asgitest.Server{
				Start:      pythontest.Bridge(c.start),
				WebSocket:  true,
				Lifespan:   true,
				Deviations: deviations,
				Unreliable: uvicornUnreliable,
			})
		})
	}
}

// TestDaphne runs the suite on real Daphne.
func TestDaphne(t *testing.T) {
	t.Parallel()
	pythontest.NeedDaphne(t)
	asgitest.RunServer(t, &asgitest.Server{
		Start:      pythontest.Bridge(pythontest.Daphne),
		WebSocket:  true,
		Deviations: daphneDeviations,
		Unreliable: daphneUnreliable,
	})
}
