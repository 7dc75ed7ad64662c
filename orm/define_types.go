package orm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// genericField is GenericRelation[T], which is an m2mField too.
type genericField interface{ genericRelation() }

// m2mField is M2M[T].
type m2mField interface{ m2mTarget() reflect.Type }

// nullField is Null[T].
type nullField interface{ inner() reflect.Type }

// oneToOneField is OneToOne[T] and those like it.
type oneToOneField interface{ oneToOne() }

var (
	relFieldType     = reflect.TypeFor[relField]()
	m2mFieldType     = reflect.TypeFor[m2mField]()
	genericFieldType = reflect.TypeFor[genericField]()
	nullFieldType    = reflect.TypeFor[nullField]()
	jsonFieldType    = reflect.TypeFor[jsonValue]()
	customFieldType  = reflect.TypeFor[CustomField]()
)

// exactKinds are the types that fields may have beside those of exact kind.
var exactKinds = map[reflect.Type]Kind{
	reflect.TypeFor[time.Time]():       KindTime,
	reflect.TypeFor[time.Duration]():   KindDuration,
	reflect.TypeFor[civil.Date]():      KindDate,
	reflect.TypeFor[civil.Time]():      KindTimeOfDay,
	reflect.TypeFor[uuid.UUID]():       KindUUID,
	reflect.TypeFor[decimal.Decimal](): KindDecimal,
	reflect.TypeFor[netip.Addr]():      KindIP,
	reflect.TypeFor[json.RawMessage](): KindJSON,
}

var basicKinds = map[reflect.Kind]Kind{
	reflect.Bool: KindBool, reflect.Int: KindInt, reflect.Int8: KindInt8, reflect.Int16: KindInt16, reflect.Int32: KindInt32,
	reflect.Int64: KindInt64, reflect.Uint: KindUint, reflect.Uint8: KindUint8, reflect.Uint16: KindUint16,
	reflect.Uint32: KindUint32, reflect.Uint64: KindUint64, reflect.Float32: KindFloat32, reflect.Float64: KindFloat64,
	reflect.String: KindString,
}

// kindOf returns how a value of type t lies in memory, or KindInvalid.
func kindOf(t reflect.Type) Kind {
	if k, ok := exactKinds[t]; ok {
		return k
	}
	switch {
	case t.Implements(customFieldType), reflect.PointerTo(t).Implements(customFieldType):
		return KindCustom
	case t.Implements(jsonFieldType):
		return KindJSON
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return KindBytes
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8:
		return KindUUID
	}
	return basicKinds[t.Kind()]
}

func isRelation(t reflect.Type) bool { return reflect.PointerTo(t).Implements(relFieldType) }

func isGeneric(t reflect.Type) bool { return reflect.PointerTo(t).Implements(genericFieldType) }

func isM2M(t reflect.Type) bool { return reflect.PointerTo(t).Implements(m2mFieldType) }

// isFieldType tells whether a struct is a field, even where it is embedded.
func isFieldType(t reflect.Type) bool {
	return isRelation(t) || isM2M(t) || t.Implements(nullFieldType) || kindOf(t) != KindInvalid
}

// internalTypes are Django's types of fields that a Go kind alone decides.
var internalTypes = map[Kind]string{
	KindBool: "BooleanField", KindInt: "BigIntegerField", KindInt8: "SmallIntegerField", KindInt16: "SmallIntegerField",
	KindInt32: "IntegerField", KindInt64: "BigIntegerField", KindUint: "PositiveBigIntegerField",
	KindUint8: "PositiveSmallIntegerField", KindUint16: "PositiveSmallIntegerField", KindUint32: "PositiveIntegerField",
	KindUint64: "PositiveBigIntegerField", KindFloat32: "FloatField", KindFloat64: "FloatField", KindBytes: "BinaryField",
	KindTime: "DateTimeField", KindDate: "DateField", KindTimeOfDay: "TimeField", KindDuration: "DurationField",
	KindUUID: "UUIDField", KindDecimal: "DecimalField", KindIP: "GenericIPAddressField", KindJSON: "JSONField", KindCustom: "CustomField",
}

var autoTypes = map[Kind]string{
	KindInt: "BigAutoField", KindInt64: "BigAutoField", KindInt32: "AutoField", KindInt16: "SmallAutoField",
}

// positiveTypes are what the tag positive makes of a type.
var positiveTypes = map[string]string{
	"BigIntegerField": "PositiveBigIntegerField", "IntegerField": "PositiveIntegerField", "SmallIntegerField": "PositiveSmallIntegerField",
}

// setType finds out what the Go type of f means.
func (f *Field) setType(t tag) error {
	switch {
	case isGeneric(f.GoType):
		f.Kind, f.Type = KindM2M, "GenericRelation"
		f.target.typ = reflect.New(f.GoType).Interface().(m2mField).m2mTarget()
		f.Relation = &Relation{Kind: GenericMany}
		return nil
	case isM2M(f.GoType):
		f.Kind, f.Type = KindM2M, "ManyToManyField"
		f.target.typ = reflect.New(f.GoType).Interface().(m2mField).m2mTarget()
		f.Relation = &Relation{Kind: ManyToManyRel}
		return nil
	case isRelation(f.GoType):
		return f.setKey()
	}
	value := f.GoType
	if value.Implements(nullFieldType) {
		valid, _ := value.FieldByName("Valid")
		f.Null, f.nullOff = true, valid.Offset
		value = reflect.Zero(value).Interface().(nullField).inner()
	}
	f.valueType = value
	if f.Kind = kindOf(value); f.Kind == KindInvalid {
		if value.Kind() == reflect.Pointer {
			return fmt.Errorf("a field cannot be of type %s; null is orm.Null[%s], and a relation is orm.FK[%[2]s]", f.GoType, value.Elem())
		}
		return fmt.Errorf("a field cannot be of type %s; store it as JSON in orm.JSON[%[1]s], or tag it `orm:\"-\"`", f.GoType)
	}
	if t.has("fk") {
		f.target.label = t["fk"]
		f.relate(t.has("one_to_one"))
		return nil
	}
	return f.setInternalType(t)
}

// setKey is setType of FK, OneToOne and those like them.
func (f *Field) setKey() error {
	rel := reflect.New(f.GoType).Interface().(relField)
	id, _ := f.GoType.FieldByName("ID")
	f.valueType = id.Type
	if f.Kind = kindOf(id.Type); f.Kind == KindInvalid {
		return fmt.Errorf("a key cannot be of type %s", id.Type)
	}
	shape := rel.relShape()
	f.target.typ, f.objOff, f.linkOff = shape.target, shape.obj, shape.link
	f.Null, f.nullOff = shape.null, shape.valid
	_, one := rel.(oneToOneField)
	f.typed = true
	f.relate(one)
	return nil
}

func (f *Field) relate(one bool) {
	f.Type, f.Relation = "ForeignKey", &Relation{Kind: ManyToOne}
	if one {
		f.Type, f.Relation.Kind, f.Unique = "OneToOneField", OneToOneRel, true
	}
}

func (f *Field) setInternalType(t tag) error {
	f.Type = internalTypes[f.Kind]
	switch {
	case f.Kind == KindString:
		f.setTextType(t)
	case t.has("auto"):
		auto, ok := autoTypes[f.Kind]
		if !ok {
			return fmt.Errorf("auto goes with int64, int32 and int16, not with %s", f.valueType)
		}
		f.Type, f.Auto = auto, true
	case t.has("small") && (f.Type == "BigIntegerField" || f.Type == "IntegerField"):
		f.Type = "SmallIntegerField"
	}
	if t.has("positive") {
		if positive, ok := positiveTypes[f.Type]; ok {
			f.Type = positive
		} else {
			return fmt.Errorf("positive goes with signed integers, not with %s", f.valueType)
		}
	}
	if f.Type == "GenericIPAddressField" {
		f.Protocol = "both"
		if t.has("ip") {
			f.Protocol = ipProtocols[t["ip"]]
		}
	}
	return nil
}

// setTextType chooses among the fields that are text, with Django's lengths.
func (f *Field) setTextType(t tag) {
	length := func(n int) { f.MaxLength = n }
	switch {
	case t.has("slug"):
		f.Type, f.Index = "SlugField", true
		length(50)
	case t.has("email"):
		f.Type = "EmailField"
		length(254)
	case t.has("url"):
		f.Type = "URLField"
		length(200)
	case t.has("ip"):
		f.Type = "GenericIPAddressField"
		length(39)
	case t.has("text"), !t.has("max_length"):
		f.Type = "TextField"
	default:
		f.Type = "CharField"
	}
}

// setOptions takes the rest of a tag.
func (f *Field) setOptions(t tag) {
	relation := f.Relation != nil
	for _, err := range t.fit(relation, f.Kind == KindM2M, f.generic()) {
		f.errorf("fields.N001", "", "%v.", err)
	}
	f.Column = t["column"]
	if f.Column == "" && f.Kind != KindM2M {
		f.Column = f.Name
		if relation {
			f.Column += "_id"
		}
	}
	f.PrimaryKey = t.has("pk")
	f.Unique = f.Unique || t.has("unique") || f.PrimaryKey
	f.Index = f.Index || t.has("index")
	f.Blank = t.has("blank")
	if t.has("max_length") {
		f.MaxLength = t.number("max_length")
	}
	f.MaxDigits, f.DecimalPlaces = t.number("max_digits"), t.number("decimal_places")
	f.Size = t.number("size")
	f.AutoNow, f.AutoNowAdd = t.has("auto_now"), t.has("auto_now_add")
	f.NotEditable = t.has("not_editable") || f.AutoNow || f.AutoNowAdd || f.Type == "BinaryField"
	f.Blank = f.Blank || f.AutoNow || f.AutoNowAdd || f.Auto
	f.Collation, f.Comment, f.AllowUnicode = t["collation"], t["comment"], t.has("unicode")
	f.UnpackIPv4 = t.has("unpack_ipv4")
	f.UniqueForDate, f.UniqueForMonth, f.UniqueForYear = t["unique_for_date"], t["unique_for_month"], t["unique_for_year"]
	if relation {
		f.setRelationOptions(t)
	}
}

func (f *Field) setRelationOptions(t tag) {
	r := f.Relation
	r.Field, r.Name, r.Accessor, r.From = f, f.Name, f.Name, f.Model
	r.OnDelete = onDeleteRules[t["on_delete"]]
	r.RelatedName, r.QueryName = t["related_name"], t["related_query_name"]
	r.NoConstraint, r.ParentLink = t.has("no_constraint"), t.has("parent_link")
	if f.generic() {
		f.NotEditable, f.Blank = true, true
		r.genericFields = [2]string{cmp.Or(t["content_type"], "content_type"), cmp.Or(t["object_id"], "object_id")}
		return
	}
	f.target.toName = t["to_field"]
	if f.Kind != KindM2M {
		f.Index = true // as Django's; a unique column gets none
		if !t.has("on_delete") {
			f.errorf("fields.N003", "Add on_delete=cascade, protect, restrict, set_null, set_default, do_nothing, or db_….",
				"The relation does not say what happens when the row it points to is deleted.")
		}
		return
	}
	r.throughTable = t["db_table"]
	r.throughRef.label = t["through"]
	r.throughFields[0], r.throughFields[1], _ = strings.Cut(t["through_fields"], ":")
	r.Symmetrical = t["symmetrical"] != "false"
}
