package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/devserver"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/server/certs"
)

const defaultAddress = "127.0.0.1:8000"

// serve is the production server.
func (p *Program) serve() *cli.Command {
	var flags server.Config
	return &cli.Command{
		Name: "serve", Group: groupServe, NeedsMigrations: true,
		Short: "serve the project in production",
		Long: "Serves the project over HTTP/1.1 and HTTP/2, with a certificate also over TLS, until it is told to stop " +
			"(SIGTERM, Ctrl-C). Then it takes no more connections, tells open streams to end, and lets the requests under way finish.\n\n" +
			"SIGHUP, or the command restart, starts the program anew, in the version that then lies on disk, and hands " +
			"the sockets to it once it is ready: no connection is refused. If the new program fails, this one goes on.\n\n" +
			"An address is host:port, :port, unix:/path/of/socket, systemd or systemd:NAME for the sockets of a .socket unit, " +
			"or fd:3; there may be several. With https:// or http:// before it TLS is spoken there or not; by default it is " +
			"where there is a certificate. Each flag is also a field of Server in the settings, and a variable: --max-body is SERVER_MAX_BODY.",
		Example: "serve 0.0.0.0:8000\nserve unix:/run/shop/shop.sock\nserve systemd\n" +
			"serve https://:443 http://:80 --tls-cert /etc/ssl/shop.pem --http3",
		Args:  cli.Args{{Name: "address", Help: "where to listen (default: SERVER_ADDRESS, or " + defaultAddress + ")", Optional: true, Variadic: true}},
		Flags: func(f *cli.Flags) { ServerFlags(f, &flags) },
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
			config := site.Server
			OverrideServer(&config, flags)
			if addresses := call.ArgList("address"); len(addresses) > 0 {
				config.Addresses = addresses
			}
			if config.Inherited, err = server.InheritedFromEnvironment(); err != nil {
				return err
			}
			site.Restartable, site.OtherPort = true, "serve :8001"
			return site.Serve(ctx, config, func(s *server.Server) error {
				for i, addr := range s.Addrs() {
					site.Logger.Info("serving", "address", addr.String(), "url", s.URLs()[i], "project", site.Name)
				}
				return nil
			})
		},
	}
}

// Serve runs the project as the configuration says, and the work beside it, until ctx ends or one of
// them fails, and ends both together. opened is called when the sockets are open and the project has
// been started.
func (s *Site) Serve(ctx context.Context, config server.Config, opened func(*server.Server) error) error {
	if config.Logger == nil {
		config.Logger = s.Logger
	}
	if config.TrustedProxies == nil {
		config.TrustedProxies = s.TrustedProxies
	}
	source, err := config.Certificates(config.Logger)
	if err != nil {
		return err
	}
	handler := s.Handler
	if source != nil {
		config.TLS = source.TLSConfig()
		if acme, ok := source.(*certs.ACME); ok {
			handler = acme.HTTPHandler(handler)
		}
	}
	srv, err := server.New(handler, &config.Options)
	if err != nil {
		return listenHint(err, s.OtherPort)
	}
	defer srv.Close()
	if err := s.Start(ctx); err != nil {
		return err
	}
	if err = opened(srv); err == nil {
		err = s.run(ctx, srv, source, config.ControlSocket)
	}
	return errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
}

// errRunEnded is the cause of a context that has ended without the program being told to stop: the
// server was handed over, or something has failed.
var errRunEnded = errors.New("the server has ended")

// run runs the server and what works beside it until one of them fails or ctx ends.
func (s *Site) run(ctx context.Context, srv *server.Server, source server.CertSource, control string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(errRunEnded)
	beside := []func(context.Context) error{s.Run}
	if source != nil {
		beside = append(beside, source.Run)
	}
	if s.Restartable && !s.OwnSignals {
		beside = append(beside, func(ctx context.Context) error { return s.restartOnSignal(ctx, srv) })
	}
	if s.Restartable && control != "" {
		beside = append(beside, func(ctx context.Context) error { return s.serveControl(ctx, control, srv) })
	}
	var wg sync.WaitGroup
	errs := make([]error, len(beside)+1)
	for i, f := range beside {
		wg.Go(func() {
			if errs[i] = f(ctx); errs[i] != nil {
				cancel(errRunEnded)
			}
		})
	}
	errs[len(beside)] = srv.Run(ctx)
	cancel(errRunEnded)
	wg.Wait()
	return errors.Join(errs...)
}

// otherPort is how runserver takes another port.
const otherPort = "runserver 8001"

// runserver is the development server.
func (p *Program) runserver() *cli.Command {
	var noReload, ipv6 bool
	var flags server.Config
	return &cli.Command{
		Name: "runserver", Group: groupServe, NeedsMigrations: true,
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
			ServerFlags(f, &flags)
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if p.Child != nil {
				return p.runChild(ctx, call, flags)
			}
			if call.Arg("addrport") != "" || ipv6 {
				addr, err := parseAddrPort(call.Arg("addrport"), ipv6)
				if err != nil {
					return err
				}
				flags.Addresses = []string{addr}
			}
			if noReload || p.Package == "" || !devserver.Supported {
				return p.runOnce(ctx, call, flags)
			}
			return p.supervise(ctx, call, flags)
		},
	}
}

// supervise builds and runs the program, which serves what the supervisor passes on to it.
func (p *Program) supervise(ctx context.Context, call *cli.Call, flags server.Config) error {
	var config server.Config
	if p.Env != nil {
		config = ServerFromEnvironment(p.Env, config)
		if err := p.Env.Err(); err != nil {
			return err
		}
	}
	OverrideServer(&config, flags)
	addr := defaultAddress
	if len(config.Addresses) > 0 {
		addr = config.Addresses[0]
	}
	source, err := config.Certificates(nil)
	if err != nil {
		return err
	}
	plain, useTLS := server.CutScheme(addr, source != nil)
	ln, err := server.Listen(plain)
	if err != nil {
		return listenHint(err, otherPort)
	}
	o := devserver.Options{
		Listener: ln, Package: p.Package, Args: p.Args, URL: "http://" + ln.Addr().String() + "/", Stdout: call.Stdout, Stderr: call.Stderr,
	}
	if !useTLS {
		return devserver.Run(ctx, o)
	}
	if source == nil {
		ln.Close()
		return errors.New("HTTPS needs a certificate: --dev-cert takes one for localhost")
	}
	o.TLS, o.URL = source.TLSConfig(), "https://"+ln.Addr().String()+"/"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var renewing sync.WaitGroup
	var sourceErr error
	renewing.Go(func() {
		if sourceErr = source.Run(ctx); sourceErr != nil {
			cancel()
		}
	})
	err = devserver.Run(ctx, o)
	cancel()
	renewing.Wait()
	return errors.Join(err, sourceErr)
}

// runChild serves for the supervisor, which takes TLS off.
func (p *Program) runChild(ctx context.Context, call *cli.Call, flags server.Config) error {
	site, err := p.Load()
	if err == nil {
		err = site.Unservable
	}
	if err != nil {
		return err
	}
	given := site.Server
	OverrideServer(&given, flags)
	config := server.Config{Options: given.Options}
	config.Addresses, config.Listeners = nil, []server.Listener{{Listener: p.Child.Listener}}
	config.HTTP3, config.ProxyProtocol = false, false
	noLinger(&config)
	child := *site
	child.Handler = p.Child.Handler(site.Handler)
	if p.Child.First {
		child.greet(call, p.Child.URL, true)
	}
	return child.Serve(ctx, config, func(*server.Server) error {
		if err := p.Child.Ready(); err != nil {
			return fmt.Errorf("tell the supervisor: %w", err)
		}
		return nil
	})
}

// runOnce serves without a supervisor.
func (p *Program) runOnce(ctx context.Context, call *cli.Call, flags server.Config) error {
	site, err := p.Load()
	if err == nil {
		err = site.Unservable
	}
	if err != nil {
		return err
	}
	config := site.Server
	OverrideServer(&config, flags)
	noLinger(&config)
	site.OtherPort = otherPort
	return site.Serve(ctx, config, func(s *server.Server) error {
		site.greet(call, s.URLs()[0], false)
		return nil
	})
}

// noLinger lets the development server stop at once, where nothing else is set.
func noLinger(c *server.Config) {
	if c.Linger == 0 {
		c.Linger = -1
	}
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

// listenHint says what to do about a port that can't be had; other is how the command takes another one.
func listenHint(err error, other string) error {
	switch {
	case isAddrInUse(err):
		return cli.Hint(err, "Another program listens there: stop it, or choose another port, as in `"+other+"`.")
	case errors.Is(err, os.ErrPermission):
		return cli.Hint(err, "Ports below 1024 are reserved: choose a higher one, or let systemd open the socket.")
	}
	return err
}
