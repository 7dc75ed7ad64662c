package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/nuages-web/nuages/server"
)

func Example() {
	ln, err := server.Listen("127.0.0.1:0") // port 0: any that is free
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!", r.URL.Query().Get("name"))
	})

	// A program takes the context from signal.NotifyContext.
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, ln, hello, nil) }()

	resp, err := http.Get("http://" + ln.Addr().String() + "/?name=Ada")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(string(body))

	stop()
	fmt.Println("stopped, error:", <-ended)
	// Output:
	// Hello, Ada!
	// stopped, error: <nil>
}
