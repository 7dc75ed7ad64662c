package postgres

import "github.com/nuages-web/nuages/orm"

// TSVector is a field that holds a document prepared for full text search
// (Django's SearchVectorField), such as 'fat':2A 'rat':3. It is computed by the
// database: set the column to a [SearchVector], or use a trigger or a generated
// column.
type TSVector string

// ColumnType returns tsvector.
func (v TSVector) ColumnType(d *orm.Dialect, _ *orm.Field) (string, error) {
	return "tsvector", onlyPostgres(d, "search vectors")
}

// ColumnValue returns the argument of a statement.
func (v TSVector) ColumnValue() (any, error) { return literal(v), checkText(string(v)) }

// ScanColumn reads the value of a column.
func (v *TSVector) ScanColumn(rows orm.Rows, i int) error {
	*v = TSVector(rows.Text(i))
	return nil
}
