package i18n

import (
	"context"
	"time"
)

type localeKey struct{}
type zoneKey struct{}

// NewContext returns a context in which l is the language: Django's
// translation.activate and override.
func NewContext(ctx context.Context, l *Locale) context.Context {
	return context.WithValue(ctx, localeKey{}, l)
}

// FromContext returns the language of the context; nil, which is en-us, and false
// where it has none.
func FromContext(ctx context.Context) (*Locale, bool) {
	l, ok := ctx.Value(localeKey{}).(*Locale)
	return l, ok
}

// WithZone returns a context in which zone is the current time zone: Django's
// timezone.activate and override. A nil zone takes the current zone away.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, zone)
}

// ActiveZone returns the time zone of [WithZone], nil where there is none.
func ActiveZone(ctx context.Context) *time.Location {
	zone, _ := ctx.Value(zoneKey{}).(*time.Location)
	return zone
}

// Zone returns the current time zone: that of [WithZone], else the one of the
// project that the context's language says, else UTC.
func Zone(ctx context.Context) *time.Location {
	if zone := ActiveZone(ctx); zone != nil {
		return zone
	}
	l, _ := FromContext(ctx)
	return l.Zone()
}
