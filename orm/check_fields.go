package orm

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/checks"
)

func (c *modelCheck) fieldError(f *Field, id, hint, format string, args ...any) {
	c.add(problem{checks.Error, id, fmt.Sprintf(format, args...), hint, f.String()})
}

// field looks one column over.
func (c *modelCheck) field(f *Field) {
	c.fieldName(f)
	if f.PrimaryKey && f.Null {
		c.fieldError(f, "fields.E007", "Make it no orm.Null, or drop pk.", "Primary keys must not be null.")
	}
	if f.Auto && !f.PrimaryKey {
		c.fieldError(f, "fields.E100", "", "AutoFields must set pk.")
	}
	if f.Name == "id" && !f.PrimaryKey {
		c.fieldError(f, "models.E004", "", "'id' can only be used as a field name if the field is also the primary key.")
	}
	if f.AutoNow && f.AutoNowAdd || (f.AutoNow || f.AutoNowAdd) && f.Default != nil {
		c.fieldError(f, "fields.E160", "", "The options auto_now, auto_now_add, and default are mutually exclusive. Only one of these options may be present.")
	}
	if f.Type == "GenericIPAddressField" && f.Blank && !f.Null {
		c.fieldError(f, "fields.E150", "", "GenericIPAddressFields cannot be blank if they are not null, as blank values are stored as nulls.")
	}
	if f.UnpackIPv4 && f.Protocol != "both" {
		c.fieldError(f, "fields.N016", "", "unpack_ipv4 goes with addresses of both protocols.")
	}
	if f.DBDefault != nil && f.Generated != nil {
		c.fieldError(f, "fields.N008", "", "A generated column has no default.")
	}
	if f.PrimaryKey && f.Generated != nil {
		c.fieldError(f, "fields.N008", "", "A generated column cannot be the primary key.")
	}
	c.temporal(f)
	c.decimal(f)
	c.choices(f)
	c.uniqueFor(f)
	if f.Relation != nil && f.Relation.To != nil && !f.Relation.ParentLink {
		c.relatedNames(f)
		c.key(f)
	}
}

func (c *modelCheck) fieldName(f *Field) {
	switch {
	case strings.HasSuffix(f.Name, "_"):
		c.fieldError(f, "fields.E001", "", "Field names must not end with an underscore.")
	case strings.Contains(f.Name, "__"):
		c.fieldError(f, "fields.E002", "", "Field names must not contain %q.", "__")
	case f.Name == "pk":
		c.fieldError(f, "fields.E003", "", "'pk' is a reserved word that cannot be used as a field name.")
	}
}

func (c *modelCheck) temporal(f *Field) {
	if (f.AutoNow || f.AutoNowAdd) && f.Kind != KindTime && f.Kind != KindDate && f.Kind != KindTimeOfDay {
		c.fieldError(f, "fields.N009", "", "auto_now and auto_now_add go with time.Time, civil.Date and civil.Time.")
	}
}

func (c *modelCheck) decimal(f *Field) {
	if f.Type != "DecimalField" {
		if f.MaxDigits > 0 || f.DecimalPlaces > 0 {
			c.fieldError(f, "fields.N009", "", "max_digits and decimal_places go with decimal.Decimal.")
		}
		return
	}
	switch {
	case f.MaxDigits == 0:
		c.fieldError(f, "fields.E132", "", "DecimalFields must define a 'max_digits' attribute.")
	case f.DecimalPlaces > f.MaxDigits:
		c.fieldError(f, "fields.E134", "", "'max_digits' must be greater or equal to 'decimal_places'.")
	}
}

func (c *modelCheck) choices(f *Field) {
	if f.MaxLength == 0 {
		return
	}
	longest := 0
	for _, choice := range f.Choices {
		if v := reflect.ValueOf(choice.Value); v.Kind() == reflect.String {
			longest = max(longest, utf8.RuneCountInString(v.String()))
		}
	}
	if longest > f.MaxLength {
		c.fieldError(f, "fields.E009", "", "'max_length' is too small to fit the longest value in 'choices' (%d characters).", longest)
	}
}

func (c *modelCheck) uniqueFor(f *Field) {
	for _, name := range []string{f.UniqueForDate, f.UniqueForMonth, f.UniqueForYear} {
		if name == "" {
			continue
		}
		if of := c.m.byName[name]; of == nil || of.Kind != KindTime && of.Kind != KindDate {
			c.fieldError(f, "fields.N010", "", "unique_for_… names %q, which is no field with a date.", name)
		}
	}
}

// relatedNames looks at the names of the way back.
func (c *modelCheck) relatedNames(f *Field) {
	r := f.Relation
	if name := strings.TrimSuffix(r.RelatedName, "+"); name != "" && !identifier(f.Model.expand(name)) {
		c.fieldError(f, "fields.E306", "", "The name %q is invalid related_name for field %s.", r.RelatedName, f)
	}
	if r.Inverse == nil {
		return
	}
	switch name := r.Inverse.Name; {
	case strings.HasSuffix(name, "_"):
		c.fieldError(f, "fields.E308", "Add or change a related_name or related_query_name.", "Reverse query name %q must not end with an underscore.", name)
	case strings.Contains(name, "__"):
		c.fieldError(f, "fields.E309", "Add or change a related_name or related_query_name.", "Reverse query name %q must not contain %q.", name, "__")
	}
}

func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80 && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// key looks at what a key refers to, and at what happens when that is deleted.
func (c *modelCheck) key(f *Field) {
	r := f.Relation
	if !r.ToField.Unique {
		c.fieldError(f, "fields.E311", "", "%q must be unique because it is referenced by a foreign key.", r.To.Name+"."+r.ToField.Name)
	}
	switch r.OnDelete {
	case SetNull, DBSetNull:
		if !f.Null {
			c.fieldError(f, "fields.E320", "Make it an orm.NullFK, or change the on_delete rule.", "Field specifies on_delete=set_null, but cannot be null.")
		}
	case SetDefault:
		if f.Default == nil {
			c.fieldError(f, "fields.E321", "Set a default value, or change the on_delete rule.", "Field specifies on_delete=set_default, but has no default value.")
		}
	case DBSetDefault:
		if f.DBDefault == nil {
			c.fieldError(f, "fields.E322", "Set a DBDefault, or change the on_delete rule.", "Field specifies on_delete=db_set_default, but has no default in the database.")
		}
	}
}
