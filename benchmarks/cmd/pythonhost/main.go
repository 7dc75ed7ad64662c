// Command pythonhost serves a Python application with package python, on a port that it prints: the
// process that comparepython loads. It ends when its standard input does, so it outlives nobody.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime/pprof"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/benchmarks/internal/measure"
	"github.com/nuages-web/nuages/server"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pythonhost: ")
	app := flag.String("app", "hosted.plain:asgi", "the application: module:attribute")
	dir := flag.String("dir", "python", "folder that the module is in")
	o := python.Options{Interpreter: measure.Python}
	flag.IntVar(&o.Workers, "workers", 1, "processes")
	flag.IntVar(&o.Threads, "threads", 4, "of each process, for WSGI")
	profile := flag.String("profile", "", "file for a profile of the processor")
	flag.Parse()
	o.Dir = *dir
	if err := run(*app, &o, *profile); err != nil {
		log.Fatal(err)
	}
}

// run serves until the standard input ends.
func run(app string, o *python.Options, profile string) (err error) {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	python.Dedicate(o.Workers)
	host, err := python.New(app, o)
	if err != nil {
		return err
	}
	if err := host.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Stop(context.Background())) }()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv, err := server.New(host, &server.Options{Listeners: []server.Listener{{Listener: ln}}})
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return srv.Run(ctx)
}
