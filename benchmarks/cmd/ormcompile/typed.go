package main

import (
	"fmt"
	"strings"
)

// typedModels are the structs of handModels as models.
func typedModels(models int) string {
	var b strings.Builder
	b.WriteString("package typed\n\nimport (\n\t\"time\"\n\n\t\"github.com/shopspring/decimal\"\n\n\t\"github.com/nuages-web/nuages/civil\"\n\t\"github.com/nuages-web/nuages/orm\"\n)\n")
	for i := range models {
		fmt.Fprintf(&b, `
// Kind%[1]d is the kind of a Model%[1]d.
type Kind%[1]d string

// Model%[1]d is a row.
type Model%[1]d struct {
	orm.Model
	Name    string %[3]smax_length=100"%[4]s
	Slug    string %[3]sslug,unique"%[4]s
	Note    orm.Null[string]
	Kind    Kind%[1]d %[3]smax_length=10"%[4]s
	Count   int64
	Price   decimal.Decimal %[3]smax_digits=8,decimal_places=2"%[4]s
	Active  bool
	Created time.Time
	Day     civil.Date
	Parent  orm.NullFK[Model%[2]d] %[3]son_delete=set_null,related_name=model%[1]d_rows"%[4]s
}
`, i, max(i-1, 0), "`orm:\"", "`")
	}
	return b.String()
}

// typedQueries are those of handQueries.
func typedQueries(models, queries int) string {
	var b strings.Builder
	b.WriteString("package typed\n\nimport \"context\"\n")
	for i := range queries {
		fmt.Fprintf(&b, `
// Query%[1]d reads rows.
func Query%[1]d(ctx context.Context, word, parent string, least int64) ([]*Model%[2]d, error) {
	return Model%[2]ds.
		Filter(Model%[2]dF.Name.Contains(word), Model%[2]dF.Parent().Slug.Eq(parent), Model%[2]dF.Count.Gt(least)).
		OrderBy(Model%[2]dF.Created.Desc()).
		Limit(10).
		All(ctx)
}
`, i, i%models)
	}
	return b.String()
}
