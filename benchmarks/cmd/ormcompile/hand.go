package main

import (
	"fmt"
	"strings"
)

const handColumns = "id, name, slug, note, kind, count, price, active, created, day, parent_id"

// handModels are structs, each with its five functions of SQL.
func handModels(models int) string {
	var b strings.Builder
	b.WriteString("package hand\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n\t\"time\"\n\n\t\"github.com/shopspring/decimal\"\n\n\t\"github.com/nuages-web/nuages/civil\"\n)\n")
	for i := range models {
		parent := max(i-1, 0)
		fmt.Fprintf(&b, `
// Kind%[1]d is the kind of a Model%[1]d.
type Kind%[1]d string

// Model%[1]d is a row.
type Model%[1]d struct {
	ID       int64
	Name     string
	Slug     string
	Note     sql.NullString
	Kind     Kind%[1]d
	Count    int64
	Price    decimal.Decimal
	Active   bool
	Created  time.Time
	Day      civil.Date
	ParentID sql.NullInt64 // of Model%[2]d
}

func (m *Model%[1]d) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&m.ID, &m.Name, &m.Slug, &m.Note, &m.Kind, &m.Count, &m.Price, &m.Active, &m.Created, &m.Day, &m.ParentID)
}

// GetModel%[1]d reads one row.
func GetModel%[1]d(ctx context.Context, db *sql.DB, id int64) (*Model%[1]d, error) {
	m := &Model%[1]d{}
	if err := m.scan(db.QueryRowContext(ctx, "SELECT %[3]s FROM app_model%[1]d WHERE id = $1", id)); err != nil {
		return nil, err
	}
	return m, nil
}

// ListModel%[1]d reads the rows of a parent.
func ListModel%[1]d(ctx context.Context, db *sql.DB, parent int64) ([]*Model%[1]d, error) {
	rows, err := db.QueryContext(ctx, "SELECT %[3]s FROM app_model%[1]d WHERE parent_id = $1 ORDER BY created DESC", parent)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Model%[1]d
	for rows.Next() {
		m := &Model%[1]d{}
		if err := m.scan(rows); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

// InsertModel%[1]d inserts a row.
func InsertModel%[1]d(ctx context.Context, db *sql.DB, m *Model%[1]d) error {
	return db.QueryRowContext(ctx, "INSERT INTO app_model%[1]d (name, slug, note, kind, count, price, active, created, day, parent_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
		m.Name, m.Slug, m.Note, m.Kind, m.Count, m.Price, m.Active, m.Created, m.Day, m.ParentID).Scan(&m.ID)
}

// UpdateModel%[1]d writes a row.
func UpdateModel%[1]d(ctx context.Context, db *sql.DB, m *Model%[1]d) error {
	_, err := db.ExecContext(ctx, "UPDATE app_model%[1]d SET name = $1, slug = $2, note = $3, kind = $4, count = $5, price = $6, active = $7, created = $8, day = $9, parent_id = $10 WHERE id = $11",
		m.Name, m.Slug, m.Note, m.Kind, m.Count, m.Price, m.Active, m.Created, m.Day, m.ParentID, m.ID)
	return err
}

// DeleteModel%[1]d deletes a row.
func DeleteModel%[1]d(ctx context.Context, db *sql.DB, id int64) error {
	_, err := db.ExecContext(ctx, "DELETE FROM app_model%[1]d WHERE id = $1", id)
	return err
}
`, i, parent, handColumns)
	}
	return b.String()
}

// handQueries are functions with a query of two tables each.
func handQueries(models, queries int) string {
	var b strings.Builder
	b.WriteString("package hand\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n")
	for i := range queries {
		m := i % models
		fmt.Fprintf(&b, `
// Query%[1]d reads rows.
func Query%[1]d(ctx context.Context, db *sql.DB, word, parent string, least int64) ([]*Model%[2]d, error) {
	rows, err := db.QueryContext(ctx, "SELECT %[4]s FROM app_model%[2]d m JOIN app_model%[3]d p ON p.id = m.parent_id WHERE m.name LIKE '%%' || $1 || '%%' AND p.slug = $2 AND m.count > $3 ORDER BY m.created DESC LIMIT 10", word, parent, least)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Model%[2]d
	for rows.Next() {
		m := &Model%[2]d{}
		if err := m.scan(rows); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}
`, i, m, max(m-1, 0), "m."+strings.ReplaceAll(handColumns, ", ", ", m."))
	}
	return b.String()
}
