package asgi

import (
	"crypto/tls"
	"encoding/pem"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// NewHTTPScope describes a request of net/http as [NewHandler] does, without a
// state. What rootPath means, and what "" does, [Options.RootPath] tells.
func NewHTTPScope(w http.ResponseWriter, r *http.Request, rootPath string) *HTTPScope {
	root, path, raw := paths(r, rootPath)
	return &HTTPScope{
		ASGI:        Versions{Version, SpecVersion},
		HTTPVersion: httpVersion(r),
		Method:      strings.ToUpper(r.Method),
		Scheme:      scheme(r, "http", "https"),
		Path:        path,
		RawPath:     raw,
		QueryString: r.URL.RawQuery,
		RootPath:    root,
		Headers:     requestHeaders(r),
		Client:      parseAddr(r.RemoteAddr),
		Server:      serverAddr(r),
		Extensions: Extensions{
			TLS:          tlsExtension(r.TLS),
			Trailers:     true,
			EarlyHint:    r.ProtoAtLeast(1, 1),
			Push:         canPush(w, r),
			PathSend:     true,
			ZeroCopySend: true,
		},
	}
}

// canPush reports whether the connection may carry pushes: writers between us
// and the server often have the method for any.
func canPush(w http.ResponseWriter, r *http.Request) bool {
	_, ok := w.(http.Pusher)
	return ok && r.ProtoMajor == 2
}

func (h *appHandler) webSocketScope(r *http.Request) *WebSocketScope {
	root, path, raw := paths(r, h.opts.RootPath)
	headers := requestHeaders(r)
	if r.ProtoMajor >= 2 { // they are not the client's: see wsconn.AsGet
		headers = slices.DeleteFunc(headers, func(h Header) bool { return h.Name == "connection" || h.Name == "upgrade" })
	}
	return &WebSocketScope{
		ASGI:         Versions{Version, SpecVersion},
		HTTPVersion:  httpVersion(r),
		Scheme:       scheme(r, "ws", "wss"),
		Path:         path,
		RawPath:      raw,
		QueryString:  r.URL.RawQuery,
		RootPath:     root,
		Headers:      headers,
		Client:       parseAddr(r.RemoteAddr),
		Server:       serverAddr(r),
		Subprotocols: listHeader(r.Header["Sec-Websocket-Protocol"]),
		State:        maps.Clone(h.opts.State),
		Extensions:   Extensions{TLS: tlsExtension(r.TLS), WebSocketDenial: true},
	}
}

// paths returns the root path, the whole path and its undecoded form.
func paths(r *http.Request, rootPath string) (root, path, raw string) {
	raw, _, _ = strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(raw, "/") {
		// Absolute form, "*", or a request that never was on a wire.
		raw = r.URL.EscapedPath()
	}
	if rootPath != "" {
		return rootPath, rootPath + r.URL.Path, raw
	}
	if r.URL.Path == "" && raw == "" {
		// The absolute form without a path (RFC 9110, section 4.2.3).
		return "", "/", "/"
	}
	// http.StripPrefix shortens r.URL and leaves RequestURI alone.
	if prefix, ok := strings.CutSuffix(raw, r.URL.EscapedPath()); ok && prefix != "" {
		if decoded, err := url.PathUnescape(prefix); err == nil {
			root = decoded
		}
	}
	return root, root + r.URL.Path, raw
}

func httpVersion(r *http.Request) string {
	if r.ProtoMajor >= 2 {
		return strconv.Itoa(r.ProtoMajor)
	}
	if r.ProtoMinor == 0 {
		return "1.0"
	}
	return "1.1"
}

func scheme(r *http.Request, plain, encrypted string) string {
	if r.TLS != nil {
		return encrypted
	}
	return plain
}

// requestHeaders puts back what net/http takes out of the header fields.
func requestHeaders(r *http.Request) Headers {
	fields := make(Headers, 0, len(r.Header)+2)
	if r.Host != "" {
		fields = append(fields, Header{"host", r.Host})
	}
	if len(r.TransferEncoding) > 0 {
		fields = append(fields, Header{"transfer-encoding", strings.Join(r.TransferEncoding, ", ")})
	}
	return appendHeader(fields, r.Header)
}

func listHeader(values []string) []string {
	var list []string
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
	}
	return list
}

func parseAddr(s string) Addr {
	if addr, err := netip.ParseAddrPort(s); err == nil {
		return Addr{addr.Addr().Unmap().String(), int(addr.Port())}
	}
	// A Unix socket has no peer address ("" or "@").
	return Addr{Host: strings.TrimPrefix(s, "@")}
}

func serverAddr(r *http.Request) Addr {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return Addr{}
	}
	return parseAddr(addr.String())
}

func tlsExtension(state *tls.ConnectionState) *TLS {
	if state == nil {
		return nil
	}
	ext := &TLS{Version: state.Version, CipherSuite: state.CipherSuite}
	for _, cert := range state.PeerCertificates {
		block := pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}
		ext.ClientCertChain = append(ext.ClientCertChain, string(pem.EncodeToMemory(&block)))
	}
	if len(state.PeerCertificates) > 0 {
		ext.ClientCertName = state.PeerCertificates[0].Subject.String()
		if len(state.VerifiedChains) == 0 {
			ext.ClientCertError = "the server did not verify the certificate"
		}
	}
	return ext
}
