// Command server serves one peer's site on a port that it prints: the process that compare loads.
// It ends when its standard input does, so it outlives nobody.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"syscall"

	"github.com/nuages-web/nuages/benchmarks/internal/peers"
)

func main() {
	log.SetFlags(0)
	site := flag.String("site", "nuages", "whose handlers: a name of peers.Sites")
	with := flag.String("with", "nuages", "whose server: nuages or nethttp")
	listen := flag.String("listen", "http", "http, https, or h2c for HTTP/2 with prior knowledge")
	cert := flag.String("cert", "", "file with the certificate of https")
	key := flag.String("key", "", "file with its key")
	profile := flag.String("profile", "", "folder for cpu.pprof and heap.pprof")
	memory := flag.Bool("memory", false, "have heap.pprof tell what each connection holds, which costs time")
	flag.Parse()
	if *memory {
		runtime.MemProfileRate = 1 << 10
	}
	newSite, ok := peers.Sites()[*site]
	serve, ok2 := peers.Servers()[*with]
	if !ok || !ok2 {
		log.Fatalf("there is no site %q or no server %q", *site, *with)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	socket := peers.Socket{Listener: ln, H2C: *listen == "h2c"}
	if *listen == "https" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		if err != nil {
			log.Fatal(err)
		}
		socket.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	}
	stop := startProfile(*profile)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
		os.Exit(0)
	}()
	fmt.Println(ln.Addr())
	log.Fatal(serve(socket, newSite()))
}

// startProfile begins a processor profile; the function that it returns ends it. SIGUSR1 takes one of
// the memory, which is told by a line of output. Without a folder nothing is done.
func startProfile(dir string) (stop func()) {
	if dir == "" {
		return func() {}
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		log.Fatal(err)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		for range asked {
			if err := writeHeap(filepath.Join(dir, "heap.pprof")); err != nil {
				log.Fatal(err)
			}
			fmt.Println("profiled")
		}
	}()
	return func() {
		pprof.StopCPUProfile()
		cpu.Close()
	}
}

func writeHeap(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
