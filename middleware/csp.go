package middleware

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/web"
)

// The sources that a content security policy knows by name (Django's CSP). CSPNonce stands for the
// nonce of the request.
const (
	CSPNone           = "'none'"
	CSPSelf           = "'self'"
	CSPReportSample   = "'report-sample'"
	CSPStrictDynamic  = "'strict-dynamic'"
	CSPUnsafeEval     = "'unsafe-eval'"
	CSPUnsafeHashes   = "'unsafe-hashes'"
	CSPUnsafeInline   = "'unsafe-inline'"
	CSPWasmUnsafeEval = "'wasm-unsafe-eval'"
	CSPNonce          = "<CSP_NONCE_SENTINEL>"
)

// A Directive is a directive's name and its sources: {"img-src", CSPSelf, "https:"}. One without
// sources is a switch: {"upgrade-insecure-requests"}.
type Directive []string

// A Policy is a content security policy, in the order in which it is sent:
//
//	middleware.Policy{
//		{"default-src", middleware.CSPSelf},
//		{"script-src", middleware.CSPSelf, middleware.CSPNonce},
//		{"upgrade-insecure-requests"},
//	}
type Policy []Directive

// Header returns the policy as a header's value (Django's build_policy). CSPNonce becomes the nonce,
// or nothing when that is empty; a directive that has no other source is left out then.
func (p Policy) Header(nonce string) string {
	var b strings.Builder
	for _, d := range p {
		if len(d) == 0 || nonce == "" && len(d) > 1 && !slices.ContainsFunc(d[1:], func(s string) bool { return s != CSPNonce }) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(d[0])
		for _, source := range d[1:] {
			switch {
			case source != CSPNonce:
				b.WriteString(" " + source)
			case nonce != "":
				b.WriteString(" 'nonce-" + nonce + "'")
			}
		}
	}
	return b.String()
}

// validate finds what would make another policy of this one, or none.
func (p Policy) validate() error {
	for i, d := range p {
		if len(d) == 0 || d[0] == "" {
			return fmt.Errorf("directive %d has no name", i+1)
		}
		for _, part := range d {
			if part == "" || strings.ContainsAny(part, " \t\r\n;,\x00") {
				return fmt.Errorf("directive %q: %q is empty or holds a space, comma or semicolon", d[0], part)
			}
		}
		for _, bare := range []string{"self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic"} {
			if slices.Contains(d[1:], bare) {
				return fmt.Errorf("directive %q: write '%s' with its quotes", d[0], bare)
			}
		}
		if slices.Contains(d[1:], CSPNone) && len(d) > 2 {
			return fmt.Errorf("directive %q: 'none' stands beside other sources", d[0])
		}
		for _, other := range p[:i] {
			if len(other) > 0 && strings.EqualFold(other[0], d[0]) {
				return fmt.Errorf("directive %q is there twice; browsers heed the first", d[0])
			}
		}
	}
	return nil
}

func (p Policy) wantsNonce() bool {
	return slices.ContainsFunc(p, func(d Directive) bool { return slices.Contains(d, CSPNonce) })
}

// CSPOptions configures [CSP].
type CSPOptions struct {
	// Enforce is the policy that browsers enforce (SECURE_CSP). Default, if ReportOnly is empty too:
	// everything from this site alone, scripts and styles in the page only with the nonce, no
	// plug-ins, no <base>, no frames of other sites around the page.
	Enforce Policy
	// ReportOnly is a policy whose breaches browsers only report (SECURE_CSP_REPORT_ONLY).
	ReportOnly Policy
}

func strictPolicy() Policy {
	return Policy{
		{"default-src", CSPSelf},
		{"script-src", CSPSelf, CSPNonce},
		{"style-src", CSPSelf, CSPNonce},
		{"img-src", CSPSelf, "data:"},
		{"object-src", CSPNone},
		{"base-uri", CSPSelf},
		{"form-action", CSPSelf},
		{"frame-ancestors", CSPSelf},
	}
}

const (
	headerCSP           = "Content-Security-Policy"
	headerCSPReportOnly = "Content-Security-Policy-Report-Only"
)

// CSP sends a content security policy (Django's ContentSecurityPolicyMiddleware). A header that the
// view has set is kept, [CSPOverride] and [CSPReportOnlyOverride] replace a policy for a view. Debug
// pages have one of their own.
//
// The nonce of a request is made when [Nonce] first asks for it. For streamed bodies, whose headers
// are sent before anybody can ask, it is made whenever the policy has room for it.
func CSP(opts *CSPOptions) web.Middleware {
	c := &csp{}
	if opts != nil {
		c.CSPOptions = *opts
	}
	if len(c.Enforce) == 0 && len(c.ReportOnly) == 0 {
		c.Enforce = strictPolicy()
	}
	c.enforce, c.reportOnly = newBuiltPolicy(c.Enforce), newBuiltPolicy(c.ReportOnly)
	return web.Middleware{Name: "middleware.CSP", Settings: c.CSPOptions, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) { return c.serve(r, next) }
	}}
}

type csp struct {
	CSPOptions
	enforce, reportOnly *builtPolicy
}

// builtPolicy is a policy with the header that it makes without a nonce.
type builtPolicy struct {
	Policy
	plain []string
	nonce bool
}

func newBuiltPolicy(p Policy) *builtPolicy {
	return &builtPolicy{p, []string{p.Header("")}, p.wantsNonce()}
}

func (c *csp) serve(r *web.Request, next web.Handler) (web.Response, error) {
	state := &cspState{Context: r.Context(), enforce: c.enforce, reportOnly: c.reportOnly}
	r = r.WithContext(state)
	resp, err := next(r)
	if err != nil {
		return resp, err
	}
	if state.enforce.nonce || state.reportOnly.nonce {
		switch {
		case resp.Template() != nil: // rendering tells whether the nonce is used
			if _, err := resp.Content(r); err != nil {
				return web.Response{}, err
			}
		case resp.Streaming():
			state.makeNonce()
		}
	}
	nonce := state.currentNonce()
	state.enforce.set(resp.Header(), headerCSP, nonce)
	state.reportOnly.set(resp.Header(), headerCSPReportOnly, nonce)
	return resp, nil
}

func (b *builtPolicy) set(h http.Header, name, nonce string) {
	if _, ok := h[name]; ok || b.plain[0] == "" && (nonce == "" || !b.nonce) {
		return
	}
	if b.nonce && nonce != "" {
		h[name] = []string{b.Header(nonce)}
		return
	}
	h[name] = b.plain
}

type cspKey struct{}

// cspState is the context of a request with what its policies will be.
type cspState struct {
	context.Context
	mu                  sync.Mutex
	nonce               string
	enforce, reportOnly *builtPolicy // the layer's, or an override's
}

// Value returns the state for its key.
func (s *cspState) Value(key any) any {
	if key == (cspKey{}) {
		return s
	}
	return s.Context.Value(key)
}

func (s *cspState) currentNonce() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nonce
}

// makeNonce returns the nonce, 128 random bits, and makes it on the first call.
func (s *cspState) makeNonce() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonce == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // it never fails
		s.nonce = base64.RawURLEncoding.EncodeToString(b[:])
	}
	return s.nonce
}

// Nonce returns the nonce of the request that ctx belongs to, for the nonce attribute of <script>
// and <style>, and so puts it into the policy. It is "" outside of [CSP].
func Nonce(ctx context.Context) string {
	if s, ok := ctx.Value(cspKey{}).(*cspState); ok {
		return s.makeNonce()
	}
	return ""
}

// CSPOverride replaces the enforced policy for a view, an empty one by none (Django's csp_override).
// Without the layer [CSP] it sets the header itself, without a nonce.
func CSPOverride(p Policy) func(web.Handler) web.Handler {
	return overrideCSP(p, headerCSP, func(s *cspState, b *builtPolicy) { s.enforce = b })
}

// CSPReportOnlyOverride replaces the policy that is only reported (csp_report_only_override).
func CSPReportOnlyOverride(p Policy) func(web.Handler) web.Handler {
	return overrideCSP(p, headerCSPReportOnly, func(s *cspState, b *builtPolicy) { s.reportOnly = b })
}

func overrideCSP(p Policy, name string, set func(*cspState, *builtPolicy)) func(web.Handler) web.Handler {
	built := newBuiltPolicy(p)
	return func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			if err != nil {
				return resp, err
			}
			if s, ok := r.Context().Value(cspKey{}).(*cspState); ok {
				set(s, built)
			} else {
				built.set(resp.Header(), name, "")
			}
			return resp, nil
		}
	}
}
