package commands

import (
	"net"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultHost = "127.0.0.1"
	defaultPort = "8000"
)

// addresses are where to listen, in the forms of server.Listen, with what certificate endpoints name.
type addresses struct {
	list      []string
	cert, key string
}

// listenOn puts the ways together to say where to listen. port is the PORT of the environment, "" if
// there is none: with nothing else said, all addresses listen on it, as Gunicorn does.
func (f *flags) listenOn(port string) (addresses, error) {
	var a addresses
	if f.pid != "" && isPort(f.pid) { // -p of Daphne
		f.port, f.pid = f.pid, ""
	}
	if f.port != "" && !isPort(f.port) {
		return a, usagef("--port %s: a port is a number from 0 to 65535; 0 means any that is free", f.port)
	}
	if err := a.addSockets(f.uds, f.fd); err != nil {
		return a, err
	}
	for _, text := range f.bind {
		address, err := parseBind(text, f.port)
		if err != nil {
			return a, err
		}
		a.list = append(a.list, address)
	}
	for _, text := range f.endpoint {
		if err := a.addEndpoint(text); err != nil {
			return a, err
		}
	}
	switch {
	case f.host != "" || f.port != "" && len(a.list) == 0: // uvicorn too lets --uds win over --port
		a.list = append(a.list, net.JoinHostPort(or(f.host, defaultHost), or(f.port, defaultPort)))
	case len(a.list) == 0 && len(f.server.Addresses) == 0 && isPort(port):
		a.list = append(a.list, net.JoinHostPort("0.0.0.0", port))
	}
	a.list = append(a.list, f.server.Addresses...)
	return a, nil
}

// addSockets adds a Unix socket and a descriptor, where they are not "".
func (a *addresses) addSockets(uds, fd string) error {
	if uds != "" {
		if !strings.ContainsAny(uds, "/.") {
			return usagef("-u %s: for a socket of that name write ./%s; a user is set by the supervisor, as with User= in a unit of systemd", uds, uds)
		}
		a.list = append(a.list, "unix:"+uds)
	}
	if fd != "" {
		a.list = append(a.list, "fd:"+fd)
	}
	return nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == text
}

// parseBind reads an address as Gunicorn has it (HOST, HOST:PORT, :PORT, unix:PATH, fd://N), or Daphne
// (HOST, the port apart).
func parseBind(text, port string) (string, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path = strings.TrimPrefix(path, "//"); path == "" {
			return "", usagef("--bind %s: the path of the socket is missing", text)
		}
		return "unix:" + path, nil
	}
	if n, ok := strings.CutPrefix(text, "fd://"); ok {
		return "fd:" + n, nil
	}
	for _, scheme := range []string{"tcp://", "http://"} { // Gunicorn takes these
		text = strings.TrimPrefix(text, scheme)
	}
	port = or(port, defaultPort)
	host, p, err := net.SplitHostPort(text)
	if err != nil {
		host, p = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"), port
		if strings.Contains(host, ":") && net.ParseIP(host) == nil || strings.ContainsAny(host, "/[] ") || host == "" {
			return "", usagef("--bind %s: want HOST, HOST:PORT, [IPv6]:PORT, unix:PATH or fd://N", text)
		}
	}
	if !isPort(p) {
		return "", usagef("--bind %s: %q is no port", text, p)
	}
	return net.JoinHostPort(host, p), nil
}

// addEndpoint reads a description of an endpoint as Twisted has it: tcp:8000:interface=0.0.0.0,
// unix:/run/x.sock, ssl:443:privateKey=key.pem:certKey=cert.pem, fd:fileno=3, systemd:domain=INET:index=0.
func (a *addresses) addEndpoint(text string) error {
	kind, rest, _ := strings.Cut(text, ":")
	first, args := splitEndpoint(rest)
	switch kind {
	case "tcp", "tcp6", "ssl":
		port := or(first, args["port"])
		if !isPort(port) {
			return usagef("--endpoint %s: %q is no port", text, port)
		}
		address := net.JoinHostPort(args["interface"], port)
		if kind == "ssl" {
			key := or(args["privateKey"], "server.pem") // Twisted's defaults
			cert := or(args["certKey"], key)
			if a.cert != "" && (a.cert != cert || a.key != key) {
				return usagef("--endpoint %s: there can be one certificate; a file of several chains is not read either", text)
			}
			a.cert, a.key, address = cert, key, "https://"+address
		} else {
			address = "http://" + address
		}
		a.list = append(a.list, address)
	case "unix":
		path := or(first, args["address"])
		if path == "" {
			return usagef("--endpoint %s: the path of the socket is missing", text)
		}
		a.list = append(a.list, "http://unix:"+path)
	case "fd":
		a.list = append(a.list, "http://fd:"+or(first, args["fileno"]))
	case "systemd":
		a.list = append(a.list, "http://systemd")
	default:
		return usagef("--endpoint %s: want tcp:, ssl:, unix:, fd: or systemd:; for certificates of Let's Encrypt there is --acme-domain", text)
	}
	return nil
}

// splitEndpoint takes "8000:interface=127.0.0.1" apart. A backslash quotes the character after it.
func splitEndpoint(text string) (first string, args map[string]string) {
	args = map[string]string{}
	var part strings.Builder
	name := ""
	end := func() {
		switch {
		case name != "":
			args[name] = part.String()
		case first == "":
			first = part.String()
		}
		name = ""
		part.Reset()
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			part.WriteByte(text[i])
		case c == ':':
			end()
		case c == '=' && name == "" && part.Len() > 0:
			name = part.String()
			part.Reset()
		default:
			part.WriteByte(c)
		}
	}
	end()
	return first, args
}

// endpointKinds are what a description of an endpoint begins with: -e is that of Daphne then, and not
// the variable of Gunicorn.
var endpointKinds = []string{"tcp", "tcp6", "ssl", "unix", "fd", "systemd", "txacme", "le", "tls", "autotls"}

// splitEnv tells the two meanings of -e apart.
func (f *flags) splitEnv() {
	f.env = slices.DeleteFunc(f.env, func(text string) bool {
		kind, _, ok := strings.Cut(text, ":")
		if !ok || !slices.Contains(endpointKinds, kind) {
			return false
		}
		f.endpoint = append(f.endpoint, text)
		return true
	})
}
