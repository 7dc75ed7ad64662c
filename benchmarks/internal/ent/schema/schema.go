// Package schema is ent's own description of the tables; the rest of ent/ is generated.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

func table(name string) []schema.Annotation { return []schema.Annotation{entsql.Table(name)} }

// Author writes books.
type Author struct{ ent.Schema }

// Annotations names the table.
func (Author) Annotations() []schema.Annotation { return table("author") }

// Fields are the columns.
func (Author) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.String("email")}
}

// Edges are the relations.
func (Author) Edges() []ent.Edge { return []ent.Edge{edge.To("books", Book.Type)} }

// Book is read.
type Book struct{ ent.Schema }

// Annotations names the table.
func (Book) Annotations() []schema.Annotation { return table("book") }

// Fields are the columns.
func (Book) Fields() []ent.Field {
	return []ent.Field{field.String("title"), field.Int("author_id"), field.Int("pages"), field.Float("price"),
		field.Bool("in_stock"), field.Time("published")}
}

// Edges are the relations.
func (Book) Edges() []ent.Edge {
	return []ent.Edge{edge.From("author", Author.Type).Ref("books").Field("author_id").Unique().Required()}
}

// Entry is written.
type Entry struct{ ent.Schema }

// Annotations names the table.
func (Entry) Annotations() []schema.Annotation { return table("entry") }

// Fields are the columns.
func (Entry) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.String("email"), field.Int("age"), field.Bool("active"),
		field.Float("score"), field.Time("created")}
}
