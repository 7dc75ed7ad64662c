// Command nuages starts projects and apps, and writes the code that goes with
// their models:
//
//	nuages startproject demo
//	cd demo
//	nuages startapp shop
//	go tool nuages generate
//	go run . runserver
//
// It puts a Django project behind a Go project, to be moved view by view:
//
//	nuages adopt path/to/mysite
//
// It renders templates, too, without a project, and serves Python applications:
//
//	nuages template render page.html --context data.json
//	nuages serve mysite.asgi:application
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/nuages-web/nuages"
	python "github.com/nuages-web/nuages/asgi/python/commands"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/internal/xconnect"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		xconnect.Allow()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so that a second signal ends the program at once
	list := []*cli.Command{startproject(), startapp(), adopt(), generate(), templates(), commands.DevCert(), commands.SecretKey()}
	app, err := cli.New(&cli.Options{
		Name:     "nuages",
		Version:  nuages.Version(),
		Short:    "Start projects and apps made with Nuages, adopt those of Django, generate the code of models, render templates, and serve Python applications.",
		Long:     "A project's own program has the commands that work on it: go run . help",
		Commands: append(list, python.All(&python.Options{Version: nuages.Version()})...),
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
	code := app.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
