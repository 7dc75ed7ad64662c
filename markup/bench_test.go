package markup_test

import (
	"html/template"
	"io"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/markup"
)

var escapeTexts = map[string]string{
	"short":   "Ada Lovelace",
	"plain":   strings.Repeat("a paragraph without any special character in it; ", 20),
	"special": strings.Repeat(`5 < 6 & "7" > '4' `, 55),
}

func BenchmarkAppendEscaped(b *testing.B) {
	for name, s := range escapeTexts {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 16<<10)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				buf = markup.AppendEscaped(buf[:0], s)
			}
		})
		b.Run(name+"/html-template", func(b *testing.B) {
			src := []byte(s)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				template.HTMLEscape(io.Discard, src)
			}
		})
	}
}

func BenchmarkEscape(b *testing.B) {
	for name, s := range escapeTexts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				markup.Escape(s)
			}
		})
	}
}

func BenchmarkUrlize(b *testing.B) {
	s := strings.Repeat("See https://example.com/path?q=1&r=2 or write to user@example.com (or not). ", 10)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		markup.Urlize(s, nil)
	}
}

func BenchmarkStripTags(b *testing.B) {
	s := strings.Repeat(`<p class="x">A <b>bold</b> word &amp; <a href="/">a link</a>.</p>`, 20)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		markup.StripTags(s)
	}
}

// TestNoAllocation: escaping into a buffer that is large enough asks for no memory.
func TestNoAllocation(t *testing.T) {
	buf := make([]byte, 0, 16<<10)
	for name, s := range escapeTexts {
		if n := testing.AllocsPerRun(100, func() { buf = markup.AppendEscaped(buf[:0], s) }); n != 0 {
			t.Errorf("AppendEscaped of %s text: %v allocations", name, n)
		}
		if n := testing.AllocsPerRun(100, func() { buf = markup.AppendEscapedJS(buf[:0], s) }); n != 0 {
			t.Errorf("AppendEscapedJS of %s text: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { markup.Escape(escapeTexts["plain"]) }); n != 0 {
		t.Errorf("Escape of plain text: %v allocations", n)
	}
}
