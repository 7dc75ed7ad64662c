package orm

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// tag is what the orm tag of a field says: keys with their values, "" for keys
// that have none.
type tag map[string]string

func (t tag) has(key string) bool {
	_, ok := t[key]
	return ok
}

func (t tag) number(key string) int {
	n, _ := strconv.Atoi(t[key]) // parseTag has checked
	return n
}

// tagValue is what may follow a key of a tag.
type tagValue uint8

const (
	noValue tagValue = iota
	anyValue
	numberValue
	boolValue // key alone, key=true or key=false
)

// tagKeys are the keys of a tag. The generator of internal/ormgen has the same.
var tagKeys = map[string]tagValue{
	"pk": noValue, "auto": noValue, "unique": noValue, "index": noValue, "blank": noValue, "positive": noValue, "small": noValue,
	"max_length": numberValue, "max_digits": numberValue, "decimal_places": numberValue, "size": numberValue,
	"auto_now": noValue, "auto_now_add": noValue, "slug": noValue, "email": noValue, "url": noValue, "text": noValue, "unicode": noValue,
	"ip": anyValue, "unpack_ipv4": noValue, "collation": anyValue, "comment": anyValue, "column": anyValue, "not_editable": noValue,
	"unique_for_date": anyValue, "unique_for_month": anyValue, "unique_for_year": anyValue,
	"on_delete": anyValue, "related_name": anyValue, "related_query_name": anyValue, "to_field": anyValue, "no_constraint": noValue,
	"through": anyValue, "through_fields": anyValue, "db_table": anyValue, "symmetrical": boolValue,
	"fk": anyValue, "one_to_one": noValue, "parent_link": noValue, "content_type": anyValue, "object_id": anyValue,
}

// Keys that relations alone may have, many-to-many relations alone, and all that
// generic relations may have.
var (
	relationKeys = []string{"on_delete", "related_name", "related_query_name", "to_field", "no_constraint", "parent_link"}
	manyKeys     = []string{"through", "through_fields", "symmetrical", "db_table"}
	genericKeys  = []string{"content_type", "object_id", "related_query_name"}
)

var onDeleteRules = map[string]OnDelete{
	"cascade": Cascade, "protect": Protect, "restrict": Restrict, "set_null": SetNull, "set_default": SetDefault,
	"do_nothing": DoNothing, "db_cascade": DBCascade, "db_set_null": DBSetNull, "db_set_default": DBSetDefault,
}

var ipProtocols = map[string]string{"both": "both", "ipv4": "IPv4", "ipv6": "IPv6"}

// parseTag reads a struct tag. skip tells that the field is none of the model's.
// Mistakes are returned one by one.
func parseTag(st reflect.StructTag) (t tag, skip bool, errs []error) {
	t = tag{}
	text, ok := st.Lookup("orm")
	if !ok && strings.Contains(string(st), "orm:") {
		return t, false, []error{fmt.Errorf("the tag `%s` is not of the form `orm:\"key,key=value\"`", st)}
	}
	if text == "-" {
		return t, true, nil
	}
	if text == "" {
		return t, false, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		key, value, given := strings.Cut(strings.TrimSpace(part), "=")
		if t.has(key) {
			errs = append(errs, fmt.Errorf("the tag says %q twice", key))
		}
		if err := checkTag(key, value, given); err != nil {
			errs = append(errs, err)
			continue
		}
		t[key] = value
	}
	return t, false, errs
}

func checkTag(key, value string, given bool) error {
	kind, ok := tagKeys[key]
	switch {
	case !ok:
		return fmt.Errorf("the tag has no key %q", key)
	case kind == noValue && given:
		return fmt.Errorf("the tag's key %s takes no value", key)
	case (kind == anyValue || kind == numberValue) && value == "":
		return fmt.Errorf("the tag's key %s needs a value", key)
	case kind == boolValue && given && value != "true" && value != "false":
		return fmt.Errorf("the tag's key %s is true or false, not %q", key, value)
	case kind == numberValue:
		if n, err := strconv.ParseUint(value, 10, 31); err != nil || n == 0 && key != "decimal_places" {
			return fmt.Errorf("%s=%s is no positive number", key, value)
		}
	}
	switch key {
	case "on_delete":
		if _, ok := onDeleteRules[value]; !ok {
			return fmt.Errorf("on_delete=%s is none of %s", value, strings.Join(slices.Sorted(maps.Keys(onDeleteRules)), ", "))
		}
	case "ip":
		if ipProtocols[value] == "" {
			return fmt.Errorf("ip=%s is none of both, ipv4, ipv6", value)
		}
	case "through_fields":
		if a, b, _ := strings.Cut(value, ":"); a == "" || b == "" {
			return fmt.Errorf("through_fields=%s does not name two fields of the model between, as person:group", value)
		}
	case "fk":
		if app, model, _ := strings.Cut(value, "."); app == "" || model == "" {
			return fmt.Errorf("fk=%s does not name a model by its app, as auth.User", value)
		}
	}
	return nil
}

// fit finds keys that do not go with the kind of a field.
func (t tag) fit(relation, many, generic bool) []error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(t)) {
		switch {
		case generic && !slices.Contains(genericKeys, key):
			errs = append(errs, fmt.Errorf("%s is not for fields of type orm.GenericRelation, which take %s", key, strings.Join(genericKeys, ", ")))
		case generic:
		case key == "content_type" || key == "object_id":
			errs = append(errs, fmt.Errorf("%s is for fields of type orm.GenericRelation", key))
		case slices.Contains(manyKeys, key) && !many:
			errs = append(errs, fmt.Errorf("%s is for fields of type orm.M2M", key))
		case slices.Contains(relationKeys, key) && !relation:
			errs = append(errs, fmt.Errorf("%s is for relations: orm.FK, orm.OneToOne, orm.M2M, or fk=app.Model", key))
		}
	}
	if t.has("one_to_one") && !t.has("fk") {
		errs = append(errs, fmt.Errorf("one_to_one goes with fk=app.Model; other relations are of type orm.OneToOne"))
	}
	return errs
}
