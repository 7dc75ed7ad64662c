// Package choices has types of constants that are choices.
package choices

import "github.com/nuages-web/nuages/orm"

// Status is text.
//
//nuages:choices
type Status string

// What an order may be.
const (
	StatusNew        Status = "new"  // Just placed
	StatusInProgress Status = "busy" // Somebody works on it
	StatusHTTPFailed Status = "failed"
	other                   = "x"
	Sent_back               = Status("back")
)

type (
	// Suit is a number.
	//
	//nuages:choices
	Suit int16

	// Level has texts of its own.
	//
	//nuages:choices
	Level int

	// Mark has a method Label of its own.
	//
	//nuages:choices
	Mark uint8
)

const (
	Diamonds, Hearts Suit = iota + 1, iota + 11
	Clubs, Spades
	_, _
)

const (
	Low Level = iota
	High
)

const Good Mark = 1 // Well done

// String names a level.
func (l Level) String() string { return [...]string{"low", "high"}[l] }

// Label is not the one of the choices.
func (Mark) Label() string { return "mark" }

// Order has a field of each.
type Order struct {
	orm.Model
	Status Status `orm:"max_length=10"`
	Suit   Suit
	Level  orm.Null[Level]
	Mark   Mark
}

// Meta makes them choices.
func (o *Order) Meta(m *orm.Options) {
	m.Field(&o.Status).Choices(StatusChoices...)
	m.Field(&o.Suit).Choices(SuitChoices...)
	m.Field(&o.Level).Choices(append([]orm.Choice{{Label: "(unknown)"}}, LevelChoices...)...)
	m.Field(&o.Mark).Choices(MarkChoices...)
}
