package signing_test

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/signing"
)

type temperature struct {
	Place   string  `json:"place"`
	Celsius float64 `json:"celsius"`
	Hidden  string  `json:"-"`
}

type shout string

func (s *shout) MarshalJSON() ([]byte, error) { return json.Marshal(strings.ToUpper(string(*s))) }

func TestJSON(t *testing.T) {
	t.Parallel()
	shouted := shout("é!")
	for _, test := range []struct {
		name string
		v    any
		want string
	}{
		{"struct", temperature{"Köln <Süd>", 21.5, "x"}, `{"place":"K\u00f6ln <S\u00fcd>","celsius":21.5}`},
		{"list of structs", []temperature{{"a", 1e-7, ""}}, `[{"place":"a","celsius":1e-07}]`},
		{"pointer", &[]float64{1}, `[1.0]`},
		{"nil", []any{nil, []int(nil), map[string]int(nil), (*int)(nil)}, `[null,null,null,null]`},
		{"bytes", []byte("abc"), `"YWJj"`},
		{"array of bytes", [2]byte{1, 2}, `[1,2]`},
		{"raw", json.RawMessage(`{"b": 1.0, "a": "é\n", "c": 1e5, "d": "\"1.0"}`), `{"b":1.0,"a":"\u00e9\n","c":100000.0,"d":"\"1.0"}`},
		{"number", json.Number("12345678901234567890123"), `12345678901234567890123`},
		{"marshaler by pointer", []shout{"a", "ü"}, `["A","\u00dc"]`},
		{"marshaler", &shouted, `"\u00c9!"`},
		{"time", time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC), `"2024-02-29T01:02:03Z"`},
		{"maps", map[string]any{"b": float32(0.1), "a": map[int]string{2: "x", 1: "y"}}, `{"a":{"1":"y","2":"x"},"b":0.1}`},
		{"integers", []any{int8(-1), uint64(math.MaxUint64)}, `[-1,18446744073709551615]`},
		{"no UTF-8", "a\xffb", `"a\ufffdb"`},
		{"beyond the plane", "😀", `"\ud83d\ude00"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			signed := must(must(signing.New("key", nil)).SignObject(test.v))
			payload, _, _ := strings.Cut(signed, ":")
			if got := string(must(base64.RawURLEncoding.DecodeString(payload))); got != test.want {
				t.Errorf("JSON of %#v\n got %s\nwant %s", test.v, got, test.want)
			}
		})
	}
	endless := map[string]any{}
	endless["self"] = endless
	for name, v := range map[string]any{"NaN": math.NaN(), "infinity": math.Inf(1), "channel": make(chan int), "cycle": endless} {
		if signed, err := must(signing.New("key", nil)).SignObject(v); err == nil {
			t.Errorf("%s: SignObject gave %q, want an error", name, signed)
		}
	}
}
