package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/devserver"
	"github.com/nuages-web/nuages/server"
)

const defaultAddress = "127.0.0.1:8000"

// serve is the production server.
func (p *Program) serve() *cli.Command {
	return &cli.Command{
		Name: "serve", Group: groupServe,
		Short: "serve the project in production",
		Long: "Serves the project until it is told to stop (SIGTERM, Ctrl-C). Then it takes no more connections, " +
			"tells open streams to end, and lets the requests under way finish.\n\n" +
			"The address is host:port, :port, unix:/path/of/socket, or systemd for the socket of a .socket unit. " +
			"Without the argument it is Address of the settings.",
		Example: "serve 0.0.0.0:8000\nserve unix:/run/shop/shop.sock\nserve systemd",
		Args:    cli.Args{{Name: "address", Help: "where to listen", Optional: true}},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, err := p.Load()
			if err != nil {
				return err
			}
			if site.Unservable != nil {
				return site.Unservable
			}
			if site.Debug {
				call.Warnf("Debug is on: error pages show source and settings. Set DEBUG=false, or use runserver.")
			}
			addr := call.Arg("address")
			if addr == "" {
				addr = site.Address
			}
			ln, err := server.Listen(addr)
			if err != nil {
				return listenHint(err)
			}
			site.Logger.Info("serving", "address", ln.Addr().String(), "project", site.Name)
			return site.serve(ctx, ln, site.Handler)
		},
	}
}

// serve runs the handler and the work beside it, and ends both together.
func (s *Site) serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var workErr error
	wg.Go(func() {
		if workErr = s.Run(ctx); workErr != nil {
			cancel()
		}
	})
	err := server.Serve(ctx, ln, h, &server.Options{Grace: s.Grace, Logger: s.Logger})
	cancel()
	wg.Wait()
	return errors.Join(err, workErr)
}

// runserver is the development server.
func (p *Program) runserver() *cli.Command {
	var noReload, ipv6 bool
	return &cli.Command{
		Name: "runserver", Group: groupServe,
		Short: "serve the project while it is written",
		Long: "Serves the project on " + defaultAddress + " and builds it anew when its source changes: requests wait meanwhile, " +
			"a compile error is shown as a page, and browsers reload by themselves. Templates and static files need no build.\n\n" +
			"It is not for production: that is serve.",
		Example:    "runserver\nrunserver 8080\nrunserver 0.0.0.0:8000",
		Args:       cli.Args{{Name: "addrport", Help: "port, or address:port (default " + defaultAddress + ")", Optional: true}},
		SkipChecks: p.Child == nil, // the supervisor leaves them to the program
		Flags: func(f *cli.Flags) {
			f.Bool(&noReload, "noreload", "serve this very program; changes do not show")
			f.Bool(&ipv6, "ipv6", "listen on [::1] instead of 127.0.0.1").Short = "6"
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if p.Child != nil {
				return p.runChild(ctx, call)
			}
			addr, err := parseAddrPort(call.Arg("addrport"), ipv6)
			if err != nil {
				return err
			}
			ln, err := server.Listen(addr)
			if err != nil {
				return listenHint(err)
			}
			url := "http://" + ln.Addr().String() + "/"
			if noReload || p.Package == "" || !devserver.Supported {
				return p.runOnce(ctx, call, ln, url)
			}
			return devserver.Run(ctx, devserver.Options{
				Listener: ln, Package: p.Package, Args: p.Args, URL: url, Stdout: call.Stdout, Stderr: call.Stderr,
			})
		},
	}
}

// runChild serves for the supervisor.
func (p *Program) runChild(ctx context.Context, call *cli.Call) error {
	site, err := p.Load()
	if err == nil {
		err = site.Unservable
	}
	if err != nil {
		return err
	}
	if p.Child.First {
		site.greet(call, p.Child.URL, true)
	}
	if err := p.Child.Ready(); err != nil {
		return fmt.Errorf("tell the supervisor: %w", err)
	}
	return site.serve(ctx, p.Child.Listener, p.Child.Handler(site.Handler))
}

// runOnce serves without a supervisor.
func (p *Program) runOnce(ctx context.Context, call *cli.Call, ln net.Listener, url string) error {
	site, err := p.Load()
	if err == nil {
		err = site.Unservable
	}
	if err != nil {
		ln.Close()
		return err
	}
	site.greet(call, url, false)
	return site.serve(ctx, ln, site.Handler)
}

// greet prints where to look.
func (s *Site) greet(call *cli.Call, url string, reload bool) {
	debug := "debug off"
	if s.Debug {
		debug = "debug on"
	}
	call.Printf("\n%s is served at %s (%s)\n", call.Heading(s.Name), call.Success(url), debug)
	if pages := s.pages(); len(pages) > 0 {
		call.Printf("\n")
		for _, page := range pages {
			call.Printf("  %s%s\n", strings.TrimSuffix(url, "/"), page)
		}
	}
	if reload {
		call.Printf("\nChanges of the source are seen and built. ")
	} else {
		call.Printf("\n")
	}
	call.Printf("Ctrl-C stops.\n\n")
}

// maxPages bounds how many addresses greet prints.
const maxPages = 12

// pages are the paths that can be opened as they are: those without values, for GET.
func (s *Site) pages() []string {
	var list []string
	for _, r := range s.Router.Routes() {
		if strings.ContainsAny(r.Pattern, "<^(") || r.Host != "" || len(r.Methods) > 0 && r.Methods[0] != "GET" {
			continue
		}
		if list = append(list, "/"+r.Pattern); len(list) == maxPages {
			break
		}
	}
	return list
}

// parseAddrPort reads Django's forms: "8000", ":8000", "0:8000", "host:8000", "[::1]:8000".
func parseAddrPort(text string, ipv6 bool) (string, error) {
	host := "127.0.0.1"
	if ipv6 {
		host = "::1"
	}
	port := "8000"
	if text != "" {
		if _, err := strconv.Atoi(text); err == nil {
			port = text
		} else {
			h, pt, err := net.SplitHostPort(text)
			if err != nil {
				return "", cli.Hint(fmt.Errorf("%q is no address to listen on", text), "Give a port, as 8080, or an address and a port, as 127.0.0.1:8080 or [::1]:8080.")
			}
			if port = pt; h == "0" {
				h = "0.0.0.0"
			}
			if h != "" {
				host = h
			}
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", cli.Hint(fmt.Errorf("%q is no port", port), "A port is a number from 0 to 65535; 0 means any that is free.")
	}
	return net.JoinHostPort(host, port), nil
}

// listenHint says what to do about a port that can't be had.
func listenHint(err error) error {
	switch {
	case isAddrInUse(err):
		return cli.Hint(err, "Another program listens there: stop it, or choose another port, as in `runserver 8001`.")
	case errors.Is(err, os.ErrPermission):
		return cli.Hint(err, "Ports below 1024 are reserved: choose a higher one, or let systemd open the socket.")
	}
	return err
}
