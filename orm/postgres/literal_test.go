package postgres

import (
	"reflect"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

func TestArrayLiterals(t *testing.T) {
	t.Parallel()
	var texts Array[string]
	if err := texts.UnmarshalText([]byte(`[0:1]={a,"b,\"\\"}`)); err != nil || !reflect.DeepEqual(texts, Array[string]{"a", `b,"\`}) {
		t.Errorf("bounds: %q, %v", texts, err)
	}
	type status string
	var named Array[orm.Null[status]]
	if err := named.UnmarshalText([]byte(`{NULL,"NULL",x}`)); err != nil || !reflect.DeepEqual(named, Array[orm.Null[status]]{{}, orm.Some(status("NULL")), orm.Some(status("x"))}) {
		t.Errorf("named: %v, %v", named, err)
	}
	if text, err := named.MarshalText(); err != nil || string(text) != `{NULL,"NULL","x"}` {
		t.Errorf("named: %s, %v", text, err)
	}
	for _, bad := range []string{"", "{", "}", "{a", "{a,}", "{,a}", "{}}", `{"a}`, `{"a"b}`, "{a}b", "[0:1]", "{{a}}", "{NULL}", "{{{{{{{a}}}}}}}", `{\`, `{"\`} {
		if err := texts.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s: %q, want an error", bad, texts)
		}
	}
	var numbers Array[int16]
	for _, bad := range []string{"{x}", "{70000}", "{1.5}"} {
		if err := numbers.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s: %v, want an error", bad, numbers)
		}
	}
	var matrix Array[Array[int64]]
	if err := matrix.UnmarshalText([]byte("{1,2}")); err == nil {
		t.Errorf("one dimension in two: %v", matrix)
	}
}

func TestRangeLiterals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Range[int64]{
		"[1,5)": NewRange[int64](1, 5), "(,)": {Bounds: NoBounds}, "[1,5]": {Lower: orm.Some[int64](1), Upper: orm.Some[int64](5), Bounds: BothBounds},
		"(,5]": {Upper: orm.Some[int64](5), Bounds: UpperBound}, "empty": {Empty: true}, `["1","5")`: NewRange[int64](1, 5),
	} {
		var got Range[int64]
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "[", "[1", "[1,2", "1,2)", "[1;2)", "[1,2)x", "[1,2,3)", "[x,2)", `["1,2)`, "[1)", ")1,2(", "Empty"} {
		var got Range[int64]
		if err := got.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s: %v, want an error", bad, got)
		}
	}
	if _, err := NewRange(civil.Date{}, civil.Date{}).MarshalText(); err == nil {
		t.Error("a range of no days")
	}
	if s := NewRange[int64](1, 2).String(); s != "[1,2)" {
		t.Error(s)
	}
}

func TestHStoreLiterals(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"a", `"a"`, `"a"=>`, `"a"=>x`, `"a"=>"1",`, `"a"=>"1", `, `"a"=>"1" "b"=>"2"`, `"a"=>"`, `"a"=>NULLx`, `a=>"b"`} {
		var h HStore
		if err := h.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s: %v, want an error", bad, h)
		}
	}
	if _, err := (HStore{"\x00": {}}).MarshalText(); err == nil {
		t.Error("a NUL in a key")
	}
}

// FuzzLiterals: no text of a server makes a parser fail, and what was read is
// written and read again.
func FuzzLiterals(f *testing.F) {
	for _, s := range []string{`{1,NULL,"a\"b"}`, `{{1,2},{3,4}}`, `[1:2]={a,b}`, `["a","b")`, "empty", `"a"=>"1", "b"=>NULL`, `{"a""b"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		again(t, s, &Array[orm.Null[string]]{}, &Array[orm.Null[string]]{})
		again(t, s, &Array[Array[int64]]{}, &Array[Array[int64]]{})
		again(t, s, &Range[string]{}, &Range[string]{})
		again(t, s, &HStore{}, &HStore{})
	})
}

type textual interface {
	UnmarshalText([]byte) error
	MarshalText() ([]byte, error)
}

func again(t *testing.T, s string, first, second textual) {
	t.Helper()
	if first.UnmarshalText([]byte(s)) != nil {
		return
	}
	text, err := first.MarshalText()
	if err != nil {
		return // not UTF-8, which a server does not send
	}
	if err := second.UnmarshalText(text); err != nil || !reflect.DeepEqual(first, second) {
		t.Errorf("%q was read as %v, written as %q, read as %v, %v", s, first, text, second, err)
	}
}
