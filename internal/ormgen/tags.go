package ormgen

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

// valueKind is what may follow a key of a tag.
type valueKind uint8

const (
	noValue valueKind = iota
	anyValue
	numberValue
	boolValue // key alone or key=true, key=false
)

// tagKeys are the keys of a tag.
var tagKeys = map[string]valueKind{
	"pk": noValue, "auto": noValue, "unique": noValue, "index": noValue, "blank": noValue, "positive": noValue, "small": noValue,
	"max_length": numberValue, "max_digits": numberValue, "decimal_places": numberValue, "size": numberValue,
	"auto_now": noValue, "auto_now_add": noValue, "slug": noValue, "email": noValue, "url": noValue, "text": noValue, "unicode": noValue,
	"ip": anyValue, "unpack_ipv4": noValue, "collation": anyValue, "comment": anyValue, "column": anyValue, "not_editable": noValue,
	"unique_for_date": anyValue, "unique_for_month": anyValue, "unique_for_year": anyValue,
	"on_delete": anyValue, "related_name": anyValue, "related_query_name": anyValue, "to_field": anyValue, "no_constraint": noValue,
	"through": anyValue, "through_fields": anyValue, "db_table": anyValue, "symmetrical": boolValue,
	"fk": anyValue, "one_to_one": noValue, "parent_link": noValue, "content_type": anyValue, "object_id": anyValue,
}

// tagChoices are the only values that some keys may have.
var tagChoices = map[string][]string{
	"on_delete": {"cascade", "protect", "restrict", "set_null", "set_default", "do_nothing", "db_cascade", "db_set_null", "db_set_default"},
	"ip":        {"both", "ipv4", "ipv6"},
}

// relationKeys are keys that relations alone may have.
var relationKeys = []string{"on_delete", "related_name", "related_query_name", "to_field", "no_constraint", "parent_link"}

// manyKeys are keys that many-to-many relations alone may have.
var manyKeys = []string{"through", "through_fields", "symmetrical", "db_table"}

// genericKeys are all that generic relations may have.
var genericKeys = []string{"content_type", "object_id", "related_query_name"}

// elsewhere says where to say what Django says in arguments that are no keys here.
var elsewhere = map[string]string{
	"null":         "null is a type: orm.Null[T], orm.NullFK[T]",
	"choices":      "choices are set in Meta: m.Field(&p.X).Choices(…)",
	"default":      "defaults are set in Meta: m.Field(&p.X).Default(…)",
	"verbose_name": "names are set in Meta: m.Field(&p.X).Verbose(…)",
	"help_text":    "help texts are set in Meta: m.Field(&p.X).Help(…)",
	"validators":   "validators are set in Meta: m.Field(&p.X).Validators(…)",
	"primary_key":  "the key is pk",
	"db_index":     "the key is index",
	"db_column":    "the key is column=…",
	"db_comment":   "the key is comment=…",
	"db_collation": "the key is collation=…",
	"editable":     "the key is not_editable",
}

// parseTag reads the literal of a struct tag. Mistakes are returned one by one.
func parseTag(literal string) (tag, []error) {
	text, err := strconv.Unquote(literal)
	if err != nil {
		return nil, []error{fmt.Errorf("the tag %s is not quoted", literal)}
	}
	value, ok := reflect.StructTag(text).Lookup("orm")
	if !ok {
		if strings.Contains(text, "orm:") {
			return nil, []error{fmt.Errorf("the tag %s is not of the form `orm:\"key,key=value\"`", literal)}
		}
		return nil, nil
	}
	if value == "" || value == "-" {
		return tag{value: ""}, nil
	}
	t := tag{}
	var errs []error
	for part := range strings.SplitSeq(value, ",") {
		key, v, given := strings.Cut(strings.TrimSpace(part), "=")
		if t.has(key) {
			errs = append(errs, fmt.Errorf("the tag says %q twice", key))
		}
		if err := checkTag(key, v, given); err != nil {
			errs = append(errs, err)
			continue
		}
		t[key] = v
	}
	return t, errs
}

func checkTag(key, value string, given bool) error {
	kind, ok := tagKeys[key]
	switch {
	case !ok && elsewhere[key] != "":
		return fmt.Errorf("the tag has no key %q: %s", key, elsewhere[key])
	case !ok:
		return fmt.Errorf("the tag has no key %q%s", key, didYouMean(key, slices.Sorted(maps.Keys(tagKeys))))
	case kind == noValue && given:
		return fmt.Errorf("the tag's key %s takes no value", key)
	case (kind == anyValue || kind == numberValue) && value == "":
		return fmt.Errorf("the tag's key %s needs a value: %[1]s=…", key)
	case kind == boolValue && given && value != "true" && value != "false":
		return fmt.Errorf("the tag's key %s is true or false, not %q", key, value)
	}
	if choices := tagChoices[key]; choices != nil && !slices.Contains(choices, value) {
		return fmt.Errorf("%s=%s is none of %s%s", key, value, strings.Join(choices, ", "), didYouMean(value, choices))
	}
	if n, err := strconv.ParseUint(value, 10, 31); kind == numberValue && (err != nil || n == 0 && key != "decimal_places") {
		return fmt.Errorf("%s=%s is no positive number", key, value)
	}
	if a, b, ok := strings.Cut(value, ":"); key == "through_fields" && (!ok || a == "" || b == "") {
		return fmt.Errorf("through_fields=%s names two fields of the model between: through_fields=person:group", value)
	}
	if app, model, ok := strings.Cut(value, "."); key == "fk" && (!ok || app == "" || model == "") {
		return fmt.Errorf("fk=%s names a model by its app: fk=auth.User", value)
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
