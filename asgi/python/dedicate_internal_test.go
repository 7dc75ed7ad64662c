package python

import "testing"

func TestProcessors(t *testing.T) {
	for _, tt := range []struct{ n, workers, want int }{
		{1, 1, 1}, {2, 1, 1}, {2, 0, 1}, {2, 8, 1}, {4, 1, 3}, {4, 3, 2}, {8, -1, 4}, {8, 2, 6}, {8, 8, 4}, {9, 8, 4},
	} {
		if got := processors(tt.n, tt.workers); got != tt.want {
			t.Errorf("beside %d workers on %d processors: %d, want %d", tt.workers, tt.n, got, tt.want)
		}
	}
}
