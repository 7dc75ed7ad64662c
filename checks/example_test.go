package checks_test

import (
	"context"
	"fmt"
	"os"

	"github.com/nuages-web/nuages/checks"
)

func Example() {
	taxRate := 0.0
	list := []checks.Check{{
		Name: "shop prices",
		Tags: []string{checks.Models},
		Run: func(context.Context) []checks.Message {
			if taxRate > 0 {
				return nil
			}
			return []checks.Message{
				checks.Errorf("shop.E001", "the tax rate is %v", taxRate).WithHint("Set TAX_RATE.").On("shop"),
			}
		},
	}}

	report, err := checks.Run(context.Background(), list, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	report.WriteText(os.Stdout, nil)
	// Output:
	// System check identified some issues:
	//
	// ERRORS:
	// shop: (shop.E001) the tax rate is 0
	// 	HINT: Set TAX_RATE.
	//
	// System check identified 1 issue (0 silenced).
}
