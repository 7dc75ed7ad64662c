package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// errExcluded is what a check returns for a case that is left out by name or rule.
var errExcluded = errors.New("excluded")

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		group string
		check func(realdjango.Case) error
		funcs string // those of the group that are ours, with spaces around; "" for all
	}{
		{"querydict", checkQueryDict, ""},
		{"cookies", checkSetCookie, ""},
		{"request", checkRequest, ""},
		{"multipart", checkMultipart, ""},
		{"json", checkJSON, ""},
		{"encoding", checkEncoding, " escape_uri_path iri_to_uri "},
		{"http", checkHTTP, httpFuncs},
		{"http utils", checkHTTP, httpFuncs},
	} {
		t.Run(test.group, func(t *testing.T) {
			t.Parallel()
			var equal, excluded, different int
			for _, c := range realdjango.Cases(t, test.group) {
				if test.funcs != "" && !strings.Contains(test.funcs, " "+c.Func+" ") {
					continue // of another package
				}
				switch err := test.check(c); {
				case err == errExcluded:
					excluded++
				case err != nil:
					different++
					t.Errorf("%s %s %s: %v", c.Name, c.Args, c.Kwargs, err)
				default:
					equal++
				}
			}
			realdjango.Report(t, test.group, equal, excluded, different)
		})
	}
}

const httpFuncs = " parse_cookie content_disposition_header url_has_allowed_host_and_scheme validate_host" +
	" HttpResponseRedirect escape_leading_slashes "

// values decodes the arguments of a case.
func values(c realdjango.Case) ([]any, map[string]any, error) {
	args := make([]any, len(c.Args))
	kwargs := make(map[string]any, len(c.Kwargs))
	var err error
	for i, raw := range c.Args {
		if args[i], err = pyvalue.Decode(raw); err != nil {
			return nil, nil, err
		}
	}
	for k, raw := range c.Kwargs {
		if kwargs[k], err = pyvalue.Decode(raw); err != nil {
			return nil, nil, err
		}
	}
	return args, kwargs, nil
}

// compare tells how got differs from what Django answered. Both are compared as JSON.
func compare(c realdjango.Case, got any, err error) error {
	if c.Error != nil {
		if err == nil {
			return fmt.Errorf("got %v, want an error as %s", got, c.Error.Class)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("got error %w, want %s", err, c.Expected)
	}
	b, err := json.Marshal(got)
	if err != nil {
		return err
	}
	var g, want any
	if err := errors.Join(json.Unmarshal(b, &g), json.Unmarshal(c.Expected, &want)); err != nil {
		return err
	}
	if !reflect.DeepEqual(g, want) {
		return fmt.Errorf("got %s, want %s", b, c.Expected)
	}
	return nil
}

func checkQueryDict(c realdjango.Case) error {
	args, _, err := values(c)
	if err != nil {
		return err
	}
	v := ParseValues(args[0].(string))
	var got any
	switch c.Func {
	case "lists":
		lists := []any{}
		for name, values := range v.Lists() {
			lists = append(lists, []any{name, values})
		}
		got = lists
	case "urlencode":
		got = v.Encode("")
	case "urlencode_safe":
		got = v.Encode("/")
	case "dict":
		got = v.Map()
	default:
		return fmt.Errorf("no such function: %s", c.Func)
	}
	return compare(c, got, nil)
}

// checkSetCookie maps Django's arguments to a Cookie, whose own defaults are safer. Left out are
// spellings of SameSite that are copied as they are by Django ("lax"): ours is a constant.
func checkSetCookie(c realdjango.Case) error {
	args, kwargs, err := values(c)
	if err != nil {
		return err
	}
	now := time.Unix(1700000000, 0)
	cookie := Cookie{Name: "name", ScriptReadable: true, SameSite: SameSiteUnset}
	if c.Func == "delete_cookie" {
		cookie.MaxAge = -1
	} else {
		cookie.Value = args[0].(string)
	}
	for k, v := range kwargs {
		switch k {
		case "max_age":
			if cookie.MaxAge = time.Duration(v.(int64)) * time.Second; v.(int64) == 0 {
				cookie.MaxAge, cookie.Expires = -1, now
			}
		case "path":
			cookie.Path = v.(string)
		case "domain":
			cookie.Domain = v.(string)
		case "secure":
			cookie.Secure = v.(bool)
		case "httponly":
			cookie.ScriptReadable = !v.(bool)
		case "expires":
			if cookie.Expires, err = http.ParseTime(v.(string)); err != nil {
				return err
			}
		case "samesite":
			same := v.(string)
			if same != "bad" && same[0] >= 'a' {
				return errExcluded
			}
			if cookie.SameSite = SameSite(same); same == "Lax" {
				cookie.SameSite = SameSiteLax
			}
		default:
			return fmt.Errorf("unknown argument %s", k)
		}
	}
	got, err := cookie.header(false, now)
	return compare(c, got, err)
}

func checkRequest(c realdjango.Case) error {
	args, kwargs, err := values(c)
	if err != nil {
		return err
	}
	raw := httptest.NewRequest("GET", "/p/a?x=1", nil)
	raw.Host = "example.com"
	if c.Func == "accepts" || c.Func == "get_preferred_type" {
		if accept, ok := args[0].(string); ok {
			raw.Header.Set("Accept", accept)
		}
	}
	if host, ok := kwargs["HTTP_HOST"]; ok {
		raw.Host = host.(string)
	}
	r, err := NewRequest(raw, nil)
	switch c.Func {
	case "accepts":
		return compare(c, r.Accepts(args[1].(string)), err)
	case "get_preferred_type":
		var got any // None
		if best := r.PreferredType(args[1].(string), "text/plain"); best != "" {
			got = best
		}
		return compare(c, got, err)
	case "get_host":
		// Django checks ALLOWED_HOSTS here, we in middleware.AllowedHosts, with these parts.
		if err == nil && !HostMatches(r.Hostname(), []string{"example.com", ".example.org", "[::1]", "localhost", "127.0.0.1"}) {
			err = &HostError{r.Host()}
		}
		return compare(c, r.Host(), err)
	case "build_absolute_uri":
		location, ok := args[0].(string)
		if ok && location == "" {
			return errExcluded // "" is Django's None for us: the address of the request itself
		}
		if args[1].(bool) {
			err = errors.Join(err, r.SetForwarded(Forwarded{Scheme: "https"}))
		}
		return compare(c, r.AbsoluteURI(location), err)
	}
	return fmt.Errorf("no such function: %s", c.Func)
}

// checkMultipart leaves out bodies that Django makes the best of: parts without a name's header, a
// missing last boundary, no boundary at all. We answer 400, so that no form comes back empty or cut.
func checkMultipart(c realdjango.Case) error {
	args, _, err := values(c)
	if err != nil {
		return err
	}
	var body []byte
	switch b := args[0].(type) {
	case []byte:
		body = b
	case string:
		if err := json.Unmarshal([]byte(`"`+b+`"`), &body); err != nil {
			return err
		}
	}
	raw := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	raw.Header.Set("Content-Type", "multipart/form-data; boundary="+args[1].(string))
	r, err := NewRequest(raw, nil)
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		if c.Error == nil && malformedMultipart(body, args[1].(string)) {
			return errExcluded
		}
		return compare(c, nil, err)
	}
	defer form.remove()
	post, files := []any{}, []any{}
	for name, values := range form.Lists() {
		post = append(post, []any{name, values})
	}
	byField := map[string]int{}
	for _, f := range form.AllFiles() {
		b, err := f.Bytes()
		if err != nil {
			return err
		}
		i, ok := byField[f.Field]
		if !ok {
			i = len(files)
			byField[f.Field] = i
			files = append(files, []any{f.Field, []any{}})
		}
		entry := files[i].([]any)
		entry[1] = append(entry[1].([]any), []any{f.Name, f.ContentType, b})
	}
	return compare(c, map[string]any{"POST": post, "FILES": files}, nil)
}

func malformedMultipart(body []byte, boundary string) bool {
	return !bytes.Contains(body, []byte("Content-Disposition")) || !bytes.Contains(body, []byte("--"+boundary+"--"))
}

// checkJSON compares bodies as data: Django writes spaces and escapes what is not ASCII. Left out
// are dates, times and durations, whose types Go does not have; a time.Time is always RFC 3339.
func checkJSON(c realdjango.Case) error {
	args, kwargs, err := values(c)
	if err != nil {
		return err
	}
	if len(kwargs) > 0 || !plainJSON(args[0]) {
		return errExcluded
	}
	resp := JSON(args[0])
	var want struct{ Body, Type string }
	if err := json.Unmarshal(c.Expected, &want); err != nil {
		return err
	}
	if resp.ContentType() != want.Type {
		return fmt.Errorf("content type %q, want %q", resp.ContentType(), want.Type)
	}
	body, err := resp.Content(nil)
	c.Expected = json.RawMessage(want.Body)
	return compare(c, json.RawMessage(body), errors.Join(err, resp.Err()))
}

func plainJSON(v any) bool {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return true
	case []any:
		for _, item := range v {
			if !plainJSON(item) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, item := range v {
			if !plainJSON(item) {
				return false
			}
		}
		return true
	}
	return false
}

func checkEncoding(c realdjango.Case) error {
	args, _, err := values(c)
	if err != nil {
		return err
	}
	s, ok := args[0].(string)
	if lazy, is := args[0].(pyvalue.Lazy); is {
		s, ok = string(lazy), true
	}
	if !ok {
		return errExcluded // None
	}
	if c.Func == "iri_to_uri" {
		return compare(c, IRIToURI(s), nil)
	}
	return compare(c, EscapePath(s), nil)
}

func checkHTTP(c realdjango.Case) error {
	args, kwargs, err := values(c)
	if err != nil {
		return err
	}
	switch c.Func {
	case "parse_cookie":
		got := map[string]string{}
		for _, pair := range parseCookies(nil, args[0].(string)) {
			got[pair.name] = unquoteCookieValue(pair.value)
		}
		return compare(c, got, nil)
	case "content_disposition_header":
		var got any // None
		if d := ContentDisposition(args[0].(bool), args[1].(string)); d != "" {
			got = d
		}
		return compare(c, got, nil)
	case "validate_host":
		return compare(c, HostMatches(args[0].(string), texts(args[1])), nil)
	case "escape_leading_slashes":
		return compare(c, escapeLeadingSlashes(args[0].(string)), nil)
	case "HttpResponseRedirect":
		return checkRedirect(c, args[0].(string))
	case "url_has_allowed_host_and_scheme":
		return checkURLPolicy(c, args, kwargs)
	}
	return fmt.Errorf("no such function: %s", c.Func)
}

// checkRedirect leaves out the empty target, which leads nowhere: we answer 400.
func checkRedirect(c realdjango.Case, to string) error {
	if to == "" {
		return errExcluded
	}
	resp := InsecureRedirect(to)
	r, err := NewRequest(httptest.NewRequest("GET", "/", nil), nil)
	if err != nil {
		return err
	}
	err = resp.prepare(r)
	return compare(c, map[string]any{"status": resp.Status, "location": resp.Location()}, err)
}

func checkURLPolicy(c realdjango.Case, args []any, kwargs map[string]any) error {
	if len(args) > 1 {
		kwargs["allowed_hosts"] = args[1]
	}
	p := URLPolicy{Hosts: texts(kwargs["allowed_hosts"])}
	p.RequireHTTPS, _ = kwargs["require_https"].(bool)
	u, _ := args[0].(string) // None is ""
	return compare(c, p.Allows(u), nil)
}

// texts makes a list of a text, a list, a set or None.
func texts(v any) []string {
	var list []any
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		list = v
	case pyvalue.Set:
		list = v
	case pyvalue.Tuple:
		list = v
	}
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = item.(string)
	}
	return out
}
