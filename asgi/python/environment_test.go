package python_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi/python"
)

// TestProcess: what the host does for the speed of its workers changes nothing that the application and its
// children see of their environment.
func TestProcess(t *testing.T) {
	t.Parallel()
	type process struct {
		Frozen bool              // what was imported is left out of garbage collections
		Malloc map[string]string // variables of the C library's allocator
		Child  []string
	}
	for _, tt := range []struct {
		name string
		app  string
		env  []string
		want process
	}{
		{"ASGI", "process:asgi", nil, process{true, map[string]string{}, []string{}}},
		{"WSGI", "process:wsgi", nil, process{true, map[string]string{}, []string{}}},
		{
			"a variable of the user's own", "process:asgi", []string{"MALLOC_TRIM_THRESHOLD_=4096"},
			process{true, map[string]string{"MALLOC_TRIM_THRESHOLD_": "4096"}, []string{"MALLOC_TRIM_THRESHOLD_"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := get(t, serve(t, start(t, tt.app, python.Options{Env: tt.env})))
			var got process
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%d %q: %v", status, body, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
