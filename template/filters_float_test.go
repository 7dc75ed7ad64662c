package template_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/template"
)

// Most floats are rounded without their digits being found; the answers are those of the digits, also
// next to the middle between two steps.
func TestFloatFormatRoundsTheDigits(t *testing.T) {
	t.Parallel()
	e, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for places := range 8 {
		page, err := e.Parse("", "{{ v|floatformat:"+strconv.Itoa(places)+" }}")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5000 {
			text := strconv.FormatFloat(random.NormFloat64()*[]float64{1, 1e3, 1e6, 1e12}[i%4], 'f', random.IntN(9), 64)
			if i%2 == 0 {
				text += "5"
			}
			f, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			got, err := page.RenderString(t.Context(), map[string]any{"v": f})
			if err != nil {
				t.Fatal(err)
			}
			var d pyfmt.Decimal
			d.SetFloat(f)
			want := string(d.AppendFixed(nil, places))
			if places == 0 && d.Integer() {
				want = string(d.AppendInteger(nil))
			}
			if got != want {
				t.Errorf("%v with %d places: %s, want %s", f, places, got, want)
			}
		}
	}
}
