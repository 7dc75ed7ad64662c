package text_test

import (
	"fmt"

	"github.com/nuages-web/nuages/text"
)

func Example() {
	fmt.Println(text.Slugify("Crème brûlée, warm!", nil))
	fmt.Println(text.TruncateWords("one two three four", 2, nil))
	fmt.Println(text.Wrap("a rather long line of text", 10))
	fmt.Println(text.Upper("straße"), text.Title("they're here"))
	fmt.Println(text.List([]string{"red", "green", "blue"}, "or", nil))
	// Output:
	// creme-brulee-warm
	// one two…
	// a rather
	// long line
	// of text
	// STRASSE They're Here
	// red, green or blue
}
