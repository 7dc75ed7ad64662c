// Package i18n speaks languages: translated messages from GNU gettext
// catalogues, dates, numbers and spans of time as a language writes them. It
// follows Django's django.utils.translation, formats, dateformat, numberformat
// and timesince (https://docs.djangoproject.com/en/6.1/topics/i18n/).
//
// Everything hangs off a [Locale], a language with its messages and formats. A
// nil *Locale is American English with Django's defaults and needs no catalogue:
//
//	var l *i18n.Locale
//	l.Date(t, "DATE_FORMAT")                      // "Nov. 21, 2026"
//	l.NGettext("%d file", "%d files", n)
//
// Other languages come from [Catalogs], read once at start:
//
//	catalogs, err := i18n.New([]fs.FS{os.DirFS("locale")}, nil)
//	l := catalogs.Locale("de")
//
// The language and the time zone of a request travel in its context; see
// [NewContext] and [WithZone].
package i18n

//go:generate go run ../scripts/i18ndata
