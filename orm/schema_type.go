package orm

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// internalType is Type, with that of the column of order_with_respect_to resolved.
func (f *Field) internalType() string {
	if f.Type == "OrderWrt" {
		return "IntegerField"
	}
	return f.Type
}

// keyTypes are the types of keys that refer to a column (Django's rel_db_type).
var keyTypes = map[string]string{
	"AutoField": "IntegerField", "BigAutoField": "BigIntegerField", "SmallAutoField": "SmallIntegerField",
}

// positiveKeyTypes are those where a key need not have the very type of its target.
var positiveKeyTypes = map[string]string{
	"PositiveBigIntegerField": "BigIntegerField", "PositiveIntegerField": "IntegerField", "PositiveSmallIntegerField": "SmallIntegerField",
}

// ColumnType returns the type of the field's column, without suffixes and checks:
// "varchar(100)".
func (f *Field) ColumnType(d *Dialect) (string, error) {
	if err := f.Model.link(); err != nil {
		return "", err
	}
	return d.columnType(f)
}

func (d *Dialect) columnType(f *Field) (string, error) {
	typ := f.internalType()
	for f.Relation != nil {
		if f.Relation.ToField == nil {
			return "", fmt.Errorf("orm: %s has no column", f)
		}
		f = f.Relation.ToField
		typ = f.internalType()
		if key := keyTypes[typ]; key != "" {
			typ = key
		}
		// MySQL wants the types of both sides to be equal (related_fields_match_type).
		if key := positiveKeyTypes[typ]; key != "" && d.Quote != '`' {
			typ = key
		}
	}
	if f.Kind == KindCustom {
		return f.customType(d)
	}
	template, ok := d.Types[typ]
	if !ok || template == "" {
		return "", fmt.Errorf("orm: %s has no type for %s, which is a %s: %w", d.Name, f, typ, ErrNotSupported)
	}
	if !strings.Contains(template, "{") {
		return template, nil
	}
	return strings.NewReplacer("{max_length}", strconv.Itoa(f.MaxLength), "{max_digits}", strconv.Itoa(f.MaxDigits),
		"{decimal_places}", strconv.Itoa(f.DecimalPlaces), "{column}", d.Ident(f.Column)).Replace(template), nil
}

func (f *Field) customType(d *Dialect) (string, error) {
	if f.valueType == nil {
		return "", fmt.Errorf("orm: %s is of a type of its own, which is not known here", f)
	}
	custom, ok := reflect.New(f.valueType).Interface().(CustomField)
	if !ok {
		return "", fmt.Errorf("orm: %s of type %s is no CustomField", f, f.valueType)
	}
	return custom.ColumnType(d, f)
}

// collation of a key is that of its target.
func (f *Field) collation() string {
	if f.Collation == "" && f.Relation != nil && f.Relation.ToField != nil {
		return f.Relation.ToField.collation()
	}
	return f.Collation
}

// mysqlText tells whether MySQL limits the type: its blobs and texts have no plain
// indexes, and defaults must be expressions.
func (s *Schema) mysqlText(f *Field) bool {
	if !s.mysql() {
		return false
	}
	typ, err := s.d.columnType(f)
	return err == nil && (strings.Contains(typ, "text") || strings.Contains(typ, "blob") || typ == "json")
}
