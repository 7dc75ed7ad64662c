package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
)

// A serverOption is one field of server.Config: --name on the command line, SERVER_NAME in the
// environment.
type serverOption struct {
	name, usage string
	field       any // *string, *[]string, *int, *bool or *time.Duration
}

func serverOptions(c *server.Config) []serverOption {
	return []serverOption{
		{"address", "where to listen: host:port, unix:/path, systemd, fd:3; https:// or http:// before it (default 127.0.0.1:8000)", &c.Addresses},
		{"tls-cert", "PEM file of the certificate and its chain; it is read again when it changes", &c.CertFile},
		{"tls-key", "PEM file of the certificate's key (default: in the same file)", &c.KeyFile},
		{"tls-client-ca", "PEM file of the authorities whose certificates clients have to show", &c.ClientCAFile},
		{"tls-client-optional", "let clients in that show no certificate", &c.ClientCertOptional},
		{"acme-domain", "domain to fetch a certificate for from Let's Encrypt", &c.ACMEDomains},
		{"acme-email", "where the authority may write to", &c.ACMEEmail},
		{"acme-accept-terms", "accept the authority's terms of service", &c.ACMEAcceptTerms},
		{"acme-directory", "address of another authority's directory", &c.ACMEDirectory},
		{"acme-folder", "where account and certificates are kept", &c.ACMEFolder},
		{"dev-cert", "serve HTTPS with the certificate of the command devcert", &c.DevCert},
		{"dev-host", "further host of that certificate", &c.DevHosts},
		{"http3", "serve HTTP/3 beside HTTPS, on the UDP port of the same number", &c.HTTP3},
		{"proxy-protocol", "expect the PROXY protocol from trusted proxies and on Unix sockets", &c.ProxyProtocol},
		{"control-socket", "path of a Unix socket for the command restart", &c.ControlSocket},
		{"read-header-timeout", "how long a client may take over TLS and headers (default 10s)", &c.ReadHeaderTimeout},
		{"read-timeout", "how long an upload may stand still (default 30s)", &c.ReadTimeout},
		{"write-timeout", "how long a download may stand still (default 30s)", &c.WriteTimeout},
		{"idle-timeout", "how long a kept connection may wait (default 2m)", &c.IdleTimeout},
		{"min-rate", "least bytes a second of uploads and downloads (default 240)", &c.MinRate},
		{"max-header-bytes", "most bytes of request line and headers (default 64 KiB)", &c.MaxHeaderBytes},
		{"max-headers", "most headers of a request (default 100)", &c.MaxHeaders},
		{"max-cookies", "most cookies of a request (default 300)", &c.MaxCookies},
		{"max-uri", "most bytes of a request's address (default 8 KiB)", &c.MaxURI},
		{"max-body", "most bytes of a request's body (default 100 MiB)", &c.MaxBody},
		{"method", "further request method that the application takes", &c.Methods},
		{"max-conns", "most open connections (default nine tenths of the files that may be open)", &c.MaxConns},
		{"max-conns-per-address", "most open connections of one client address (default 1000)", &c.MaxConnsPerAddress},
		{"max-streams", "most open requests of one HTTP/2 or HTTP/3 connection (default 100)", &c.MaxStreams},
		{"max-requests-per-conn", "requests after which a connection is made anew (default 10000)", &c.MaxRequestsPerConn},
		{"linger", "how long kept connections are still answered when the program stops (default 1.5s)", &c.Linger},
		{"grace", "how long requests may go on when the program stops (default 20s)", &c.Grace},
	}
}

// ServerFlags declares a flag for each option of a server, as serve has them, and binds it to c, whose fields stay zero where a flag isn't given.
func ServerFlags(f *cli.Flags, c *server.Config) {
	for _, o := range serverOptions(c) {
		switch field := o.field.(type) {
		case *string:
			f.String(field, o.name, o.usage).Placeholder = "TEXT"
		case *[]string:
			f.Strings(field, o.name, o.usage).Placeholder = "TEXT"
		case *int:
			f.Int(field, o.name, o.usage).Placeholder = "N"
		case *bool:
			f.Bool(field, o.name, o.usage)
		case *time.Duration:
			f.Duration(field, o.name, o.usage).Placeholder = "TIME"
		default:
			panic(fmt.Sprintf("server option %s is a %T", o.name, field))
		}
	}
}

// OverrideServer puts what flags gave in the place of what is set otherwise.
func OverrideServer(c *server.Config, flags server.Config) {
	given := serverOptions(&flags)
	for i, o := range serverOptions(c) {
		switch field := o.field.(type) {
		case *string:
			override(field, given[i].field.(*string))
		case *[]string:
			if v := *given[i].field.(*[]string); len(v) > 0 {
				*field = v
			}
		case *int:
			override(field, given[i].field.(*int))
		case *bool:
			override(field, given[i].field.(*bool))
		case *time.Duration:
			override(field, given[i].field.(*time.Duration))
		}
	}
}

func override[T comparable](field, given *T) {
	var zero T
	if *given != zero {
		*field = *given
	}
}

// ServerFromEnvironment returns c with what the environment sets: SERVER_ADDRESS, SERVER_MAX_BODY and
// so on, one variable for each flag of serve. Lists are separated by commas. What is wrong with a
// variable is in env.Err.
func ServerFromEnvironment(env *settings.Env, c server.Config) server.Config {
	for _, o := range serverOptions(&c) {
		name := "SERVER_" + strings.ToUpper(strings.ReplaceAll(o.name, "-", "_"))
		switch field := o.field.(type) {
		case *string:
			*field = env.String(name, *field)
		case *[]string:
			if list := env.List(name, ""); len(list) > 0 {
				*field = list
			}
		case *int:
			*field = env.Int(name, *field)
		case *bool:
			*field = env.Bool(name, *field)
		case *time.Duration:
			*field = env.Duration(name, *field)
		}
	}
	return c
}
