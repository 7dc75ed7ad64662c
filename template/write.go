package template

import (
	"bytes"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
	"github.com/shopspring/decimal"
)

// write shows a value: text as it is, numbers and dates as the language has them, escaped where
// escaping is on and the text is not safe.
func (c *Context) write(v Value) error {
	switch v.kind {
	case KindText:
		if v.safe || !c.autoescape {
			c.out = append(c.out, v.str...)
		} else {
			c.out = markup.AppendEscaped(c.out, v.str)
		}
		return nil
	case KindNone:
		c.out = append(c.out, "None"...)
		return nil
	case KindBool:
		c.out = append(c.out, pythonBool(v.num != 0)...)
		return nil
	case KindInt:
		if c.plainNumbers() {
			c.out = strconv.AppendInt(c.out, int64(v.num), 10)
			return nil
		}
	}
	v, err := v.standsFor(c)
	if err != nil {
		return err
	}
	return c.writeObject(v)
}

// writeObject shows a number, or an object that stands for no other.
func (c *Context) writeObject(v Value) error {
	start := len(c.out)
	var ok bool
	if c.out, ok = c.appendLocalized(c.out, c.localTime(v)); ok {
		c.escapeFrom(start)
		return nil
	}
	if v.kind == KindObject {
		if h, ok := v.method().(markup.HTMLer); ok {
			return c.write(HTML(h.HTML()))
		}
	}
	return c.write(Text(v.String()))
}

// escapeFrom escapes what was written from start on, where escaping is on. Numbers and dates have
// something to escape in few languages.
func (c *Context) escapeFrom(start int) {
	if c.autoescape && bytes.ContainsAny(c.out[start:], `&<>"'`) {
		text := string(c.out[start:])
		c.out = markup.AppendEscaped(c.out[:start], text)
	}
}

// plainNumbers tells whether numbers are written with digits alone.
func (c *Context) plainNumbers() bool {
	return c.localize == localizeOff || c.locale == nil
}

// appendLocalized appends numbers, moments, dates and times of day as the language has them; ok is
// false for all else.
func (c *Context) appendLocalized(dst []byte, v Value) (_ []byte, ok bool) {
	if n, ok := v.number(); ok {
		if c.localize == localizeOff {
			return dst, false
		}
		return c.locale.AppendNumber(dst, n, i18n.AllPlaces, i18n.GroupBySettings), true
	}
	d, format, ok := v.date()
	if !ok {
		return dst, false
	}
	l := c.locale
	if c.localize == localizeOff {
		l = l.Unlocalized()
	}
	dst, err := l.AppendDate(dst, d, format)
	return dst, err == nil
}

// number returns numbers of any type but bool as package i18n has them.
func (v Value) number() (i18n.Number, bool) {
	switch v.kind {
	case KindInt:
		return i18n.Int(int64(v.num)), true
	case KindFloat:
		f, _ := v.Float()
		return i18n.Float(f), true
	case KindObject:
		switch v.ref.Type() {
		case decimalType, decimalPointer:
			d, _ := as[decimal.Decimal](v.ref)
			return i18n.Decimal(d.Coefficient(), int(d.Exponent())), true
		case bigType:
			return i18n.BigInt(v.Any().(*big.Int)), true
		}
		if v.ref.Kind() == reflect.Uint64 || v.ref.Kind() == reflect.Uint {
			return i18n.Uint(v.ref.Uint()), !hasText(v.ref.Type())
		}
	}
	return i18n.Number{}, false
}

// date returns moments, days and times of day as package i18n has them, with the name of the format
// in which they are shown.
func (v Value) date() (d i18n.DateValue, format i18n.DateFormat, ok bool) {
	if v.kind != KindObject {
		return d, format, false
	}
	switch v.ref.Type() {
	case timeType, timePointer:
		t, _ := v.Time()
		return i18n.Moment(t), dateTimeFormat, true
	case dateType, datePointer:
		day, _ := as[civil.Date](v.ref)
		return i18n.Day(day), dateFormat, true
	case clockType, clockPointer:
		t, _ := as[civil.Time](v.ref)
		return i18n.Clock(t), timeFormat, true
	case dateValueType:
		d := v.Any().(i18n.DateValue)
		return d, formatOf(d), true
	}
	return d, format, false
}

// formatOf returns the format in which a date of package i18n is shown.
func formatOf(d i18n.DateValue) i18n.DateFormat {
	switch {
	case !d.HasClock():
		return dateFormat
	case !d.HasDay():
		return timeFormat
	}
	return dateTimeFormat
}

var (
	decimalType    = reflect.TypeFor[decimal.Decimal]()
	decimalPointer = reflect.TypeFor[*decimal.Decimal]()
	bigType        = reflect.TypeFor[*big.Int]()
	timePointer    = reflect.TypeFor[*time.Time]()
	datePointer    = reflect.TypeFor[*civil.Date]()
	clockPointer   = reflect.TypeFor[*civil.Time]()
	lazyType       = reflect.TypeFor[i18n.Lazy]()
	dateValueType  = reflect.TypeFor[i18n.DateValue]()

	dateTimeFormat = i18n.ParseDateFormat("DATETIME_FORMAT")
	dateFormat     = i18n.ParseDateFormat("DATE_FORMAT")
	timeFormat     = i18n.ParseDateFormat("TIME_FORMAT")
)

// localTime returns a moment in the current time zone, and any other value as it is.
func (c *Context) localTime(v Value) Value {
	if c.zone == nil || c.ownTime || v.kind != KindObject || v.ref.Type() == dateValueType {
		return v
	}
	t, ok := v.Time()
	if !ok || t.Location() == c.zone {
		return v
	}
	return ValueOf(t.In(c.zone))
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// method returns an object as a Go value whose methods may be called, those of its pointer included.
func (v Value) method() any {
	r := v.ref
	if r.Kind() != reflect.Pointer && r.Kind() != reflect.Interface {
		if r.CanAddr() {
			r = r.Addr()
		} else if info := reflect.PointerTo(r.Type()); info.NumMethod() > r.Type().NumMethod() {
			r = addressable(r).Addr()
		}
	}
	if !r.CanInterface() {
		return nil
	}
	return r.Interface()
}

// String returns the text of v as Python's str does: None, True, 1.5, ['a', 1]. Objects are asked by
// their methods HTML, String and Error.
func (v Value) String() string {
	switch v.kind {
	case KindText:
		return v.str
	case KindNone:
		return "None"
	case KindBool:
		return pythonBool(v.num != 0)
	case KindInt:
		return strconv.FormatInt(int64(v.num), 10)
	case KindFloat:
		f, _ := v.Float()
		return string(pyfmt.AppendFloat(nil, f))
	}
	switch x := v.method().(type) {
	case *time.Time, *decimal.Decimal, time.Duration, *time.Duration: // whose String is not Python's
		return string(pyfmt.AppendStr(nil, v.deref().Interface()))
	case i18n.DateValue:
		return dateText(x)
	case markup.HTMLer:
		return string(x.HTML())
	case fmt.Stringer:
		return x.String()
	case error:
		return x.Error()
	}
	return string(pyfmt.AppendStr(nil, v.plain()))
}

// dateText is Python's text of a date, time or both.
func dateText(d i18n.DateValue) string {
	wall := d.Wall()
	if t, ok := d.Moment(); ok {
		return string(pyfmt.AppendStr(nil, t))
	}
	switch {
	case !d.HasClock():
		return civil.DateOf(wall).String()
	case !d.HasDay():
		return civil.TimeOf(wall).String()
	}
	return civil.DateOf(wall).String() + " " + civil.TimeOf(wall).String()
}

// plain returns v as the Go values that package pyfmt knows.
func (v Value) plain() any {
	if v.kind != KindObject {
		return v.Any()
	}
	r := v.deref()
	switch r.Kind() {
	case reflect.Struct:
		if m, ok := v.Any().(Mapping); ok {
			return m
		}
		return opaque(structText(r))
	case reflect.Func, reflect.Chan:
		return opaque("<" + r.Type().String() + ">")
	}
	return r.Interface()
}

// opaque is a text that is shown without quotes.
type opaque string

func (o opaque) String() string { return string(o) }

// structText is the text of a struct that has none of its own, as of a Django model without __str__:
// "Product object (7)".
func structText(r reflect.Value) string {
	name := r.Type().Name() + " object"
	if id := r.FieldByName("ID"); id.IsValid() && id.CanInterface() {
		name += " (" + reflected(id).String() + ")"
	}
	return name
}

// text returns the text of v for filters of text.
func (v Value) text() string {
	if v.kind == KindText {
		return v.str
	}
	return v.String()
}
