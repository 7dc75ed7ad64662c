//go:build unix

package devserver_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestEdits goes through a day's work at one supervisor; each step begins with a program that serves.
func TestEdits(t *testing.T) {
	t.Parallel()
	s := supervise(t, nil)
	if got := s.get(t, "/version"); got != "v1" {
		t.Fatalf("the first build answers %q", got)
	}

	t.Run("no request is lost over an edit", func(t *testing.T) {
		hammer(t, s, "v1", "v2")
	})
	t.Run("a style only reloads", func(t *testing.T) {
		before := s.get(t, "/pid")
		s.edit(t, func() { s.write(t, "style.css", "body { color: red }\n") })
		if after := s.get(t, "/pid"); after != before {
			t.Errorf("process %s became %s", before, after)
		}
	})
	t.Run(".env restarts without a build", func(t *testing.T) {
		s.edit(t, func() {
			s.write(t, "draft.s", "not seen") // and not built: it would fail
			s.write(t, ".env", "COLOUR=blue\n")
		})
		if err := os.Remove(filepath.Join(s.dir, "draft.s")); err != nil {
			t.Fatal(err)
		}
		if got := s.get(t, "/env"); got != "COLOUR=blue\n" {
			t.Errorf("the program has read %q", got)
		}
	})
	t.Run("a new folder with a new file", func(t *testing.T) {
		s.edit(t, func() {
			s.write(t, "shop/deep/deep.go", "package deep\n\nconst Name = \"deep\"\n")
			s.write(t, "version.go", "package main\n\nimport \"example.org/child/shop/deep\"\n\nconst version = deep.Name\n")
		})
		if got := s.get(t, "/version"); got != "deep" {
			t.Errorf("the program answers %q", got)
		}
		s.edit(t, func() { s.write(t, "shop/deep/deep.go", "package deep\n\nconst Name = \"deeper\"\n") })
		if got := s.get(t, "/version"); got != "deeper" {
			t.Errorf("after an edit in the new folder the program answers %q", got)
		}
	})
	t.Run("an editor's atomic save", func(t *testing.T) {
		s.edit(t, func() {
			s.write(t, ".version.go.swp", versionSource("saved"))
			rename(t, filepath.Join(s.dir, "version.go"), filepath.Join(s.dir, "version.go~"))
			rename(t, filepath.Join(s.dir, ".version.go.swp"), filepath.Join(s.dir, "version.go"))
		})
		if got := s.get(t, "/version"); got != "saved" {
			t.Errorf("the program answers %q", got)
		}
	})
	t.Run("a compile error", func(t *testing.T) { compileError(t, s) })
	t.Run("a program that ends at its start", func(t *testing.T) { endsAtStart(t, s) })
	t.Run("a program that crashes", func(t *testing.T) { crashes(t, s) })
	t.Run("a page that missed its reload", func(t *testing.T) {
		s.events(t, "?v=older")()
	})
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// hammer sends requests on kept and on new connections, with and without a body, while the source
// is edited. Each has to be answered, and none by the old program after the new one.
func hammer(t *testing.T, s *supervised, before, after string) {
	kept := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	defer kept.CloseIdleConnections()
	var requests, waited atomic.Int64
	begun := make(chan struct{})
	once := sync.OnceFunc(func() { close(begun) })
	loop := func(client *http.Client, method, body string) {
		for seen, more := before, 100; more > 0; {
			began := time.Now()
			req, _ := http.NewRequestWithContext(t.Context(), method, s.url+"/version", strings.NewReader(body))
			resp, err := client.Do(req)
			if err != nil {
				t.Errorf("%s was refused: %v", method, err)
				return
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			got := string(b)
			if err != nil || resp.StatusCode != http.StatusOK || got != before && got != after || seen == after && got == before {
				t.Errorf("%s after %q: status %d, %q, %v", method, seen, resp.StatusCode, got, err)
				return
			}
			if got == after && seen == before && time.Since(began) > 50*time.Millisecond {
				waited.Add(1)
			}
			if seen = got; seen == after {
				more--
			}
			if requests.Add(1) == 200 {
				once()
			}
		}
	}
	var wg sync.WaitGroup
	for _, client := range []*http.Client{kept, kept, fresh} {
		wg.Go(func() { loop(client, "GET", "") })
		wg.Go(func() { loop(client, "POST", strings.Repeat("x", 1000)) })
	}
	wg.Go(func() {
		select {
		case <-begun:
			s.write(t, "version.go", versionSource(after))
		case <-t.Context().Done():
		}
	})
	wg.Wait()
	if waited.Load() == 0 {
		t.Error("no request waited for the new program")
	}
	t.Logf("%d requests, %d waited for the build", requests.Load(), waited.Load())
}

const broken = "package main\n\nconst version = \"v3\"\n\nfunc unfinished() {\n\tserv(nil)\n}\n"

func compileError(t *testing.T, s *supervised) {
	pid := s.get(t, "/pid")
	s.edit(t, func() { s.write(t, "version.go", broken) })
	resp, text := s.do(t, "GET", "/version", nil, nil)
	if resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("for curl: status %d, %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{"The program does not compile\n", "\nversion.go:6:2: undefined: serv\n", "\n>     6      serv(nil)\n", "\n      7  }\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	resp, page := s.do(t, "GET", "/", navigation, nil)
	if resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("for browsers: status %d, %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{"<h1>The program does not compile</h1>", "version.go", "line 6", "column 2", "undefined: serv", "<mark>serv</mark>(nil)", `<script src="/__nuages__/reload.js?v=`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	s.edit(t, func() { s.write(t, ".env", "COLOUR=green\n") }) // the old build must not come back by it
	if resp, _ := s.do(t, "GET", "/version", nil, nil); resp.StatusCode != 500 {
		t.Errorf("after a change of .env the status is %d", resp.StatusCode)
	}
	s.edit(t, func() { s.write(t, "version.go", versionSource("v3")) })
	if got := s.get(t, "/version"); got != "v3" {
		t.Errorf("after the mend the program answers %q", got)
	}
	if s.get(t, "/pid") == pid {
		t.Error("the old process is still there")
	}
}

func endsAtStart(t *testing.T, s *supervised) {
	s.edit(t, func() {
		s.write(t, "start.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc atStart() {\n"+
			"\tif _, err := os.Stat(\"page.html\"); err != nil {\n\t\tfmt.Fprintln(os.Stderr, \"template <page> is missing\")\n\t\tos.Exit(1)\n\t}\n}\n")
	})
	resp, page := s.do(t, "GET", "/", navigation, nil)
	for _, want := range []string{"<h1>The program has ended</h1>", "exit status 1", "template &lt;page&gt; is missing"} {
		if resp.StatusCode != 500 || !strings.Contains(page, want) {
			t.Errorf("status %d; the page lacks %q:\n%s", resp.StatusCode, want, page)
		}
	}
	if text := s.get(t, "/"); !strings.Contains(text, "exit status 1.\n\ntemplate <page> is missing\n") {
		t.Errorf("for curl: %s", text)
	}
	s.edit(t, func() { s.write(t, "page.html", "<p>") }) // a template may be what was wrong
	if got := s.get(t, "/version"); got != "v3" {
		t.Errorf("after the mend the program answers %q", got)
	}
}

func crashes(t *testing.T, s *supervised) {
	for _, round := range []string{"first", "second"} {
		_, text := s.do(t, "POST", "/crash", nil, nil)
		for range 3 {
			if want := "exit status 3.\n\nthe disk is on fire\n"; !strings.Contains(text, want) {
				t.Errorf("%s: the text lacks %q:\n%s", round, want, text)
			}
			text = s.get(t, "/version")
		}
		s.edit(t, func() { s.write(t, "version.go", versionSource(round)) })
		if got := s.get(t, "/version"); got != round {
			t.Errorf("after the change the program answers %q", got)
		}
	}
	s.stderr.wait(t, "The program ended with exit status 3; it is started again when its source changes.\n", 2)
}

// TestEditWhileBuilding edits while the build of the edit before is under way, which is broken off.
func TestEditWhileBuilding(t *testing.T) {
	watchLeftovers(t) // also gives the builds a folder of their own to be seen in
	s := supervise(t, nil)
	s.get(t, "/version")
	restarted := func() bool { return strings.Contains(s.stderr.String(), "Restarted in") }
	seen := true
	s.edit(t, func() {
		for i := range 3 {
			s.write(t, "version.go", versionSource(fmt.Sprint("try", i)))
			seen = seen && awaitBuild(t, i, restarted)
		}
		s.write(t, "version.go", versionSource("newest"))
	})
	if got := s.get(t, "/version"); got != "newest" {
		t.Errorf("the program answers %q", got)
	}
	if n := strings.Count(s.stderr.String(), "Restarted in"); n != 1 && seen {
		t.Errorf("%d restarts are told of, want 1:\n%s", n, s.stderr)
	}
}

// awaitBuild waits until another build is under way; those that were broken off have left n folders.
// It returns false when missed tells that the build was over before it was seen.
func awaitBuild(t *testing.T, n int, missed func() bool) (seen bool) {
	t.Helper()
	poll(t, "a build", func() bool {
		found, _ := filepath.Glob(filepath.Join(os.Getenv("GOTMPDIR"), "nuages-*", "go-build*"))
		seen = len(found) > n
		return seen || missed()
	})
	return seen
}

// TestEditWhileStarting edits while a program starts that never gets ready.
func TestEditWhileStarting(t *testing.T) {
	t.Parallel()
	s := supervise(t, nil)
	s.get(t, "/version")
	s.write(t, "start.go", "package main\n\nimport \"fmt\"\n\nfunc atStart() { fmt.Println(\"stuck\"); select {} }\n")
	s.stdout.wait(t, "stuck", 1)
	answer := make(chan string, 1)
	go func() { answer <- s.get(t, "/version") }()
	s.write(t, "start.go", "package main\n\nfunc atStart() {}\n")
	s.write(t, "version.go", versionSource("unstuck"))
	if got := <-answer; got != "unstuck" {
		t.Errorf("a request that waited for a program that did not start got %q", got)
	}
	if n := strings.Count(s.stderr.String(), "Restarted in"); n != 1 {
		t.Errorf("%d restarts are told of, want 1:\n%s", n, s.stderr)
	}
}

// TestSlowRequests asks for answers that are under way when the program is replaced.
func TestSlowRequests(t *testing.T) {
	t.Parallel()
	s := supervise(t, nil)
	s.get(t, "/version")
	slow, hang := make(chan string, 1), make(chan string, 1)
	go func() { slow <- s.get(t, "/slow") }()
	go func() {
		_, body := s.do(t, "POST", "/hang", nil, nil)
		hang <- body
	}()
	s.stdout.wait(t, "slow began", 1)
	s.stdout.wait(t, "hang began", 1)
	s.write(t, "version.go", versionSource("v2"))
	if got := <-slow; got != "v1" {
		t.Errorf("the request that was under way got %q, want the old program's answer", got)
	}
	if got := <-hang; !strings.Contains(got, "replaced by a newer one") {
		t.Errorf("the request without an end got %q", got)
	}
	if got := s.get(t, "/version"); got != "v2" {
		t.Errorf("the program answers %q", got)
	}
}
