package middleware_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

// answers run the functions of Django by the names of the cases; what they return is compared as JSON.
var answers = map[string]func(realdjango.Case) (any, error){
	"get_conditional_response": conditionalAnswer,
	"patch_cache_control":      cacheControlAnswer,
	"patch_vary_headers": func(c realdjango.Case) (any, error) {
		h := headerOf("Vary", c.Args[0])
		var names []string
		err := json.Unmarshal(c.Args[1], &names)
		web.AddVary(h, names...)
		return h.Get("Vary"), err
	},
	"get_max_age": func(c realdjango.Case) (any, error) {
		if age, ok := middleware.MaxAge(headerOf("Cache-Control", c.Args[0])); ok {
			return age.Seconds(), nil
		}
		return nil, nil
	},
	"parse_etags": func(c realdjango.Case) (any, error) {
		return append([]string{}, middleware.ParseETags(text(c.Args[0]))...), nil
	},
	"quote_etag": func(c realdjango.Case) (any, error) { return middleware.QuoteETag(text(c.Args[0])), nil },
	"http_date": func(c realdjango.Case) (any, error) {
		var f float64
		err := json.Unmarshal(c.Args[0], &f)
		return middleware.FormatHTTPDate(time.Unix(int64(math.Floor(f)), 0)), err
	},
	"parse_http_date":      dateAnswer,
	"parse_http_date_safe": func(c realdjango.Case) (any, error) { v, _ := dateAnswer(c); return v, nil },
}

// otherClock are cases of years of two digits that Django's tests ask under a clock of 2019 and 2020:
// the century depends on the year in which they run.
var otherClock = map[string]bool{
	"http utils/parse_http_date/4296": true,
	"http utils/parse_http_date/4299": true,
}

func dateAnswer(c realdjango.Case) (any, error) {
	t, err := middleware.ParseHTTPDate(text(c.Args[0]))
	if err != nil {
		return nil, err
	}
	return t.Unix(), nil
}

func conditionalAnswer(c realdjango.Case) (any, error) {
	var modified *int64
	var meta map[string]string
	if err := json.Unmarshal(c.Args[2], &modified); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.Args[3], &meta); err != nil {
		return nil, err
	}
	raw := httptest.NewRequest(text(c.Args[0]), "/", nil)
	for k, v := range meta {
		raw.Header.Set(strings.ReplaceAll(strings.TrimPrefix(k, "HTTP_"), "_", "-"), v)
	}
	r, err := web.NewRequest(raw, nil)
	if err != nil {
		return nil, err
	}
	var at time.Time
	if modified != nil {
		at = time.Unix(*modified, 0)
	}
	return middleware.Precondition(r, text(c.Args[1]), at), nil
}

func cacheControlAnswer(c realdjango.Case) (any, error) {
	h := headerOf("Cache-Control", c.Args[0])
	var names []string
	for name := range c.Kwargs {
		names = append(names, name)
	}
	slices.Sort(names)
	var directives []string
	for _, name := range names {
		d := strings.ReplaceAll(name, "_", "-")
		if v := strings.Trim(string(c.Kwargs[name]), `"`); v != "true" {
			d += "=" + v
		}
		directives = append(directives, d)
	}
	middleware.SetCacheControl(h, directives...)
	got := strings.Split(h.Get("Cache-Control"), ", ")
	slices.Sort(got)
	return got, nil
}

func headerOf(name string, value json.RawMessage) http.Header {
	h := http.Header{}
	if string(value) != "null" {
		h.Set(name, text(value))
	}
	return h
}

func text(raw json.RawMessage) string {
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(err)
	}
	if s == nil {
		return ""
	}
	return *s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"conditional", "cachehdr", "http", "http utils"} {
		equal, excluded, different := 0, 0, 0
		for _, c := range realdjango.Cases(t, group) {
			answer := answers[c.Func]
			if answer == nil {
				if group == "conditional" || group == "cachehdr" {
					t.Errorf("%s: nothing answers %s", c.Name, c.Func)
					different++
				}
				continue // of package web and others
			}
			if otherClock[c.Name] {
				excluded++
				continue
			}
			got, err := answer(c)
			if msg := compare(c, got, err); msg != "" {
				t.Errorf("%s %s %s: %s", c.Name, c.Args, c.Kwargs, msg)
				different++
				continue
			}
			equal++
		}
		if strings.HasPrefix(group, "http") {
			group += " (ETags and dates)"
		}
		realdjango.Report(t, group, equal, excluded, different)
	}
}

func compare(c realdjango.Case, got any, err error) string {
	if c.Error != nil {
		if err == nil {
			return fmt.Sprintf("got %v, want a %s", got, c.Error.Class)
		}
		return ""
	}
	if err != nil {
		return fmt.Sprintf("got error %v, want %s", err, c.Expected)
	}
	b, err := json.Marshal(got)
	if err != nil {
		return err.Error()
	}
	var a, want any
	if json.Unmarshal(b, &a) != nil || json.Unmarshal(c.Expected, &want) != nil || !reflect.DeepEqual(a, want) {
		return fmt.Sprintf("got %s, want %s", b, c.Expected)
	}
	return ""
}
