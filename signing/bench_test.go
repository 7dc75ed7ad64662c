package signing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/signing"
)

func BenchmarkSign(b *testing.B) {
	signer := must(signing.New("key", nil))
	b.ReportAllocs()
	for b.Loop() {
		signer.Sign("hello, world")
	}
}

func BenchmarkUnsign(b *testing.B) {
	signer := must(signing.New("key", nil))
	signed := signer.Sign("hello, world")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := signer.Unsign(signed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCookie(b *testing.B) {
	cookies := must(signing.NewCookieSigner("key", nil))
	cookie := signing.Cookie{Name: "basket"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cookies.Unsign(cookie, cookies.Sign(cookie, "3"), time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDumpsCompressed(b *testing.B) {
	value := map[string]any{"text": strings.Repeat("Django, whole, in Go. ", 50), "number": 1.5}
	stamper := must(signing.NewTimestamp("key", &signing.Options{Compress: true}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stamper.SignObject(value); err != nil {
			b.Fatal(err)
		}
	}
}
