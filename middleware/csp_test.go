package middleware_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestPolicyHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		policy middleware.Policy
		nonce  string
		want   string
	}{
		{"empty", nil, "", ""},
		{"one", middleware.Policy{{"default-src", middleware.CSPSelf}}, "", "default-src 'self'"},
		{"order is kept", middleware.Policy{{"script-src", middleware.CSPNone}, {"default-src", middleware.CSPSelf, "https:"}}, "", "script-src 'none'; default-src 'self' https:"},
		{"switch", middleware.Policy{{"upgrade-insecure-requests"}, {"default-src", middleware.CSPSelf}}, "", "upgrade-insecure-requests; default-src 'self'"},
		{"nonce", middleware.Policy{{"script-src", middleware.CSPSelf, middleware.CSPNonce, middleware.CSPStrictDynamic}}, "abc", "script-src 'self' 'nonce-abc' 'strict-dynamic'"},
		{"nonce not asked for", middleware.Policy{{"script-src", middleware.CSPSelf, middleware.CSPNonce}}, "", "script-src 'self'"},
		{"nothing but a nonce not asked for", middleware.Policy{{"script-src", middleware.CSPNonce}, {"img-src", "*"}}, "", "img-src *"},
		{"nothing but a nonce", middleware.Policy{{"script-src", middleware.CSPNonce}}, "abc", "script-src 'nonce-abc'"},
		{"sources", middleware.Policy{{"script-src", middleware.CSPUnsafeEval, middleware.CSPUnsafeHashes, middleware.CSPUnsafeInline, middleware.CSPWasmUnsafeEval, middleware.CSPReportSample}}, "",
			"script-src 'unsafe-eval' 'unsafe-hashes' 'unsafe-inline' 'wasm-unsafe-eval' 'report-sample'"},
		{"no name", middleware.Policy{{}, {"img-src", "*"}}, "", "img-src *"},
	}
	for _, test := range tests {
		if got := test.policy.Header(test.nonce); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

var scripts = middleware.Policy{{"script-src", middleware.CSPSelf, middleware.CSPNonce}}

// scriptPage is a template engine whose page asks for the nonce.
type scriptPage struct{}

func (scriptPage) Render(ctx context.Context, w io.Writer, _ string, _ any) error {
	_, err := io.WriteString(w, "<script nonce="+middleware.Nonce(ctx)+"></script>")
	return err
}

var nonceInHeader = regexp.MustCompile(`'nonce-([A-Za-z0-9_-]{22})'`)

func TestNonce(t *testing.T) {
	t.Parallel()
	asks := func(r *web.Request) (web.Response, error) {
		first := middleware.Nonce(r.Context())
		if second := middleware.Nonce(r.Context()); first != second {
			t.Errorf("got nonces %q and %q in one request", first, second)
		}
		return web.HTML("<script nonce=" + first + "></script>"), nil
	}
	template := func(*web.Request) (web.Response, error) { return web.Render("page.html", nil), nil }
	stream := func(r *web.Request) (web.Response, error) {
		ctx := r.Context()
		return web.Stream("text/html", func(_ context.Context, w *web.StreamWriter) error {
			_, err := w.WriteString("<script nonce=" + middleware.Nonce(ctx) + "></script>")
			return err
		}), nil
	}
	tests := []struct {
		name   string
		view   web.Handler
		wanted bool
		layers []web.Middleware // inside
	}{
		{"not asked for", hello, false, nil},
		{"asked for by the view", asks, true, nil},
		{"asked for by a late template", template, true, nil},
		{"asked for by a template that an inner layer renders", template, true, []web.Middleware{middleware.ConditionalGet()}},
		{"asked for in a stream", stream, true, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// Compress and ConditionalGet outside of CSP: they may not render before it.
			layers := append([]web.Middleware{middleware.Compress(nil), middleware.CSP(&middleware.CSPOptions{Enforce: scripts})}, test.layers...)
			h := web.ToHTTP(test.view, &web.Options{Middleware: layers, Templates: scriptPage{}})
			w := ask(h, "GET", "/", "Accept-Encoding", "gzip")
			header := w.Header().Get("Content-Security-Policy")
			m := nonceInHeader.FindStringSubmatch(header)
			switch {
			case !test.wanted && header != "script-src 'self'":
				t.Errorf("got %q, want a policy without a nonce", header)
			case test.wanted && (m == nil || !strings.Contains(w.Body.String(), "nonce="+m[1]+">")) && w.Header().Get("Content-Encoding") == "":
				t.Errorf("got header %q for body %q", header, w.Body)
			case test.wanted && m == nil:
				t.Errorf("got %q, want a nonce", header)
			}
			again := ask(h, "GET", "/").Header().Get("Content-Security-Policy")
			if test.wanted && again == header {
				t.Errorf("got %q twice, want a new nonce for each request", header)
			}
		})
	}
}

func TestNonceIsMadeOnce(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		seen := map[string]bool{}
		for range 8 {
			wg.Go(func() {
				n := middleware.Nonce(r.Context())
				mu.Lock()
				defer mu.Unlock()
				seen[n] = true
			})
		}
		wg.Wait()
		if len(seen) != 1 {
			t.Errorf("got %d nonces from 8 goroutines", len(seen))
		}
		return web.Text(""), nil
	}
	ask(site(view, middleware.CSP(nil)), "GET", "/")
	if got := middleware.Nonce(t.Context()); got != "" {
		t.Errorf("outside of a request: got %q, want none", got)
	}
}

func TestCSPHeaders(t *testing.T) {
	t.Parallel()
	img := middleware.Policy{{"img-src", middleware.CSPSelf}}
	self := middleware.Policy{{"default-src", middleware.CSPSelf}}
	both := &middleware.CSPOptions{Enforce: self, ReportOnly: img}
	const enforce, report = "Content-Security-Policy", "Content-Security-Policy-Report-Only"
	tests := []struct {
		name         string
		opts         *middleware.CSPOptions
		view         web.Handler
		wantE, wantR string
	}{
		{"strict by default", nil, hello, "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'", ""},
		{"enforced", &middleware.CSPOptions{Enforce: self}, hello, "default-src 'self'", ""},
		{"reported", &middleware.CSPOptions{ReportOnly: img}, hello, "", "img-src 'self'"},
		{"both", both, hello, "default-src 'self'", "img-src 'self'"},
		{"own header", both, answer(web.Text("").WithHeader(enforce, "x")), "x", "img-src 'self'"},
		{"override", both, middleware.CSPOverride(middleware.Policy{{"font-src", "*"}})(hello), "font-src *", "img-src 'self'"},
		{"override by none", both, middleware.CSPOverride(nil)(hello), "", "img-src 'self'"},
		{"override of the reported", both, middleware.CSPReportOnlyOverride(middleware.Policy{{"font-src", "*"}})(hello), "default-src 'self'", "font-src *"},
		{"override of both", both, middleware.CSPReportOnlyOverride(nil)(middleware.CSPOverride(nil)(hello)), "", ""},
		{"the outer of two overrides", both, middleware.CSPOverride(img)(middleware.CSPOverride(nil)(hello)), "img-src 'self'", "img-src 'self'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(test.view, middleware.CSP(test.opts)), "GET", "/")
			wantHeader(t, w, enforce, test.wantE)
			wantHeader(t, w, report, test.wantR)
		})
	}
}

func TestCSPOverrideHasItsOwnNonce(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) { return web.HTML(middleware.Nonce(r.Context())), nil }
	w := ask(site(middleware.CSPOverride(scripts)(view), middleware.CSP(&middleware.CSPOptions{Enforce: middleware.Policy{{"img-src", "*"}}})), "GET", "/")
	wantHeader(t, w, "Content-Security-Policy", "script-src 'self' 'nonce-"+w.Body.String()+"'")
}

func TestCSPOverrideWithoutTheLayer(t *testing.T) {
	t.Parallel()
	w := ask(site(middleware.CSPOverride(scripts)(hello)), "GET", "/")
	wantHeader(t, w, "Content-Security-Policy", "script-src 'self'")
}

// Our own error pages have a policy that lets in their style and nothing else.
func TestErrorPagesHaveTheirOwnPolicy(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 500, 403} {
		view := func(*web.Request) (web.Response, error) { return web.Response{}, web.NewError(status, "", nil) }
		h := web.ToHTTP(view, &web.Options{Debug: true, Logger: slog.New(slog.DiscardHandler),
			Middleware: []web.Middleware{middleware.CSP(&middleware.CSPOptions{Enforce: middleware.Policy{{"img-src", "*"}}})}})
		w := ask(h, http.MethodGet, "http://localhost/", "Peer", "127.0.0.1:1")
		wantStatus(t, w, status)
		if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'unsafe-inline'") {
			t.Errorf("%d: got %q, want the page's own", status, got)
		}
	}
}
