package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParseValues(f *testing.F) {
	for _, s := range []string{"", "a=1&a=2&b", "&&=&", "a=%zz&%", "a=%ff%c3", "a+b=c+d;e", "%00=%0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v := ParseValues(query)
		again := ParseValues(v.Encode(""))
		if got, want := again.Encode(""), v.Encode(""); got != want {
			t.Errorf("%q: encoded %q, then %q", query, want, got)
		}
		for name, values := range v.Lists() {
			if !utf8.ValidString(name) || len(values) == 0 || v.Get(name) != values[len(values)-1] {
				t.Errorf("%q: %q has %q", query, name, values)
			}
		}
	})
}

func FuzzCookies(f *testing.F) {
	for _, s := range []string{"", "a=b", "a b;c,d", `"quoted"`, `\`, "\x00\x01\xff", "üñ 日本", `"\303"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, c := range parseCookies(nil, value) {
			if strings.ContainsRune(c.name+c.value, ';') {
				t.Errorf("%q: cookie %q", value, c)
			}
			_ = unquoteCookieValue(c.value)
		}
		value = strings.ToValidUTF8(value, "")
		quoted := quoteCookieValue(value)
		if got := unquoteCookieValue(quoted); got != value {
			t.Errorf("%q: quoted %q, unquoted %q", value, quoted, got)
		}
		if strings.ContainsAny(quoted, ";,\r\n\x00") {
			t.Errorf("%q: quoted %q", value, quoted)
		}
		if list := parseCookies(nil, "a="+quoted); len(list) != 1 || unquoteCookieValue(list[0].value) != value {
			t.Errorf("%q: sent as %q, read as %q", value, quoted, list)
		}
	})
}

func FuzzSafeFilename(f *testing.F) {
	for _, s := range []string{"", "..", `..\..\x`, "C:x", "a\x00", ".\u202e.", strings.Repeat("é", 200), "a." + strings.Repeat("b", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := SafeFilename(name)
		if got == "" {
			return
		}
		if len(got) > 255 || strings.ContainsAny(got, "/\\\x00\r\n") || !filepath.IsLocal(got) || got == "." || !utf8.ValidString(got) {
			t.Errorf("SafeFilename(%q) = %q", name, got)
		}
		if again := SafeFilename(got); again != got {
			t.Errorf("SafeFilename(%q) = %q, then %q", name, got, again)
		}
	})
}

func FuzzURLPolicy(f *testing.F) {
	for _, s := range []string{"/x", "//evil.com", `/\evil.com`, "http:///evil.com", "https://good.com/x", "javascript:x",
		"https://good.com@evil.com", "https://good.com:80", "\x08//evil.com", "http:evil.com", "/\t/evil.com", "https://good.com\\@evil.com"} {
		f.Add(s)
	}
	base, err := url.Parse("https://good.com/a/b")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !(URLPolicy{Hosts: []string{"good.com"}}).Allows(s) {
			return
		}
		// As browsers read it: spaces around, tabs and line breaks don't count, backslashes are slashes.
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
		for _, s := range []string{s, seen, IRIToURI(s)} {
			u, err := base.Parse(s)
			if err == nil && u.Host != "good.com" {
				t.Errorf("%q leads to %q", s, u)
			}
		}
	})
}

func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"a\"; filename*=utf-8''%2e%2e%5c\r\n\r\n1\r\n--b--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		raw.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		r, err := NewRequest(raw, &Options{Limits: Limits{Fields: 5, Files: 3, Body: 1000, FileMemory: 10}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		form, err := r.Form()
		if err != nil {
			if e := asError(err); e.Status != 400 && e.Status != 413 || e.Message == "" {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		for name, values := range form.Lists() {
			if !cleanText(name) || !cleanText(strings.Join(values, "")) {
				t.Errorf("%q: field %q %q", body, name, values)
			}
		}
		for _, file := range form.AllFiles() {
			if b, err := file.Bytes(); err != nil || int64(len(b)) != file.Size || file.Name == "" || !cleanText(file.Name) {
				t.Errorf("%q: file %+v, %v", body, file, err)
			}
		}
	})
}

func FuzzParseAccept(f *testing.F) {
	for _, s := range []string{"", "*/*", "text/html;level=1;q=0.5, */*;q=NaN", "a/b;q=1;q=2,", "*", "text/*;q=-1", `a/b;c="d,e"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		list := parseAccept(header)
		for i, m := range list {
			if !(m.Quality >= 0 && m.Quality <= 1) || m.Main == "" || m.Sub == "" || i > 0 && list[i-1].Quality < m.Quality {
				t.Errorf("%q: %v", header, list)
			}
			if i >= maxAccept {
				t.Errorf("%d entries", len(list))
			}
			_ = m.String()
		}
	})
}

func FuzzHost(f *testing.F) {
	for _, s := range []string{"", "example.com:80", "[::1]:443", "a@b", "a:b:c", "[::1", "EXAMPLE.com.", ".", "[abc]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, host string) {
		domain, port := SplitDomainPort(host)
		if !validHost(host) {
			if domain != "" || port != "" {
				t.Errorf("%q is not valid, but split to %q and %q", host, domain, port)
			}
			return
		}
		u, err := url.Parse("http://" + host + "/x")
		if err != nil || u.Host != host || u.Path != "/x" || u.User != nil {
			t.Errorf("%q is not the host of %v, %v", host, u, err)
		}
		if host != "" && port != u.Port() {
			t.Errorf("%q has port %q, want %q", host, port, u.Port())
		}
		if !strings.HasPrefix(strings.ToLower(host), domain) {
			t.Errorf("%q has domain %q", host, domain)
		}
	})
}

func FuzzJSONMessage(f *testing.F) {
	for _, s := range []string{"", "{", `{"n":"x"}`, "[1,]", `{"n":1e999}`, "{} {}", "\n\n]", `{"p":[[]]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v struct {
			N int8
			P map[string][]string
		}
		err := json.NewDecoder(bytes.NewReader(body)).Decode(&v)
		if err == nil || err == io.EOF {
			return
		}
		if m := jsonMessage(err, body); m == "" || len(m) > 300 || strings.Contains(m, "column 0") {
			t.Errorf("%q: %q for %v", body, m, err)
		}
	})
}

func FuzzAppendData(f *testing.F) {
	for _, s := range []string{"", "a", "a\nb", "a\r\nb\rc", "\n", "\r", "data: x\n\nevent: y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		// What a browser makes of it (HTML standard, section 9.2.6).
		var got []string
		for line := range strings.SplitSeq(strings.TrimSuffix(string(appendData(nil, data)), "\n"), "\n") {
			value, ok := strings.CutPrefix(line, "data: ")
			if !ok || strings.ContainsRune(value, '\r') {
				t.Fatalf("%q: line %q", data, line)
			}
			got = append(got, value)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data)
		if s := strings.Join(got, "\n"); s != want {
			t.Errorf("%q: got %q, want %q", data, s, want)
		}
	})
}
