package cli_test

import (
	"context"
	"fmt"
	"os"

	"github.com/nuages-web/nuages/cli"
)

func Example() {
	var loud bool
	app, err := cli.New(&cli.Options{
		Name: "shop",
		Commands: []*cli.Command{{
			Name:  "greet",
			Short: "greet somebody",
			Args:  cli.Args{{Name: "name", Help: "whom"}},
			Flags: func(f *cli.Flags) { f.Bool(&loud, "loud", "with an exclamation mark").Short = "l" },
			Run: func(_ context.Context, call *cli.Call) error {
				mark := "."
				if loud {
					mark = "!"
				}
				call.Printf("Hello, %s%s\n", call.Arg("name"), mark)
				return nil
			},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	app.Run(ctx, []string{"greet", "Ann", "--loud"}, nil, os.Stdout, os.Stdout)
	code := app.Run(ctx, []string{"gret", "Ann"}, nil, os.Stdout, os.Stdout)
	fmt.Println(code)
	// Output:
	// Hello, Ann!
	// error: unknown command "gret" for shop
	// hint: Did you mean greet?
	// 2
}

func ExampleApp_Call() {
	app, err := cli.New(&cli.Options{Name: "shop", Version: "1.2"})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := app.Call(context.Background(), "version")
	fmt.Print(out.Stdout, err)
	// Output:
	// shop 1.2
	// <nil>
}
