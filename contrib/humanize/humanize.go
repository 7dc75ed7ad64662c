// Package humanize writes numbers and dates as people say them: Django's
// django.contrib.humanize
// (https://docs.djangoproject.com/en/6.1/ref/contrib/humanize/).
//
//	humanize.IntComma(l, i18n.Int(4500000))   // "4,500,000"
//	humanize.NaturalTime(l, sent, time.Now()) // "3 hours ago"
//
// A template has the same as filters after {% load humanize %} where its engine
// has [Library] under that name. The words come from the catalogues of the
// [i18n.Locale]; a nil one is English.
package humanize

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
)

// ordinals are the endings by the last digit, with the context that each has in
// the catalogues.
var ordinals = [...]i18n.Lazy{
	i18n.LazyContext("ordinal 0", "{}th"),
	i18n.LazyContext("ordinal 1", "{}st"),
	i18n.LazyContext("ordinal 2", "{}nd"),
	i18n.LazyContext("ordinal 3", "{}rd"),
	i18n.LazyContext("ordinal 4", "{}th"),
	i18n.LazyContext("ordinal 5", "{}th"),
	i18n.LazyContext("ordinal 6", "{}th"),
	i18n.LazyContext("ordinal 7", "{}th"),
	i18n.LazyContext("ordinal 8", "{}th"),
	i18n.LazyContext("ordinal 9", "{}th"),
}

var (
	// first is the ending of 1 alone: French has 1er and 21e.
	first = i18n.LazyContext("ordinal is 1", "{}st")
	// teens is the ending of 11, 12 and 13.
	teens = i18n.LazyContext("ordinal 11, 12, 13", "{}th")
)

// Ordinal writes n as a rank: "1st", "22nd". It is HTML: some languages raise the
// ending with <sup>. A number below zero stays as it is.
func Ordinal(l *i18n.Locale, n int64) markup.HTML {
	return ordinal(l, strconv.FormatInt(n, 10))
}

func ordinal(l *i18n.Locale, digits string) markup.HTML {
	if digits[0] == '-' {
		return markup.HTML(digits)
	}
	last := digits[len(digits)-1] - '0'
	ending := ordinals[last]
	switch {
	case digits == "1":
		ending = first
	case len(digits) > 1 && digits[len(digits)-2] == '1' && last >= 1 && last <= 3:
		ending = teens
	}
	return markup.HTML(strings.Replace(ending.In(l), "{}", digits, 1))
}

// IntComma writes n with the separators of the language between its groups of
// digits: "4,500,000".
func IntComma(l *i18n.Locale, n i18n.Number) string {
	return string(l.AppendNumber(nil, n, i18n.AllPlaces, i18n.GroupAlways))
}

// commas puts a comma after each third digit from the right of the number that s
// begins with.
func commas(s string) string {
	start := 0
	if s != "" && s[0] == '-' {
		start = 1
	}
	end := start
	for end < len(s) && '0' <= s[end] && s[end] <= '9' {
		end++
	}
	var b strings.Builder
	b.WriteString(s[:start])
	for i := start; i < end; i++ {
		if i > start && (end-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	b.WriteString(s[end:])
	return b.String()
}

// words are the names of large numbers by their power of ten.
var words = [...]struct {
	exponent int64
	name     i18n.Lazy
}{
	{6, word("million")}, {9, word("billion")}, {12, word("trillion")}, {15, word("quadrillion")},
	{18, word("quintillion")}, {21, word("sextillion")}, {24, word("septillion")}, {27, word("octillion")},
	{30, word("nonillion")}, {33, word("decillion")}, {100, word("googol")},
}

func word(name string) i18n.Lazy { return i18n.LazyPlural("%(value)s "+name, "%(value)s "+name) }

var million = big.NewInt(1_000_000)

// IntWord writes a number of a million or more with the name of its size:
// "1.2 million". Smaller numbers, and those beyond 1000 googol, are written in
// digits.
func IntWord(l *i18n.Locale, n int64) string {
	s, ok := intWord(l, big.NewInt(n))
	if !ok {
		return strconv.FormatInt(n, 10)
	}
	return s
}

// intWord is false of a number that has no name.
func intWord(l *i18n.Locale, n *big.Int) (string, bool) {
	if n.CmpAbs(million) < 0 {
		return "", false
	}
	for _, w := range words {
		large := new(big.Int).Exp(big.NewInt(10), big.NewInt(w.exponent), nil)
		if n.CmpAbs(new(big.Int).Mul(large, big.NewInt(1000))) >= 0 {
			continue
		}
		value, _ := new(big.Rat).SetFrac(n, large).Float64()
		form := w.name.Count(l, awayFromOne(value))
		return strings.Replace(form, "%(value)s", onePlace(l, value), 1), true
	}
	return "", false
}

// awayFromOne returns the size of the whole number that is next to f on the side
// away from 1, as Django does to find the plural.
func awayFromOne(f float64) int {
	n := int(f - 1)
	switch rest := f - 1 - float64(n); {
	case rest > 0:
		n++
	case rest < 0:
		n--
	}
	if n++; n < 0 {
		return -n
	}
	return n
}

// onePlace is floatformat:1.
func onePlace(l *i18n.Locale, f float64) string {
	var d pyfmt.Decimal
	d.SetFloat(f)
	return l.Number(i18n.Digits(string(d.AppendFixed(nil, 1))), 1)
}

// numerals are the words for 1 to 9.
var numerals = [...]i18n.Lazy{
	i18n.LazyText("one"), i18n.LazyText("two"), i18n.LazyText("three"), i18n.LazyText("four"), i18n.LazyText("five"),
	i18n.LazyText("six"), i18n.LazyText("seven"), i18n.LazyText("eight"), i18n.LazyText("nine"),
}

// APNumber writes the numbers 1 to 9 as words and others in digits: the style of
// the Associated Press.
func APNumber(l *i18n.Locale, n int64) string {
	if n < 1 || n > 9 {
		return strconv.FormatInt(n, 10)
	}
	return numerals[n-1].In(l)
}
