package signing_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/signing"
)

func Example() {
	signer, err := signing.New("the secret key of the project", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	signed := signer.Sign("user 42")
	fmt.Println(signed)

	value, err := signer.Unsign(signed)
	fmt.Println(value, err)

	_, err = signer.Unsign("user 43" + signed[len("user 42"):])
	fmt.Println(errors.Is(err, signing.ErrBadSignature))
	// Output:
	// user 42:DI7GQjn7ywQtUqj-O7sH3oQWlY9ZIMnGlAD4qQqMY6Y
	// user 42 <nil>
	// true
}

// A link that is good for a day: the value and the time are in it.
func ExampleDumps() {
	type invitation struct {
		Mail string `json:"mail"`
		Team int    `json:"team"`
	}
	token, err := signing.Dumps(invitation{"ada@example.com", 7}, "secret key", &signing.Options{Salt: "invitations"})
	if err != nil {
		fmt.Println(err)
		return
	}

	var got invitation
	err = signing.Loads(token, &got, "secret key", 24*time.Hour, &signing.Options{Salt: "invitations"})
	fmt.Println(got, err)
	// Output: {ada@example.com 7} <nil>
}

func ExampleCookieSigner() {
	cookies, err := signing.NewCookieSigner("secret key", &signing.CookieOptions{FallbackKeys: []string{"last year's key"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	basket := signing.Cookie{Name: "basket", Salt: "shop"}
	signed := cookies.Sign(basket, "3 records")

	value, err := cookies.Unsign(basket, signed, 14*24*time.Hour)
	fmt.Println(value, err)

	_, err = cookies.Unsign(signing.Cookie{Name: "discount", Salt: "shop"}, signed, signing.AnyAge)
	fmt.Println(err)
	// Output:
	// 3 records <nil>
	// bad signature: it does not match
}
