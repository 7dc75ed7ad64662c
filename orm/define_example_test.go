package orm_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/validators"
)

type Ticket struct {
	orm.Model
	Email string `orm:"email"`
	Seat  string `orm:"max_length=4"`
	State string `orm:"max_length=4"`
}

func (t *Ticket) Meta(m *orm.Options) {
	m.Ordering("seat")
	m.Unique("one_person_a_seat", &t.Seat)
	m.Field(&t.State).Choices(orm.Choice{Value: "open", Label: "Open"}, orm.Choice{Value: "paid", Label: "Paid"}).Default("open")
	m.Field(&t.Seat).Help("Row and number")
}

// Clean is called by FullClean.
func (t *Ticket) Clean(context.Context) error {
	if t.State == "paid" && t.Email == "" {
		return validators.New("nobody", "Nobody has paid.")
	}
	return nil
}

// Generated code has this line.
var ticketMeta = orm.Define((*Ticket)(nil), "theatre", "define_example_test.go:14")

func ExampleDefine() {
	m := orm.MetaOf[Ticket]()
	fmt.Println(m.Label(), m.Table, m == ticketMeta)
	for _, f := range m.AllFields() {
		fmt.Printf("%s %s %d %q\n", f.Name, f.Type, f.MaxLength, f.Help)
	}
	// Output:
	// theatre.Ticket theatre_ticket true
	// id BigAutoField 0 ""
	// email EmailField 254 ""
	// seat CharField 4 "Row and number"
	// state CharField 4 ""
}

func ExampleCleanFields() {
	t := orm.New[Ticket]()
	t.Email, t.Seat = "me@", "A 100"
	err := orm.CleanFields(context.Background(), t, nil)
	fmt.Println(err)
	var invalid *orm.ValidationError
	if errors.As(err, &invalid) {
		fmt.Println(invalid.Codes()["seat"])
	}
	// Output:
	// email: Enter a valid email address.; seat: Ensure this value has at most 4 characters (it has 5).
	// [max_length]
}
