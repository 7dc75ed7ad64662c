package pyvalue_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/pyvalue"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	big1, _ := new(big.Int).SetString("86399999999999999999", 10)
	for _, test := range []struct {
		name, raw string
		want      any
	}{
		{"null", `null`, nil},
		{"integer", `3`, int64(3)},
		{"big integer", `86399999999999999999`, big1},
		{"float", `3.0`, 3.0},
		{"tuple", `{"$tuple":[1,{"$safe":"<b>"}]}`, pyvalue.Tuple{int64(1), pyvalue.Safe("<b>")}},
		{"bytes", `{"$bytes":"Zm9v"}`, []byte("foo")},
		{"timedelta", `{"$timedelta":-1.5}`, -1500 * time.Millisecond},
		{"infinity", `{"$float":"-inf"}`, math.Inf(-1)},
		{"int", `{"$int":"86399999999999999999"}`, big1},
		{"range", `{"$range":[1,5,2]}`, pyvalue.Range{Start: 1, Stop: 5, Step: 2}},
		{"dict", `{"$dict":[[1,"a"]]}`, pyvalue.Dict{{Key: int64(1), Value: "a"}}},
		{"plain dict", `{"a":{"$lazy":"x"}}`, map[string]any{"a": pyvalue.Lazy("x")}},
		{"object", `{"$obj":"Signer","args":["k"],"kwargs":{"sep":"/"}}`,
			pyvalue.Object{Class: "Signer", Args: []any{"k"}, Kwargs: map[string]any{"sep": "/"}}},
		{"datetime", `{"$datetime":"2024-02-01T12:00:00+01:00","zone":"Europe/Berlin"}`,
			pyvalue.Datetime{ISO: "2024-02-01T12:00:00+01:00", Zone: "Europe/Berlin"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, json.RawMessage(test.raw))
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Decode(%s) = %#v, want %#v", test.raw, got, test.want)
			}
		})
	}
	if _, err := pyvalue.Decode(json.RawMessage(`{"$nonesuch":1}`)); err == nil || !strings.Contains(err.Error(), "$nonesuch") {
		t.Errorf("Decode of an unknown tag: error %v does not name it", err)
	}
}

func TestDecodeOrdered(t *testing.T) {
	t.Parallel()
	const raw = `{"b": 1, "a": [{"d": {"$tuple": [{"z": 0, "y": {"$safe": "&"}}]}}, {"$timedelta": 60}, {"$dict": [[2, {"$timedelta": 0.5}]]}]}`
	want := pyvalue.Dict{
		{Key: "b", Value: int64(1)},
		{Key: "a", Value: []any{
			pyvalue.Dict{{Key: "d", Value: pyvalue.Tuple{pyvalue.Dict{{Key: "z", Value: int64(0)}, {Key: "y", Value: pyvalue.Safe("&")}}}}},
			time.Minute,
			pyvalue.Dict{{Key: int64(2), Value: 500 * time.Millisecond}},
		}},
	}
	got, err := pyvalue.DecodeOrdered(json.RawMessage(raw))
	if err != nil || !reflect.DeepEqual(got, any(want)) {
		t.Errorf("DecodeOrdered(%s) = %#v, %v, want %#v", raw, got, err, want)
	}
	for _, bad := range []string{``, `{`, `[1`, `{"a"`, `{"a":`, `{"$safe":1}`, `{"$obj":"x","args":[]}`} {
		if got, err := pyvalue.DecodeOrdered(json.RawMessage(bad)); err == nil {
			t.Errorf("DecodeOrdered(%s) = %#v, want an error", bad, got)
		}
	}
}

func TestDatetimeTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   pyvalue.Datetime
		want string
	}{
		{pyvalue.Datetime{ISO: "2024-02-01T12:00:00.5"}, "2024-02-01 12:00:00.5 +0000 UTC"},
		{pyvalue.Datetime{ISO: "2024-07-01T12:00:00+02:00", Zone: "Europe/Berlin"}, "2024-07-01 12:00:00 +0200 CEST"},
		{pyvalue.Datetime{ISO: "2024-07-01T12:00:00-02:00", Zone: "-0200"}, "2024-07-01 12:00:00 -0200 -0200"},
	} {
		got, err := test.in.Time()
		if err != nil || got.String() != test.want {
			t.Errorf("%+v.Time() = %v, %v, want %s", test.in, got, err, test.want)
		}
	}
}

func ExampleDecode() {
	v, err := pyvalue.Decode(json.RawMessage(`{"$tuple": ["a", 2, {"$timedelta": 60.0}]}`))
	fmt.Println(v, err)
	// Output: [a 2 1m0s] <nil>
}

func decode(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	v, err := pyvalue.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
