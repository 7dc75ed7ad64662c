package settings

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Field describes one field of a settings struct, for diffsettings and for
// debug pages. Its texts hold no secret.
type Field struct {
	Name    string // "Debug"; "Database.Host" in a struct within
	Value   string // what it is now
	Default string // what it would be: the field's tag default:"…", else its zero value
	Changed bool   // whether the two differ
}

// Describe lists the exported fields of a settings struct, or of the struct
// that v points to, in their order; structs within are gone into, and those
// embedded lose their name. It panics for anything but a struct.
func Describe(v any) []Field {
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	if value.Kind() != reflect.Struct {
		panic(fmt.Sprintf("settings.Describe: want a struct, got %T", v))
	}
	return describe(nil, "", value)
}

func describe(fields []Field, prefix string, v reflect.Value) []Field {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if !field.IsExported() {
			continue
		}
		name := prefix + field.Name
		_, known := redactKnown(value)
		if value.Kind() == reflect.Struct && !known && !IsSensitive(field.Name) && exportedFields(value.Type()) > 0 {
			within := name + "."
			if field.Anonymous {
				within = prefix
			}
			fields = describe(fields, within, value)
			continue
		}
		fields = append(fields, describeField(name, field, value))
	}
	return fields
}

func describeField(name string, field reflect.StructField, value reflect.Value) Field {
	redacted := func(v reflect.Value) string {
		shown := Redact(field.Name, v.Interface())
		if text, ok := shown.(string); ok && v.Kind() != reflect.String {
			return text // "30s" of a duration, without quotes
		}
		return showText(shown)
	}
	out := Field{Name: name, Value: redacted(value), Changed: !value.IsZero()}
	tag, tagged := field.Tag.Lookup("default")
	if !tagged {
		out.Default = redacted(reflect.Zero(value.Type()))
		return out
	}
	// The tag is compared with the value as it is; Redact makes one text of
	// all secrets.
	plain := fmt.Sprint(value.Interface())
	if secret, ok := value.Interface().(Secret); ok {
		plain = secret.Reveal()
	}
	out.Changed = plain != tag
	if value.Kind() == reflect.String {
		out.Default = redacted(reflect.ValueOf(tag))
	} else {
		out.Default = fmt.Sprint(Redact(field.Name, tag))
	}
	return out
}

// showText writes what Redact gives in one line, maps by key.
func showText(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case string:
		return strconv.Quote(v)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = showText(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			items = append(items, key+": "+showText(v[key]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v)
}
