package commands_test

import (
	"context"
	"fmt"
	"os"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/cli/commands"
)

func Example() {
	load := func() (*commands.Site, error) {
		return &commands.Site{Name: "shop", Checks: []checks.Check{{
			Name: "prices", Tags: []string{"prices"},
			Run: func(context.Context) []checks.Message { return nil },
		}}}, nil
	}
	app, err := cli.New(&cli.Options{Name: "shop", Commands: commands.All(&commands.Program{Load: load})})
	if err != nil {
		fmt.Println(err)
		return
	}
	app.Run(context.Background(), []string{"check", "--list-tags"}, nil, os.Stdout, os.Stdout)
	app.Run(context.Background(), []string{"check"}, nil, os.Stdout, os.Stdout)
	// Output:
	// prices
	// System check identified no issues (0 silenced).
}
