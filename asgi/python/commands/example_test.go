package commands_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/asgi/python/commands"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/server"
)

func Example() {
	app, err := cli.New(&cli.Options{Name: "host", Commands: commands.All(&commands.Options{Version: "v1.0.0"})})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	app.Run(ctx, []string{"serve", "--version"}, nil, os.Stdout, os.Stdout)
	app.Run(ctx, []string{"serve", "mysite.wsgi", "--daemon"}, nil, os.Stdout, os.Stdout)
	// Output:
	// nuages v1.0.0
	// error: --daemon is not supported
	// hint: A supervisor keeps it running and its log: write a unit for systemd, see docs/howto/python.md.
}

// What the command does, a program does with python.New and server.New. It needs Python, so it runs in
// TestProgram.
func Example_program() {
	_ = serveShop
}

// doc:program
// serveShop answers a route in Go, and leaves the others to the Python application.
func serveShop(ctx context.Context, address string) error {
	shop, err := python.New("plain:application", &python.Options{Dir: "testdata/apps", Interpreter: "/usr/bin/python3", Workers: 2})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	mux.Handle("/", shop)
	srv, err := server.New(mux, &server.Options{Addresses: []string{address}})
	if err != nil {
		return err
	}
	defer srv.Close()
	if err := shop.Start(ctx); err != nil {
		return err
	}
	defer shop.Stop(context.WithoutCancel(ctx))
	return srv.Run(ctx)
}

// doc:end
