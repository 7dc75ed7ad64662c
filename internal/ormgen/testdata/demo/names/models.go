// Package names has models whose names need care.
//
//nuages:app=naming
package names

import (
	stdtime "time"

	o "github.com/nuages-web/nuages/orm"

	users "github.com/nuages-web/nuages/internal/ormgen/testdata/demo/auth"
)

type (
	Person struct {
		o.Model
		HTTPServer string
		UserID     int64
		Address2   string
		Path       string // hides Rel's
		Born       stdtime.Time
		Friends    o.M2M[Person]          `orm:"symmetrical=false,related_name=friend_of"`
		Boss       o.NullFK[Person]       `orm:"on_delete=set_null,related_name=+"`
		Account    o.OneToOne[users.User] `orm:"on_delete=cascade,related_query_name=human"`
	}

	// News has a plural that is its name.
	//
	//nuages:manager AllNews
	News struct {
		o.State
		Code string `orm:"pk,max_length=2"`
	}

	// Octopus has a plural of its own.
	//
	//nuages:plural Octopodes
	Octopus struct {
		o.Model
		Home o.FKey[News, string] `orm:"on_delete=cascade,to_field=code"`
	}
)

// secret is a model that other packages don't see.
type secret struct {
	o.Model
	Of o.FK[Person] `orm:"on_delete=cascade"`
}

// Word has a query of its own.
//
//nuages:query WordQuery
type Word struct {
	o.Model
	Text string
	Save bool // no method then
}

// WordQuery is the manager of words.
type WordQuery struct{ *o.Query[Word] }

// Short are short words.
func (q WordQuery) Short() WordQuery { return WordQuery{q.Limit(3)} }

// Refresh is the user's own.
func (self *Word) Refresh() {}
