package webtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web/webtest"
)

// pageOf serves a page at every path with GET; at /to and with other methods it tells what was sent.
func pageOf(t testing.TB, html string) *webtest.Page {
	t.Helper()
	c := webtest.NewClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" && !strings.HasPrefix(r.URL.Path, "/to") {
			_, _ = io.WriteString(w, html)
			return
		}
		body, _ := io.ReadAll(r.Body)
		contentType := r.Header.Get("Content-Type")
		if _, boundary, ok := strings.Cut(contentType, "boundary="); ok {
			contentType, body = "multipart", []byte(strings.ReplaceAll(string(body), boundary, "*"))
		}
		w.Header().Set("X-Referer", r.Referer())
		w.Header().Set("X-Origin", r.Header.Get("Origin"))
		fmt.Fprintf(w, "%s %s|%s|%s", r.Method, r.RequestURI, contentType, body)
	}), nil)
	return c.Get("/dir/page?old=1")
}

const urlEncoded = "application/x-www-form-urlencoded"

func TestFormSubmission(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, html string
		fill       func(f webtest.HTMLForm) webtest.HTMLForm
		button     string
		want       string
	}{
		{"no action, get", `<form><input name=a value=1></form>`, nil, "", ""},
		{"get replaces the query", `<form action="/to?x=1"><input name=a value="ä b"></form>`, nil, "", "GET /to?a=%C3%A4+b||"},
		{"post keeps the query", `<form method=post action="/to?x=1#f"><input name=a value="1"></form>`, nil, "", "POST /to?x=1|" + urlEncoded + "|a=1"},
		{"post to itself", `<form method=POST action=""><input name=a value="1"></form>`, nil, "", "POST /dir/page?old=1|" + urlEncoded + "|a=1"},
		{"relative", `<form method=post action="next"></form>`, nil, "", "POST /dir/next|" + urlEncoded + "|"},
		{"base element", `<base href="/b/"><form method=post action="next"></form>`, nil, "", "POST /b/next|" + urlEncoded + "|"},
		{"order and repetition", `<form method=post action=/to><input name=b value=1><input name=a value=2><input name=b value=3></form>`, nil, "", "POST /to|" + urlEncoded + "|b=1&a=2&b=3"},
		{"what is not sent", `<form method=post action=/to><input value=1><input name=a disabled><input type=checkbox name=b><input type=radio name=c>
			<input type=reset name=d value=1><input type=button name=e value=1><button type=button name=f></button><fieldset disabled><legend><input name=g value=1></legend><legend><input name=i></legend><input name=h></fieldset>
			<datalist><input name=k></datalist><template><input name=l></template></form>`, nil, "", "POST /to|" + urlEncoded + "|g=1"},
		{"boxes", `<form method=post action=/to><input type=checkbox name=a checked><input type=checkbox name=b value=x checked><input type=radio name=r value=1><input type=radio name=r value=2 checked></form>`, nil, "", "POST /to|" + urlEncoded + "|a=on&b=x&r=2"},
		{"selects", `<form method=post action=/to><select name=a><option disabled>0<option>1<option value=x>2</select><select name=b multiple><option selected>1<option>2<option selected disabled>3<option selected>4</select>
			<select name=c size=3><option>1</select><select name=d><option selected>1<option selected>2</select><select name=e><optgroup disabled><option>1</optgroup><option> 2 </option></select></form>`, nil, "",
			"POST /to|" + urlEncoded + "|a=1&b=1&b=4&d=2&e=2"},
		{"textarea", "<form method=post action=/to><textarea name=a>\nx\ny\r\nz</textarea></form>", nil, "", "POST /to|" + urlEncoded + "|a=x%0D%0Ay%0D%0Az"},
		{"default button", `<form method=post action=/to><button name=go value=1>One</button><button name=go value=2>Two</button></form>`, nil, "", "POST /to|" + urlEncoded + "|go=1"},
		{"other button", `<form method=post action=/to><button name=go value=1>One</button><input type=submit name=go value=Two></form>`, nil, "Two", "POST /to|" + urlEncoded + "|go=Two"},
		{"button's own action", `<form action=/x><input name=a value=1><button formaction=/to/2 formmethod=post formenctype=text/plain>Go</button></form>`, nil, "Go", "POST /to/2|text/plain|a=1\r\n"},
		{"image button", `<form method=post action=/to><input type=image name=i alt=Map></form>`, nil, "Map", "POST /to|" + urlEncoded + "|i.x=0&i.y=0"},
		{"controls outside", `<input form=f name=a value=1><form id=f method=post action=/to><input name=b value=2><input form=g name=c value=3></form><button form=f name=d value=4>Go</button><form id=g></form>`, nil, "Go", "POST /to|" + urlEncoded + "|a=1&b=2&d=4"},
		{"charset", `<form method=post action=/to><input type=hidden name=_charset_></form>`, nil, "", "POST /to|" + urlEncoded + "|_charset_=UTF-8"},
		{"file without multipart", `<form method=post action=/to><input type=file name=f></form>`, func(f webtest.HTMLForm) webtest.HTMLForm { return f.Upload("f", "x.png", []byte("PNG")) }, "", "POST /to|" + urlEncoded + "|f=x.png"},
		{"empty file", `<form method=post enctype=multipart/form-data action=/to><input type=file name=f></form>`, nil, "",
			"POST /to|multipart|--*\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--*--\r\n"},
		{"files", `<form method=post enctype=multipart/form-data action=/to><input type=file name=f multiple></form>`,
			func(f webtest.HTMLForm) webtest.HTMLForm {
				return f.Upload("f", `a".txt`, []byte("A")).UploadFile("f", webtest.File{Name: "b.png", ContentType: "image/png", Data: []byte("B")})
			}, "",
			"POST /to|multipart|--*\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a%22.txt\"\r\nContent-Type: application/octet-stream\r\n\r\nA\r\n--*\r\nContent-Disposition: form-data; name=\"f\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\nB\r\n--*--\r\n"},
		{"filled in", `<form method=post action=/to><label for=u>User name:</label><input id=u name=user><label>Password <input type=password name=pw></label><label><input type=checkbox name=stay> Stay</label>
			<input placeholder=Search name=q><label><input type=radio name=c value=1> Red</label><label><input type=radio name=c value=2 checked> Blue</label>
			<select name=s><option value=1>One<option value=2>Two</select><select name=m multiple><option selected>a<option>b<option>c</select><label><input type=checkbox name=k value=x checked>X</label><label><input type=checkbox name=k value=y>Y</label></form>`,
			func(f webtest.HTMLForm) webtest.HTMLForm {
				return f.Set("User name", "ann").Set("Password", "x&y").Check("Stay").Set("Search", "s").Check("Red").Set("s", "Two").Set("m", "b", "c").Set("k", "Y")
			}, "", "POST /to|" + urlEncoded + "|user=ann&pw=x%26y&stay=on&q=s&c=1&s=2&m=b&m=c&k=y"},
		{"radio by value, box cleared", `<form method=post action=/to><input type=radio name=c value=1><input type=radio name=c value=2 checked><input type=checkbox name=x id=x checked></form>`,
			func(f webtest.HTMLForm) webtest.HTMLForm { return f.Set("c", "1").Uncheck("x") }, "", "POST /to|" + urlEncoded + "|c=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := pageOf(t, tt.html).FormAt(0)
			if tt.fill != nil {
				f = tt.fill(f)
			}
			page := f.Submit(tt.button)
			if tt.want == "" {
				if got := page.URL.String(); got != "http://testserver/dir/page?a=1" {
					t.Errorf("the form led to %s", got)
				}
				return
			}
			if page.Body != tt.want {
				t.Errorf("%s\nsent %q\nwant %q", tt.html, page.Body, tt.want)
			}
			page.AssertHeader("X-Referer", "http://testserver/dir/page?old=1")
			if strings.HasPrefix(tt.want, "POST") {
				page.AssertHeader("X-Origin", "http://testserver")
			}
		})
	}
}

func TestFormsAreFound(t *testing.T) {
	t.Parallel()
	page := pageOf(t, `<form id=one name=n1 action=/to/1><button>Search</button></form><form name=two action=/to/2 aria-label="Sign in"><input type=submit></form>`)
	for what, want := range map[string]string{"Search": "/to/1", "one": "/to/1", "n1": "/to/1", "two": "/to/2", "Sign in": "/to/2", "Submit": "/to/2"} {
		if got := page.Form(what).Submit("").URL.Path; got != want {
			t.Errorf("Form(%q) is %s, want %s", what, got, want)
		}
	}
	f := page.Form("one")
	if got := pageOf(t, `<form><input name=a value=1><select name=s><option>2</select><input type=radio name=r value=3 checked></form>`).Form(""); got.Value("a")+got.Value("s")+got.Value("r") != "123" {
		t.Errorf("values: %q %q %q", got.Value("a"), got.Value("s"), got.Value("r"))
	}
	_ = f.Set("nothing", "x") // a value: f itself has no mistake
	f.Submit("")
}

func TestFormMistakes(t *testing.T) {
	t.Parallel()
	const html = `<form id=f><input name=user><input name=off disabled><input name=fixed readonly><input type=file name=cover><select name=s><option value=1>One</select>
		<input type=radio name=r value=1><input type=radio name=r value=2><input type=checkbox name=k value=1><input type=checkbox name=k value=2><button disabled>Go</button></form><form method=dialog></form><form action="javascript:x()"></form>`
	for _, tt := range []struct {
		name, want string
		fill       func(p *webtest.Page) webtest.HTMLForm
	}{
		{"no form", `form "x": the page has form 0 (id "f", name "", button "Go")`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("x") }},
		{"ambiguous", `form "": the page has form 0`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("") }},
		{"number", "form 3: the page has 3", func(p *webtest.Page) webtest.HTMLForm { return p.FormAt(3) }},
		{"no field", `set "usr": the form has no such field; it has "user", "off", "fixed", "cover", "s", "r", "k"`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("usr", "x") }},
		{"first mistake counts", `set "usr"`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("usr", "x").Set("other", "y") }},
		{"disabled", `set "off": the field is disabled`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("off", "x") }},
		{"read-only", `read-only`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("fixed", "x") }},
		{"file", `filled with Upload`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("cover", "x") }},
		{"no file", `takes no file`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Upload("user", "x", nil) }},
		{"option", `no option "2" that may be chosen; there are "1" (One)`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("s", "2") }},
		{"two options", `takes one option, not 2`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("s", "1", "1") }},
		{"two texts", `takes one value, not 2`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("user", "1", "1") }},
		{"radio", `has the value or label "3"`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("r", "3") }},
		{"two radio buttons", `can be chosen, not 2`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Set("r", "1", "2") }},
		{"which box", `2 boxes or buttons are called so`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Check("k") }},
		{"which box to clear", `2 boxes are called so`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Uncheck("k") }},
		{"no box", `neither a box`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Check("user") }},
		{"no box to clear", `not a box`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f").Uncheck("r") }},
		{"disabled button", `default button "Go" is disabled`, func(p *webtest.Page) webtest.HTMLForm { return p.Form("f") }},
		{"dialog", `method=dialog`, func(p *webtest.Page) webtest.HTMLForm { return p.FormAt(1) }},
		{"script", `leads out of the web`, func(p *webtest.Page) webtest.HTMLForm { return p.FormAt(2) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, func(tb testing.TB) { tt.fill(pageOf(tb, html)).Submit("") })
			if !strings.Contains(got, tt.want) {
				t.Errorf("failure %q, want %q", got, tt.want)
			}
		})
	}
	_, err := pageOf(t, html).Form("f").Request("Come")
	webtest.AssertErrorContains(t, err, `no submit button "Come"`)
}

func TestClick(t *testing.T) {
	t.Parallel()
	page := pageOf(t, `<nav><a href="/to/1">Next <b>page</b></a> <a href="/to/2" id=two>Same</a><a href="/to/3">Same</a><a href="/to/4"><img alt=Home></a><a href="/to/5" aria-label=Close>x</a></nav>
		<a href="/to/6">Twice</a><a href="/to/6">Twice</a><a>No link</a><a href="javascript:x()">Script</a>`)
	for what, want := range map[string]string{"Next page": "/to/1", "two": "/to/2", "a[href='/to/3']": "/to/3", "Home": "/to/4", "Close": "/to/5", "Twice": "/to/6"} {
		if got := page.Click(what).URL.Path; got != want {
			t.Errorf("Click(%q) led to %s, want %s", what, got, want)
		}
	}
	for what, want := range map[string]string{"Same": "several links", "No link": "no such link", "Script": "leads out of the web", "a[": "selector"} {
		got := failures(t, func(tb testing.TB) {
			pageOf(tb, page.Body).Click(what)
		})
		if !strings.Contains(got, want) {
			t.Errorf("Click(%q): failure %q, want %q", what, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	page := pageOf(t, `<ul class="a b"><li>One <b>x</b>
		y</li><li title="">Two</li></ul><script>let z</script>`)
	list := page.Find("ul.a")
	if items := list.FindAll("li"); len(items) != 2 || items[0].Text() != "One x y" || items[1].Attr("title") != "" || !items[1].HasAttr("title") || items[0].HasAttr("title") {
		t.Errorf("items: %v", items)
	}
	if list.Text() != "One x y Two" || list.Tag() != "ul" || list.Find("b").HTML() != "<b>x</b>" || page.Has("ol") || page.Find("body").Text() != "One x y Two" {
		t.Errorf("list: %q %q", list.Text(), list.HTML())
	}
	for what, f := range map[string]func(p *webtest.Page){
		`no element matches "ol"`: func(p *webtest.Page) { p.Find("ol") },
		`no element inside <ul`:   func(p *webtest.Page) { p.Find("ul").Find("ol") },
		`selector "li["`:          func(p *webtest.Page) { p.Find("li[") },
		"decode JSON":             func(p *webtest.Page) { p.JSON(new(int)) },
	} {
		if got := failures(t, func(tb testing.TB) { f(pageOf(tb, page.Body)) }); !strings.Contains(got, what) {
			t.Errorf("failure %q, want %q", got, what)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	page := c.Get("/login").Form("Sign in").Set("User name", "bob").Submit("Sign in")
	page.AssertContains(`id="login"`, nil)
	page = page.Form("login").Set("user", "ann").Submit("Sign in")
	page.AssertRedirects("/", nil)
	page.AssertCookie("user", "ann")
	if got := c.Follow().Get("/login").Form("login").Set("user", "ann").Submit("").Body; got != "hello" {
		t.Errorf("followed to %q", got)
	}
}

func FuzzForm(f *testing.F) {
	f.Add(`<form><input name=a><select><option>x</select><button>Go</button></form>`)
	f.Add(`<table><form><tr><td><input type=image></form><label for=x><input id=x type=checkbox>`)
	f.Add(`<fieldset disabled><legend><form id=a><textarea form=a name=t>` + "\n\r" + `</form><base href="::">`)
	f.Add(strings.Repeat("<div>", 600) + "<form>")
	f.Fuzz(func(t *testing.T, html string) {
		page := pageOf(t, html)
		for i := range 3 {
			form := page.FormAt(i)
			_, _ = form.Set("a", "x").Check("b").Upload("f", "n", nil).Request("")
			_, _ = form.Request("Go")
		}
		_, _ = page.Form("Go").Request("Go")
	})
}
