package i18n

// Lazy is a message that is translated late, when the language is known: the
// label of a model or form that a package variable holds. The zero value is the
// empty text.
type Lazy struct {
	context, one, many string
}

// LazyText returns the message: Django's gettext_lazy.
func LazyText(message string) Lazy { return Lazy{one: message} }

// LazyContext returns the message in a context: Django's pgettext_lazy.
func LazyContext(context, message string) Lazy { return Lazy{context: context, one: message} }

// LazyPlural returns a message with a form for one and a form for many: Django's
// ngettext_lazy.
func LazyPlural(one, many string) Lazy { return Lazy{one: one, many: many} }

// LazyPluralContext returns a message with plural forms in a context: Django's
// npgettext_lazy.
func LazyPluralContext(context, one, many string) Lazy {
	return Lazy{context: context, one: one, many: many}
}

// In returns the message in the language, for one thing where it has forms.
func (m Lazy) In(l *Locale) string {
	if m.many != "" {
		return m.Count(l, 1)
	}
	if m.context != "" {
		return l.PGettext(m.context, m.one)
	}
	return l.Gettext(m.one)
}

// Count returns the form for n things; of a message without forms it is In.
func (m Lazy) Count(l *Locale, n int) string {
	if m.many == "" {
		return m.In(l)
	}
	return plural(l, m.context, m.one, m.many, n)
}

// CountFloat is Count for a number with a fraction.
func (m Lazy) CountFloat(l *Locale, n float64) string {
	if m.many == "" {
		return m.In(l)
	}
	return plural(l, m.context, m.one, m.many, n)
}

// String returns the source text. It is for messages to developers; pages use In.
func (m Lazy) String() string { return m.one }

// IsZero tells whether there is no message.
func (m Lazy) IsZero() bool { return m == Lazy{} }
