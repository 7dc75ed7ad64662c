// Package events is the example of the guide about PostgreSQL.
package events

import (
	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

//go:generate go tool nuages generate

// doc:models

// Event is an evening in one of the halls.
type Event struct {
	orm.Model
	Hall   int64
	Title  string                      `orm:"max_length=100"`
	Text   string                      `orm:"text"`
	Tags   postgres.Array[string]      `orm:"max_length=20"`
	Period postgres.Range[civil.Date]  // from a day to before another
	Extra  orm.Null[postgres.HStore]   // needs the extension hstore
	Words  orm.Null[postgres.TSVector] // what searches look at
}

// Meta indexes what is asked for, and lets no hall be taken twice.
func (e *Event) Meta(m *orm.Options) {
	m.AddIndex(postgres.Gin("", nil), &e.Tags)
	m.AddIndex(postgres.Gin("", nil), &e.Words)
	m.AddIndex(postgres.Gin("event_title_trgm", nil), orm.Key(&e.Title).OpClass("gin_trgm_ops"))
	m.AddExclusion(orm.ExclusionOptions{ // needs the extension btree_gist
		Name: "event_hall_free", Operators: []string{postgres.RangeEqual, postgres.RangeOverlaps},
	}, &e.Hall, &e.Period)
}

// doc:end
