package serializers

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// customText is a field's own type as text: lists as JSON of texts, as Django's
// ArrayField, maps as JSON of theirs, as its HStoreField, and others as they write
// themselves.
func customText(v any) any {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Slice && r.Type().Elem().Kind() != reflect.Uint8 {
		texts := make([]any, r.Len())
		for i := range texts {
			texts[i] = elementText(r.Index(i).Interface())
		}
		return string(pythonJSON{ascii: true}.append(nil, texts, 0))
	}
	if m, ok := v.(json.Marshaler); ok && r.Kind() == reflect.Map {
		if text, err := mapText(m); err == nil {
			return text
		}
	}
	if m, ok := v.(encoding.TextMarshaler); ok {
		if text, err := m.MarshalText(); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v)
}

func elementText(v any) any {
	switch x := v.(type) {
	case bool:
		return pythonBool(x)
	case float64:
		return pythonFloat(x)
	case time.Time:
		return isoTime(x, "T")
	}
	return fmt.Sprint(v)
}

// mapText writes a map as JSON in the order of PostgreSQL's hstore: by the length of
// names, then by their bytes.
func mapText(m json.Marshaler) (string, error) {
	raw, err := m.MarshalJSON()
	if err != nil {
		return "", err
	}
	v, err := readDocument(raw)
	if err != nil {
		return "", err
	}
	if o, ok := v.(object); ok {
		slices.SortFunc(o, func(a, b member) int { return cmp.Or(len(a.name)-len(b.name), strings.Compare(a.name, b.name)) })
	}
	return string(pythonJSON{ascii: true}.append(nil, v, 0)), nil
}

// customValue turns Django's form of arrays and hstores, which is JSON, into the
// literals of PostgreSQL, which their types read. Other text stays.
func customValue(f *orm.Field, text string) string {
	t := f.GoType
	if t.Kind() == reflect.Struct { // orm.Null
		v, ok := t.FieldByName("V")
		if !ok {
			return text
		}
		t = v.Type
	}
	v, err := readDocument([]byte(text))
	if err != nil {
		return text
	}
	var b strings.Builder
	switch x := v.(type) {
	case []any:
		if t.Kind() == reflect.Slice {
			writeArray(&b, x)
			return b.String()
		}
	case object:
		if t.Kind() == reflect.Map {
			for i, m := range x {
				if i > 0 {
					b.WriteString(", ")
				}
				writeElement(&b, m.name)
				b.WriteString("=>")
				writeElement(&b, m.value)
			}
			return b.String()
		}
	}
	return text
}

func writeArray(b *strings.Builder, items []any) {
	b.WriteByte('{')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if list, ok := item.([]any); ok {
			writeArray(b, list)
		} else {
			writeElement(b, item)
		}
	}
	b.WriteByte('}')
}

func writeElement(b *strings.Builder, v any) {
	if v == nil {
		b.WriteString("NULL")
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(fmt.Sprint(v)))
	b.WriteByte('"')
}
