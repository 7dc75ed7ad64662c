// Command nuages starts projects and apps, and writes the code that goes with
// their models:
//
//	nuages startproject demo
//	cd demo
//	nuages startapp shop
//	go tool nuages generate
//	go run . runserver
//
// It renders templates, too, without a project:
//
//	nuages template render page.html --context data.json
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/cli/commands"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app, err := cli.New(&cli.Options{
		Name:     "nuages",
		Version:  nuages.Version(),
		Short:    "Start projects and apps made with Nuages, generate the code of their models, and render templates.",
		Long:     "A project's own program has the commands that work on it: go run . help",
		Commands: []*cli.Command{startproject(), startapp(), generate(), templates(), commands.DevCert(), commands.SecretKey()},
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
	code := app.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
