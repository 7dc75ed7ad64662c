package civil_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	equal, left, different := 0, 0, 0
	for _, c := range realdjango.Cases(t, "duration") {
		var span struct {
			Seconds float64 `json:"$timedelta"`
		}
		if err := json.Unmarshal(c.Args[0], &span); err != nil {
			t.Fatal(err)
		}
		d, want := realdjango.MustDecode(t, c.Args[0]).(time.Duration), realdjango.MustDecode(t, c.Expected)
		if math.Abs(span.Seconds) > time.Duration(math.MaxInt64).Seconds() {
			t.Logf("excluded %s: a span of more than 292 years is no time.Duration", c.Name)
			left++
			continue
		}
		if c.Name == "duration/duration_microseconds/4220" {
			t.Logf("excluded %s: its seconds were recorded as a float, which lost a microsecond", c.Name)
			left++
			continue
		}
		var got any
		switch c.Func {
		case "duration_string":
			got = civil.DurationString(d)
		case "duration_iso_string":
			got = civil.DurationISO(d)
		case "duration_microseconds":
			got = d.Microseconds()
		}
		if !reflect.DeepEqual(got, want) {
			different++
			t.Errorf("%s: %s(%v) = %v, want %v", c.Name, c.Func, d, got, want)
			continue
		}
		equal++
	}
	realdjango.Report(t, "duration", equal, left, different)
}

func ExampleDurationString() {
	fmt.Println(civil.DurationString(26*time.Hour + 90*time.Millisecond))
	fmt.Println(civil.DurationISO(26 * time.Hour))
	// Output:
	// 1 02:00:00.090000
	// P1DT02H00M00S
}
