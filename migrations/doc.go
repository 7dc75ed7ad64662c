// Package migrations changes databases as models change: Django's migrations.
//
// A migration is a value in a file of its app, shop/migrations/0002_record_notes.go,
// that is listed in the app's variable All. It names fields and models as data, so
// that it stays what it is when the models change:
//
//	var m0002RecordNotes = &migrations.Migration{
//		App: "shop", Name: "0002_record_notes",
//		Dependencies: []string{"shop.0001_initial"},
//		Operations: []migrations.Operation{
//			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "notes", Type: "TextField"}, Fill: ""},
//		},
//	}
//
// The command makemigrations writes such files from what changed in the models;
// migrate applies them, and notes them in Django's table django_migrations.
//
// See https://docs.djangoproject.com/en/stable/topics/migrations/.
package migrations
