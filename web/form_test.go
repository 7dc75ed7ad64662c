package web_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/web"
)

func TestUploads(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // so not parallel: to see that nothing is left behind
	var saved string
	view := func(r *web.Request) (web.Response, error) {
		form, err := r.Form()
		if err != nil {
			return web.Response{}, err
		}
		f := form.File("f")
		if f == nil || f.Name != "a.txt" || f.ContentType != "text/plain" || f.ContentParams["charset"] != "utf-8" {
			t.Errorf("file %+v", f)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%d temporary files, want one for the large file", len(left))
		}
		for range 2 { // it may be opened more than once
			src, err := f.Open()
			if err != nil {
				return web.Response{}, err
			}
			b, err := io.ReadAll(src)
			if err != nil || int64(len(b)) != f.Size || len(b) != 5000 {
				t.Errorf("%d bytes of %d, %v", len(b), f.Size, err)
			}
			src.Close()
		}
		saved = t.TempDir() + "/saved"
		if err := f.SaveTo(saved); err != nil {
			t.Error(err)
		}
		if err := f.SaveTo(saved); !errors.Is(err, os.ErrExist) {
			t.Errorf("saved over a file: %v", err)
		}
		if _, err := r.Body(); !errors.Is(err, web.ErrBodyConsumed) {
			t.Errorf("body after a form: %v", err)
		}
		small, err := form.Files("s")[1].Bytes()
		return web.Text(form.Get("name") + " " + string(small)), err
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("name", "Zoë")
	w, _ := m.CreatePart(map[string][]string{"Content-Disposition": {`form-data; name="f"; filename="..\\dir/a.txt"`}, "Content-Type": {"text/plain; charset=utf-8"}})
	_, _ = w.Write(bytes.Repeat([]byte("x"), 5000))
	for range 2 {
		w, _ = m.CreateFormFile("s", "s.txt")
		_, _ = io.WriteString(w, "small")
	}
	_ = m.Close()
	r := httptest.NewRequest("POST", "/", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	rec := serve(t, view, &web.Options{Limits: web.Limits{FileMemory: 1000}}, r)
	if rec.Code != 200 || rec.Body.String() != "Zoë small" {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if b, err := os.ReadFile(saved); err != nil || len(b) != 5000 {
		t.Errorf("saved %d bytes, %v", len(b), err)
	}
}

func TestSafeFilename(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		`..\..\x`: "x", "..": "", ".": "", "": "", "../../etc/passwd": "passwd", `C:\x`: "x", "C:x": "x", "a/": "",
		"a\x00b": "ab", "a\r\nb": "ab", "x\u202etxt.exe": "xtxt.exe", " a b ": "a b", "...": "", ".htaccess": ".htaccess",
		"ünï.txt": "ünï.txt", ".\u202e.": "", "a:b": "b", strings.Repeat("é", 5_000) + ".txt": strings.Repeat("é", 125) + ".txt",
		strings.Repeat("x", 10_000): strings.Repeat("x", 255), "1: intro.pdf": "intro.pdf",
	} {
		if got := web.SafeFilename(name); got != want {
			t.Errorf("SafeFilename(%.40q) = %.40q, want %.40q", name, got, want)
		}
	}
}

// Limits can be raised and lowered by a view, before it reads the body.
func TestSetLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		limits web.Limits
		size   int
		status int
	}{
		{"default", web.Limits{}, 3 << 20, 413},
		{"raised", web.Limits{Body: 4 << 20}, 3 << 20, 200},
		{"lowered", web.Limits{Body: 10}, 11, 413},
		{"just fits", web.Limits{Body: 10}, 10, 200},
		{"lifted", web.Limits{Body: -1}, 3 << 20, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := serve(t, func(r *web.Request) (web.Response, error) {
				r.SetLimits(test.limits)
				b, err := r.Body()
				if err == nil && len(b) != test.size {
					t.Errorf("%d bytes", len(b))
				}
				return web.Text(""), err
			}, nil, httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", test.size))))
			if w.Code != test.status {
				t.Errorf("got %d, want %d", w.Code, test.status)
			}
		})
	}
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"n":"x"}`:      `a value of type string in field "n" where an integer in its range is needed`,
		`{"n":1e999}`:    `a value of type number in field "n" where an integer`,
		`{"l":{}}`:       `a value of type object in field "l" where an array is needed`,
		`[]`:             `a value of type array where an object is needed`,
		`{"p":{"s":1}}`:  `in field "p.s" where a string is needed`,
		`{"p":{"s":"x"}`: "ends too early",
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/merge-patch+json")
		req, err := web.NewRequest(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			N int   `json:"n"`
			L []int `json:"l"`
			P *struct {
				S string `json:"s"`
			} `json:"p"`
		}
		var e *web.Error
		if err := req.JSON(&v); !errors.As(err, &e) || e.Status != 400 || !strings.Contains(e.Message, want) {
			t.Errorf("%s: got %v, want %q", body, err, want)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
	req, _ := web.NewRequest(r, nil)
	if err := req.JSON(new(any)); err == nil || err.(*web.Error).Status != 415 {
		t.Errorf("JSON without its type: %v", err)
	}
}

func TestSignedCookies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	signer := func(key string, at time.Time) *web.Options {
		s, err := signing.NewCookieSigner(key, &signing.CookieOptions{Clock: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		return &web.Options{Cookies: s}
	}
	key := strings.Repeat("k", 50)
	set := func(r *web.Request) (web.Response, error) {
		return web.Text("").WithSignedCookie(r, "salt", web.Cookie{Name: "who", Value: "zoë; admin"}), nil
	}
	w := serve(t, set, signer(key, now), httptest.NewRequest("GET", "/", nil))
	cookie := strings.Split(w.Header().Get("Set-Cookie"), "; expires")[0]
	cookie = strings.TrimPrefix(strings.Split(cookie, "; HttpOnly")[0], "who=")
	read := func(opts *web.Options, value, salt string) (string, error) {
		r := httptest.NewRequest("GET", "/", nil)
		if value != "" {
			r.Header.Set("Cookie", "who="+value)
		}
		req, err := web.NewRequest(r, opts)
		if err != nil {
			return "", err
		}
		return req.SignedCookie("who", salt, time.Hour)
	}
	if got, err := read(signer(key, now), cookie, "salt"); err != nil || got != "zoë; admin" {
		t.Fatalf("got %q, %v from %s", got, err, cookie)
	}
	for name, test := range map[string]struct {
		opts        *web.Options
		value, salt string
		want        error
	}{
		"tampered":   {signer(key, now), strings.Replace(cookie, "admin", "adm1n", 1), "salt", signing.ErrBadSignature},
		"other salt": {signer(key, now), cookie, "pepper", signing.ErrBadSignature},
		"other key":  {signer(strings.Repeat("o", 50), now), cookie, "salt", signing.ErrBadSignature},
		"expired":    {signer(key, now.Add(2*time.Hour)), cookie, "salt", signing.ErrExpired},
		"missing":    {signer(key, now), "", "salt", web.ErrNoCookie},
		"no signer":  {nil, cookie, "salt", web.ErrNoCookieSigner},
	} {
		if got, err := read(test.opts, test.value, test.salt); !errors.Is(err, test.want) {
			t.Errorf("%s: got %q, %v, want %v", name, got, err, test.want)
		}
	}
	if w := serve(t, set, nil, httptest.NewRequest("GET", "/", nil)); w.Code != 500 {
		t.Errorf("without a signer: %d", w.Code)
	}
}

func TestCookieDefaults(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.Text("").WithCookie(web.Cookie{Name: "a", Value: "1", MaxAge: time.Minute}).WithoutCookie("b", "/x", "").
			WithCookie(web.Cookie{Name: "a", Value: "2"}), nil
	}
	w := serve(t, view, &web.Options{SecureCookies: true}, httptest.NewRequest("GET", "/", nil))
	want := []string{"a=2; HttpOnly; Path=/; SameSite=Lax; Secure",
		`b=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=0; Path=/x; SameSite=Lax; Secure`}
	if got := w.Header()["Set-Cookie"]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScriptName(t *testing.T) {
	t.Parallel()
	w := serve(t, func(r *web.Request) (web.Response, error) {
		return web.Text(r.PathInfo() + " " + r.FullPath() + " " + r.AbsoluteURI("")), nil
	}, &web.Options{ScriptName: "/shop"}, httptest.NewRequest(http.MethodGet, "http://example.com/shop/a%20b?c=d", nil))
	if got := w.Body.String(); got != "/a b /shop/a%20b?c=d http://example.com/shop/a%20b?c=d" {
		t.Errorf("got %s", got)
	}
}
