package orm

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/validators"
)

// unique looks for other rows with the same values, in the table of the model and in
// those of its parents.
func (v *validator) unique(ctx context.Context) error {
	for _, m := range v.tables() {
		for _, together := range m.UniqueTogether {
			if err := v.uniqueFields(ctx, m, together); err != nil {
				return err
			}
		}
		if len(m.PKs) > 1 {
			if err := v.uniqueFields(ctx, m, m.PKs); err != nil {
				return err
			}
		}
	}
	for _, m := range v.tables() {
		for _, f := range m.Fields {
			if f.Unique {
				if err := v.uniqueFields(ctx, m, []*Field{f}); err != nil {
					return err
				}
			}
			if err := v.uniqueFor(ctx, m, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// tables returns the models whose tables hold the row: the model, then its parents.
func (v *validator) tables() []*Meta { return append([]*Meta{v.m.concrete()}, v.m.ParentList()...) }

func (v *validator) uniqueFields(ctx context.Context, m *Meta, fields []*Field) error {
	var preds []Pred
	for _, f := range fields {
		own := v.own(f)
		value := v.value(own)
		if v.excluded[f.Name] || value == nil || f.PrimaryKey && !v.adding() {
			return nil
		}
		preds = append(preds, compare("=", column(m.root, f.Name), value))
	}
	taken, err := v.taken(ctx, m, preds)
	if err == nil && taken {
		v.addUnique(m, fields)
	}
	return err
}

// own returns the field of the validated model that f is in its concrete model, which
// is another one for a proxy.
func (v *validator) own(f *Field) *Field {
	if v.m.Proxy != nil && f.Model == v.m.concrete() {
		return v.m.byName[f.Name]
	}
	return f
}

// taken tells whether another row of m fits.
func (v *validator) taken(ctx context.Context, m *Meta, preds []Pred) (bool, error) {
	if v.session == nil {
		return false, ErrNoDatabase
	}
	q := (&query{m: m, limit: -1, using: v.session.alias}).filter(preds, false)
	if own := v.itself(m); own.n != nil {
		q = q.filter([]Pred{own}, true)
	}
	return q.exists(ctx)
}

// itself is the condition that a row of m is this one, or none while it is not in the
// database.
func (v *validator) itself(m *Meta) Pred {
	if v.adding() {
		return Pred{}
	}
	var preds []Pred
	for _, f := range m.PKs {
		value := v.value(v.own(f))
		if value == nil {
			return Pred{}
		}
		preds = append(preds, compare("=", column(m.root, f.Name), value))
	}
	return And(preds...)
}

func (v *validator) addUnique(m *Meta, fields []*Field) {
	params := map[string]any{"model": v.m.Label(), "model_name": capFirst(m.Verbose)}
	if len(fields) == 1 {
		f := fields[0]
		params["field_label"] = capFirst(f.Verbose)
		v.found.Add(f.Name, f.complaint("unique", "%(model_name)s with this %(field_label)s already exists.", params))
		return
	}
	var labels []string
	for _, f := range fields {
		labels = append(labels, capFirst(f.Verbose))
	}
	params["field_labels"] = textList(labels)
	v.found.Add(NonFieldErrors, &validators.Error{
		Code: "unique_together", Message: "%(model_name)s with this %(field_labels)s already exists.", Params: params})
}

// uniqueFor checks unique_for_date, unique_for_month and unique_for_year. Moments are
// those of the database's zone.
func (v *validator) uniqueFor(ctx context.Context, m *Meta, f *Field) error {
	for _, rule := range []struct {
		kind, date string
		parts      []DatePart
	}{
		{"date", f.UniqueForDate, []DatePart{PartDay, PartMonth, PartYear}},
		{"year", f.UniqueForYear, []DatePart{PartYear}},
		{"month", f.UniqueForMonth, []DatePart{PartMonth}},
	} {
		date := m.byName[rule.date]
		if rule.date == "" || date == nil || v.excluded[f.Name] || v.excluded[rule.date] {
			continue
		}
		day, known := v.day(v.value(v.own(date)))
		value := v.value(v.own(f))
		if !known || value == nil {
			continue
		}
		preds := []Pred{compare("=", column(m.root, f.Name), value)}
		for _, part := range rule.parts {
			preds = append(preds, partIs(column(m.root, date.Name), date.Kind, part, day))
		}
		taken, err := v.taken(ctx, m, preds)
		if err != nil {
			return err
		}
		if taken {
			v.found.Add(f.Name, f.complaint("unique_for_date", "%(field_label)s must be unique for %(date_field_label)s %(lookup_type)s.", map[string]any{
				"model": v.m.Label(), "model_name": capFirst(m.Verbose), "lookup_type": rule.kind, "field": f.Name,
				"field_label": capFirst(f.Verbose), "date_field": date.Name, "date_field_label": capFirst(date.Verbose),
			}))
		}
	}
	return nil
}

// day returns the day of a date or a moment.
func (v *validator) day(value any) (civil.Date, bool) {
	switch value := value.(type) {
	case civil.Date:
		return value, true
	case time.Time:
		if v.session != nil {
			value = value.In(v.session.zone())
		}
		return civil.DateOf(value), true
	}
	return civil.Date{}, false
}

func partIs(n Node, kind Kind, part DatePart, d civil.Date) Pred {
	value := map[DatePart]int64{PartDay: int64(d.Day), PartMonth: int64(d.Month), PartYear: int64(d.Year)}[part]
	if kind == KindTime {
		return moment(n).Extract(part).Eq(value)
	}
	return day(n).Extract(part).Eq(value)
}

// capFirst is Django's capfirst.
func capFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// textList is "a, b and c".
func textList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(slices.Clone(words[:last]), ", ") + " and " + words[last]
}
