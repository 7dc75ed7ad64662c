package orm

import (
	"fmt"
	"slices"
)

// ChoicesOf returns values as choices, whose labels are their texts: what their method
// String says, if they have one. For types of constants nuages generate writes choices,
// with labels from comments: see //nuages:choices.
func ChoicesOf[V any](values ...V) []Choice {
	choices := make([]Choice, len(values))
	for i, v := range values {
		choices[i] = Choice{Value: v, Label: fmt.Sprint(v)}
	}
	return choices
}

// ChoiceLabel returns the label of the choice with that value, or the value as text where
// there is none.
func ChoiceLabel(choices []Choice, value any) string {
	if i := slices.IndexFunc(choices, func(c Choice) bool { return c.Value == value }); i >= 0 {
		return choices[i].Label
	}
	return fmt.Sprint(value)
}
