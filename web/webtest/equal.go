package webtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// AssertHTMLEqual fails the test unless two HTML texts mean the same: white space around tags, the
// order of attributes and of classes, and the way that boolean attributes and void elements are
// written don't count (Django's assertHTMLEqual). Text that isn't balanced HTML fails, too.
func AssertHTMLEqual(t testing.TB, got, want string) {
	t.Helper()
	g, w, err := parseBoth(got, want)
	if err != nil {
		t.Errorf("AssertHTMLEqual: %v", err)
	} else if !g.equal(w) {
		t.Errorf("the HTML differs:\n%s", firstDifference(g.lines("", nil), w.lines("", nil)))
	}
}

// AssertHTMLNotEqual fails the test if two HTML texts mean the same.
func AssertHTMLNotEqual(t testing.TB, got, other string) {
	t.Helper()
	g, o, err := parseBoth(got, other)
	if err != nil {
		t.Errorf("AssertHTMLNotEqual: %v", err)
	} else if g.equal(o) {
		t.Errorf("the HTML is the same:\n%s", shorten(strings.Join(g.lines("", nil), "\n"), 1000))
	}
}

func parseBoth(got, want string) (g, w *htmlNode, err error) {
	if g, err = parseHTML(got); err != nil {
		return nil, nil, fmt.Errorf("the first text is not valid HTML: %w\n%s", err, shorten(got, 1000))
	}
	if w, err = parseHTML(want); err != nil {
		return nil, nil, fmt.Errorf("the second text is not valid HTML: %w\n%s", err, shorten(want, 1000))
	}
	return g, w, nil
}

// AssertInHTML fails the test unless a fragment of HTML is in a text; with count, unless it is there
// so many times. It is compared as by [AssertHTMLEqual].
func AssertInHTML(t testing.TB, fragment, text string, count ...int) {
	t.Helper()
	n, h, err := parseBoth(fragment, text)
	if err != nil {
		t.Errorf("AssertInHTML: %v", err)
		return
	}
	found := h.count(n)
	switch {
	case len(count) > 0 && found != count[0]:
		t.Errorf("the HTML holds the fragment %d times, want %d\nfragment: %s\nHTML:\n%s", found, count[0], fragment, shorten(strings.Join(h.lines("  ", nil), "\n"), 2000))
	case len(count) == 0 && found == 0:
		t.Errorf("the HTML does not hold the fragment\nfragment: %s\nHTML:\n%s", fragment, shorten(strings.Join(h.lines("  ", nil), "\n"), 2000))
	}
}

// AssertNotInHTML fails the test if a fragment of HTML is in a text.
func AssertNotInHTML(t testing.TB, fragment, text string) {
	t.Helper()
	AssertInHTML(t, fragment, text, 0)
}

// AssertJSONEqual fails the test unless two JSON texts carry the same data: the order of members and
// the spelling of numbers don't count.
func AssertJSONEqual(t testing.TB, got, want string) {
	t.Helper()
	if place, err := compareJSON(got, want); err != nil {
		t.Errorf("AssertJSONEqual: %v", err)
	} else if place != "" {
		t.Errorf("the JSON differs at %s\ngot  %s\nwant %s", place, shorten(got, 1000), shorten(want, 1000))
	}
}

// AssertJSONNotEqual fails the test if two JSON texts carry the same data.
func AssertJSONNotEqual(t testing.TB, got, other string) {
	t.Helper()
	if place, err := compareJSON(got, other); err != nil {
		t.Errorf("AssertJSONNotEqual: %v", err)
	} else if place == "" {
		t.Errorf("the JSON carries the same data: %s", shorten(got, 1000))
	}
}

// compareJSON returns the first place where two texts differ, "" if there is none.
func compareJSON(got, want string) (string, error) {
	g, err := decodeJSON(got)
	if err != nil {
		return "", fmt.Errorf("the first text is not valid JSON: %w\n%s", err, shorten(got, 1000))
	}
	w, err := decodeJSON(want)
	if err != nil {
		return "", fmt.Errorf("the second text is not valid JSON: %w\n%s", err, shorten(want, 1000))
	}
	return diffJSON("$", g, w), nil
}

func decodeJSON(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the value")
	}
	return v, nil
}

// diffJSON returns the first difference of two decoded values below path, "" if there is none.
func diffJSON(path string, got, want any) string {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return diffObjects(path, g, w)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return diffArrays(path, g, w)
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(g.String(), w.String()) {
			return ""
		}
	default:
		if scalar(got) && got == want {
			return ""
		}
	}
	return fmt.Sprintf("%s: got %s, want %s", path, jsonText(got), jsonText(want))
}

// scalar tells whether a decoded value may be compared with ==.
func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func diffObjects(path string, got, want map[string]any) string {
	for _, k := range sortedKeys(want) {
		if _, ok := got[k]; !ok {
			return fmt.Sprintf("%s: member %q is missing", path, k)
		}
		if d := diffJSON(path+"."+k, got[k], want[k]); d != "" {
			return d
		}
	}
	for _, k := range sortedKeys(got) {
		if _, ok := want[k]; !ok {
			return fmt.Sprintf("%s: member %q is too many", path, k)
		}
	}
	return ""
}

func diffArrays(path string, got, want []any) string {
	for i := range min(len(got), len(want)) {
		if d := diffJSON(fmt.Sprintf("%s[%d]", path, i), got[i], want[i]); d != "" {
			return d
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%s: %d elements, want %d", path, len(got), len(want))
	}
	return ""
}

// sameNumber compares whole numbers exactly and others as float64.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, ok1 := new(big.Int).SetString(a, 10)
	y, ok2 := new(big.Int).SetString(b, 10)
	if ok1 && ok2 {
		return x.Cmp(y) == 0
	}
	f, err1 := json.Number(a).Float64()
	g, err2 := json.Number(b).Float64()
	return err1 == nil && err2 == nil && f == g
}

func jsonText(v any) string {
	b, _ := json.Marshal(v) // it came from JSON
	return shorten(string(b), 200)
}

// AssertURLEqual fails the test unless two URLs are the same but for the order of their query's
// parameters; that of the values of one parameter counts (Django's assertURLEqual).
func AssertURLEqual(t testing.TB, got, want string) {
	t.Helper()
	g, err := normalURL(got)
	if err != nil {
		t.Errorf("AssertURLEqual: %v", err)
		return
	}
	w, err := normalURL(want)
	if err != nil {
		t.Errorf("AssertURLEqual: %v", err)
	} else if g != w {
		t.Errorf("URL %q, want %q", got, want)
	}
}

func normalURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", err
	}
	pairs := strings.Split(u.RawQuery, "&")
	slices.SortStableFunc(pairs, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	u.RawQuery, u.ForceQuery = strings.Join(pairs, "&"), false
	return u.String(), nil
}

// AssertErrorContains fails the test unless err is an error whose text contains a message (Django's
// assertRaisesMessage).
func AssertErrorContains(t testing.TB, err error, message string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", message)
	} else if !strings.Contains(err.Error(), message) {
		t.Errorf("error %q, want one that says %q", err, message)
	}
}
