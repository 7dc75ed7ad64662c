package i18n

import (
	"strings"
	"sync"
	"time"
)

// Locale is a language: its messages, its formats, and the project's settings
// about both. It never changes and may be used by several goroutines. A nil
// *Locale, or a zero one, is en-us with Django's default settings; others come
// from [Catalogs.Locale].
type Locale struct {
	language string
	// catalogs are asked in their order: the language's own, then those of the
	// language without its variant, then those of the default language.
	catalogs []*Catalog
	formats  *Formats
	dates    [formatNames]DateFormat // the parsed formats
	names    *names
	grouped  bool           // USE_THOUSAND_SEPARATOR
	zone     *time.Location // TIME_ZONE
	// plain is the locale with the formats of the settings; itself where these
	// are its formats.
	plain *Locale
}

// english is made when it is first needed.
var english = sync.OnceValue(func() *Locale { return newLocale("en-us", nil, &Options{}) })

func (l *Locale) get() *Locale {
	if l == nil || l.formats == nil {
		return english()
	}
	return l
}

// newLocale needs catalogs in the order in which they are asked.
func newLocale(language string, catalogs []*Catalog, opts *Options) *Locale {
	settings := opts.Formats
	settings.fill(&defaultFormats)
	l := &Locale{language: language, catalogs: catalogs, grouped: opts.UseThousandSeparator, zone: opts.TimeZone}
	if l.zone == nil {
		l.zone = time.UTC
	}
	l.names = newNames(l)
	plain := *l
	plain.grouped = false
	plain.setFormats(&settings)
	plain.plain = &plain
	l.setFormats(languageFormats(language, opts.LanguageFormats, &settings))
	l.plain = &plain
	return l
}

func (l *Locale) setFormats(f *Formats) {
	l.formats = f
	for name := noFormatName + 1; name < formatNames; name++ {
		l.dates[name] = ParseDateFormat(f.byName(name))
		l.dates[name].name = noFormatName
	}
}

// Language returns the code of the language in lower case, "pt-br".
func (l *Locale) Language() string { return l.get().language }

// Bidi tells whether the language is written from right to left: Django's
// get_language_bidi.
func (l *Locale) Bidi() bool { return bidi(l.get().language) }

// Formats returns how the language writes dates and numbers. The caller must not
// change the slices.
func (l *Locale) Formats() *Formats {
	f := *l.get().formats
	return &f
}

// Zone returns the default time zone of the project, in which naive values are:
// Django's TIME_ZONE.
func (l *Locale) Zone() *time.Location { return l.get().zone }

// Unlocalized returns the locale with the formats of the settings in place of
// those of the language, and numbers without groups: what Django does inside
// {% localize off %}. Its messages are the same.
func (l *Locale) Unlocalized() *Locale { return l.get().plain }

// Gettext returns the translation of message, or message itself where no
// catalogue has one. Line ends are compared as "\n".
func (l *Locale) Gettext(message string) string {
	key := unixLines(message)
	if s, ok := l.find("", key); ok {
		return s
	}
	return key
}

// PGettext is Gettext for a message that means different things: context tells
// them apart.
func (l *Locale) PGettext(context, message string) string {
	if s, ok := l.find(context, unixLines(message)); ok {
		return s
	}
	return message
}

// NGettext returns the translation that goes with n things, or one or many where
// no catalogue has one. The caller puts n into it.
func (l *Locale) NGettext(one, many string, n int) string {
	return plural(l, "", one, many, n)
}

// NPGettext is NGettext with a context. As in Django, a message that has no
// translation in the context gets the one without.
func (l *Locale) NPGettext(context, one, many string, n int) string {
	return plural(l, context, one, many, n)
}

func plural[N count](l *Locale, context, one, many string, n N) string {
	if s, ok := findPlural(l, context, one, n); ok {
		return s
	}
	if context != "" {
		return plural(l, "", one, many, n)
	}
	if n == 1 {
		return one
	}
	return many
}

func (l *Locale) find(context, message string) (string, bool) {
	if l == nil || len(l.catalogs) == 0 || message == "" && context == "" {
		return "", false
	}
	var buf [256]byte
	key := appendKey(buf[:0], context, message)
	for _, c := range l.catalogs {
		if s, ok := c.lookup(key); ok {
			return s, true
		}
	}
	return "", false
}

func findPlural[N count](l *Locale, context, message string, n N) (string, bool) {
	if l == nil || len(l.catalogs) == 0 {
		return "", false
	}
	var buf [256]byte
	key := appendKey(buf[:0], context, message)
	for _, c := range l.catalogs {
		if s, ok := lookupPlural(c, key, n); ok {
			return s, true
		}
	}
	return "", false
}

func appendKey(dst []byte, context, message string) []byte {
	if context != "" {
		dst = append(append(dst, context...), contextMark...)
	}
	return append(dst, message...)
}

func unixLines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
