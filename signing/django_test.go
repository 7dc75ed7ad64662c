package signing_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/signing"
)

const secretKey = "a-secret-key-ü-of-a-test"

// exchange is what passes between Go and Django: text signed by either.
type exchange struct {
	Signer, Timestamp, Dumps, Compressed, Object, Cookie, Rotated, Salted string
}

const djangoSide = `
import json, sys
from django.conf import settings
settings.configure(SECRET_KEY="a-secret-key-ü-of-a-test")
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.core.signing import Signer, TimestampSigner
inp = json.load(sys.stdin)
value = inp["value"]
go = inp["signed"]

def read_cookie(text):
    request = HttpRequest()
    request.COOKIES["basket"] = text
    return request.get_signed_cookie("basket", salt="shop", max_age=3600)

response = HttpResponse()
response.set_signed_cookie("basket", "3 € : x", salt="shop")
print(json.dumps({
    "read": {
        "Signer": Signer().unsign(go["Signer"]),
        "Timestamp": TimestampSigner(salt="x").unsign(go["Timestamp"], max_age=3600),
        "Dumps": signing.loads(go["Dumps"], max_age=3600),
        "Compressed": signing.loads(go["Compressed"], salt="big"),
        "Object": Signer(sep="/", algorithm="sha512").unsign_object(go["Object"]),
        "Cookie": read_cookie(go["Cookie"]),
        "Rotated": Signer("old key").unsign(go["Rotated"]),
        "Salted": signing.get_cookie_signer("django.contrib.messages").unsign(go["Salted"]),
    },
    "signed": {
        "Signer": Signer().sign("text: € 😀"),
        "Timestamp": TimestampSigner(salt="x").sign("stamped"),
        "Dumps": signing.dumps(value),
        "Compressed": signing.dumps([value] * 20, salt="big", compress=True),
        "Object": Signer(sep="/", algorithm="sha512").sign_object(value),
        "Cookie": response.cookies["basket"].value,
        "Rotated": Signer("old key").sign("rotated"),
        "Salted": signing.get_cookie_signer("django.contrib.messages").sign("message"),
    },
    "json": json.dumps(value, separators=(",", ":"), sort_keys=True),
}))
`

// valueJSON has what JSON writers differ in.
const valueJSON = `{
	"text": "é € 😀 <b>&'\"\\ \u2028\u007f\u0000\b\f\n\r\t/",
	"floats": [1.5, 0.1, 1e-7, 1e16, 1e22, 123456789012345680.0, 1e-4, -2.5e-5, 3.0, 1e15, -0.0, 5e-324],
	"none": null, "yes": true, "list": [], "map": {}, "ключ": "x"
}`

// Each side reads what the other has signed. Cookies are in the older form: the
// distribution's Django is older than the new one.
func TestDjangoBothWays(t *testing.T) {
	t.Parallel()
	var value any
	if err := json.Unmarshal([]byte(valueJSON), &value); err != nil {
		t.Fatal(err)
	}
	stdin, err := json.Marshal(map[string]any{"value": json.RawMessage(valueJSON), "signed": signAll(value)})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Read   map[string]any
		Signed exchange
		JSON   string
	}
	if err := json.Unmarshal(realdjango.Run(t, djangoSide, stdin), &answer); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantAll(value), answer.Read); diff != "" {
		t.Errorf("Django reads what Go signed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantAll(value), unsignAll(t, answer.Signed)); diff != "" {
		t.Errorf("Go reads what Django signed (-want +got):\n%s", diff)
	}

	// The bytes are the same, not only their meaning.
	payload, _, _ := strings.Cut(must(must(signing.New(secretKey, nil)).SignObject(value)), ":")
	got := string(must(base64.RawURLEncoding.DecodeString(payload)))
	if diff := cmp.Diff(answer.JSON, got); diff != "" {
		t.Errorf("JSON of Django and Go differ (-want +got):\n%s", diff)
	}
}

func signAll(value any) exchange {
	cookies := must(signing.NewCookieSigner(secretKey, &signing.CookieOptions{Salt: signing.InsecureCookieSaltLegacy}))
	return exchange{
		Signer:     must(signing.New(secretKey, nil)).Sign("text: € 😀"),
		Timestamp:  must(signing.NewTimestamp(secretKey, &signing.Options{Salt: "x"})).Sign("stamped"),
		Dumps:      must(signing.Dumps(value, secretKey, nil)),
		Compressed: must(signing.Dumps(repeat(value, 20), secretKey, &signing.Options{Salt: "big", Compress: true})),
		Object: must(must(signing.New(secretKey, &signing.Options{
			Sep: "/", Algorithm: signing.SHA512,
		})).SignObject(value)),
		Cookie:  cookies.Sign(signing.Cookie{Name: "basket", Salt: "shop"}, "3 € : x"),
		Rotated: must(signing.New("old key", nil)).Sign("rotated"),
		Salted:  cookies.TimestampSigner("django.contrib.messages", nil).Sign("message"),
	}
}

func unsignAll(t *testing.T, e exchange) map[string]any {
	if !strings.HasPrefix(e.Compressed, ".") {
		t.Errorf("Django did not compress %q", e.Compressed)
	}
	cookies := must(signing.NewCookieSigner("new key", &signing.CookieOptions{
		FallbackKeys: []string{"between", secretKey}, Salt: signing.InsecureCookieSaltFallback,
	}))
	var dumps, compressed, object any
	for _, err := range []error{
		signing.Loads(e.Dumps, &dumps, secretKey, time.Hour, nil),
		signing.Loads(e.Compressed, &compressed, secretKey, signing.AnyAge, &signing.Options{Salt: "big"}),
		must(signing.New(secretKey, &signing.Options{Sep: "/", Algorithm: signing.SHA512})).UnsignObject(e.Object, &object),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	rotated := must(signing.New("new key", &signing.Options{FallbackKeys: []string{"older key", "old key"}}))
	return map[string]any{
		"Signer":     must(must(signing.New(secretKey, nil)).Unsign(e.Signer)),
		"Timestamp":  must(must(signing.NewTimestamp(secretKey, &signing.Options{Salt: "x"})).Unsign(e.Timestamp, time.Hour)),
		"Dumps":      dumps,
		"Compressed": compressed,
		"Object":     object,
		"Cookie":     must(cookies.Unsign(signing.Cookie{Name: "basket", Salt: "shop"}, e.Cookie, time.Hour)),
		"Rotated":    must(rotated.Unsign(e.Rotated)),
		"Salted":     must(cookies.TimestampSigner("django.contrib.messages", nil).Unsign(e.Salted, time.Hour)),
	}
}

func wantAll(value any) map[string]any {
	return map[string]any{
		"Signer": "text: € 😀", "Timestamp": "stamped", "Dumps": value, "Compressed": repeat(value, 20),
		"Object": value, "Cookie": "3 € : x", "Rotated": "rotated", "Salted": "message",
	}
}

func repeat(value any, n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = value
	}
	return list
}

// must passes on the value of a call that has no reason to fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
