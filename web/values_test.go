package web_test

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// Steps return new values and leave the old ones alone, with few names and with many.
func TestValuesSteps(t *testing.T) {
	t.Parallel()
	for _, extra := range []int{0, 20} {
		v := web.ValuesOf("a", "1", "b", "2", "a", "3")
		for i := range extra {
			v = v.With("x"+strconv.Itoa(i), "y")
		}
		before := v.String()
		for name, test := range map[string]struct {
			got   web.Values
			a     []string
			has   bool
			names int
		}{
			"same":          {v, []string{"1", "3"}, true, 2},
			"with":          {v.With("a", "9"), []string{"9"}, true, 2},
			"with several":  {v.With("a", "8", "9"), []string{"8", "9"}, true, 2},
			"with none":     {v.With("a"), []string{}, true, 2},
			"with new":      {v.With("c", "9"), []string{"1", "3"}, true, 3},
			"added":         {v.WithAdded("a", "4", "5"), []string{"1", "3", "4", "5"}, true, 2},
			"added new":     {v.WithAdded("c", "4"), []string{"1", "3"}, true, 3},
			"without":       {v.Without("a", "none"), nil, false, 1},
			"without other": {v.Without("b"), []string{"1", "3"}, true, 1},
		} {
			if got := test.got.List("a"); len(got) != len(test.a) || len(got) > 0 && !reflect.DeepEqual(got, test.a) {
				t.Errorf("%s: got %q, want %q", name, got, test.a)
			}
			if test.got.Has("a") != test.has || test.got.Len() != test.names+extra || len(test.got.Names()) != test.got.Len() {
				t.Errorf("%s: has %v, %d names", name, test.got.Has("a"), test.got.Len())
			}
			last := ""
			if len(test.a) > 0 {
				last = test.a[len(test.a)-1]
			}
			if s, ok := test.got.Lookup("a"); s != last || ok != (len(test.a) > 0) {
				t.Errorf("%s: lookup %q %v, want %q", name, s, ok, last)
			}
		}
		v.List("a")[0] = "changed"
		if v.String() != before {
			t.Errorf("changed from %s to %s", before, v)
		}
	}
}

func TestValuesEncode(t *testing.T) {
	t.Parallel()
	v := web.ValuesOf("q", "a b/ü~", "", "x")
	if got := fmt.Sprint(v.Encode(""), " ", v.Encode("/")); got != "q=a+b%2F%C3%BC~&=x q=a+b/%C3%BC~&=x" {
		t.Errorf("got %s", got)
	}
}
