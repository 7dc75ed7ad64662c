package i18n

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ToLocale turns the name of a language into that of its folder of catalogues:
// "pt-br" into "pt_BR", "zh-hans" into "zh_Hans".
func ToLocale(language string) string {
	language, country, _ := strings.Cut(strings.ToLower(language), "-")
	if country == "" {
		return language
	}
	country, tail, _ := strings.Cut(country, "-")
	if utf8.RuneCountInString(country) > 2 {
		country = title(country)
	} else {
		country = strings.ToUpper(country)
	}
	if tail != "" {
		country += "-" + tail
	}
	return language + "_" + country
}

// ToLanguage turns the name of a folder of catalogues into that of its language:
// "pt_BR" into "pt-br".
func ToLanguage(locale string) string {
	return strings.ToLower(strings.Replace(locale, "_", "-", 1))
}

// title is Python's str.title: upper case after anything that has no case.
func title(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		cased := unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r)
		defer func() { inWord = cased }()
		if inWord {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

// Language is what is known of a language: Django's LANG_INFO.
type Language struct {
	Code      string // "de"
	Name      string // in English, "German"; Locale.Gettext translates it
	NameLocal string // in the language itself, "Deutsch"
	Bidi      bool   // written from right to left
}

// languageInfo is a line of the generated table: one with a fallback has no name
// of its own.
type languageInfo struct {
	Language
	fallback string
}

// LanguageInfo returns what is known of the language of that code, or of the one
// without the variant where the code itself is not known: of "de" for "de-1996".
// It is Django's get_language_info.
func LanguageInfo(code string) (Language, error) {
	info, ok := languages[code]
	if !ok {
		generic, _, _ := strings.Cut(code, "-")
		if info, ok = languages[generic]; !ok {
			return Language{}, fmt.Errorf("i18n: unknown language code %.40q", code)
		}
	}
	if info.fallback != "" && info.Name == "" {
		return LanguageInfo(info.fallback)
	}
	return info.Language, nil
}

// bidi tells whether the language is written from right to left, as Django's
// LANGUAGES_BIDI has it.
func bidi(language string) bool {
	switch base, _, _ := strings.Cut(language, "-"); base {
	case "he", "ar", "fa", "ur", "ckb", "ug":
		return true
	}
	return false
}

// maxLanguageCode is the length of the longest language code that is looked at,
// as in Django.
const maxLanguageCode = 500

// wellFormed tells whether code has the form of a language code: "de",
// "pt-br", "be@latin".
func wellFormed(code string) bool {
	if len(code) > maxLanguageCode {
		return false
	}
	code, modifier, hasModifier := strings.Cut(code, "@")
	if hasModifier && !alphanumeric(modifier, 20) {
		return false
	}
	for i, part := range strings.Split(code, "-") {
		if !alphanumeric(part, 8) || i == 0 && strings.ContainsAny(part, "0123456789") {
			return false
		}
	}
	return true
}

func alphanumeric(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; !isDigit(s[i]) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
