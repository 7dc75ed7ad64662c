package pythontest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// The source of Starlette as Debian has it, of the version that is its package. Which of the two
// archives holds it depends on whether the last update was one of security.
const (
	starletteFile = "starlette_0.26.1.orig.tar.xz"
	starletteSum  = "3fc1d12068c8178a372cb98e3c2880a435bd2766e9635f965892110c9805c45e"
	starletteMax  = 8 << 20
)

var starletteURLs = []string{
	"http://deb.debian.org/debian-security/pool/updates/main/s/starlette/" + starletteFile,
	"http://deb.debian.org/debian/pool/main/s/starlette/" + starletteFile,
}

// NeedStarletteTests returns the archive of Starlette's source, which holds its tests, and skips or fails
// the test as realdjango.Missing says where that, or something that the tests need, is missing. The archive is
// fetched once for a user, where realdjango.RequireEnv is set.
func NeedStarletteTests(t testing.TB) string {
	t.Helper()
	NeedUvicorn(t)
	Need(t, "what Starlette's tests need (Debian packages python3-pytest, python3-starlette, python3-httpx, python3-itsdangerous, python3-jinja2, python3-multipart, python3-yaml)",
		"pytest", "starlette", "httpx", "itsdangerous", "jinja2", "multipart", "yaml")
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	path := filepath.Join(cache, "nuages", starletteFile)
	if data, err := os.ReadFile(path); err == nil && checkSum(data) == nil {
		return path
	}
	what := "the source of Starlette with its tests, " + path + ", from " + strings.Join(starletteURLs, " or ")
	if os.Getenv(realdjango.RequireEnv) == "" {
		realdjango.Missing(t, what+" (fetched where "+realdjango.RequireEnv+" is set)")
	}
	if err := fetchFirst(t.Context(), starletteURLs, path); err != nil {
		realdjango.Missing(t, what+":\n"+err.Error())
	}
	return path
}

func checkSum(data []byte) error {
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != starletteSum {
		return fmt.Errorf("%d bytes whose SHA-256 is %x, not %s", len(data), sum, starletteSum)
	}
	return nil
}

// fetchFirst writes what the first URL that has it answers with to a file.
func fetchFirst(ctx context.Context, urls []string, path string) error {
	var failed []error
	for _, url := range urls {
		data, err := fetch(ctx, url)
		if err == nil {
			err = checkSum(data)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", url, err))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		part := fmt.Sprintf("%s.%d", path, os.Getpid()) // others may do the same
		if err := os.WriteFile(part, data, 0o644); err != nil {
			return err
		}
		return os.Rename(part, path)
	}
	return errors.Join(failed...)
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, starletteMax))
}

// A StarletteServer serves starlette_suite.py.
type StarletteServer struct {
	// HTTP and HTTPS are its addresses. HTTPS is empty where the process itself knows it.
	HTTP, HTTPS string
	// HTTP2 has the clients speak HTTP/2 instead of HTTP/1.1, but for WebSockets.
	HTTP2 bool
	// Files are those of the tests, or their folders: "test_requests.py". Default all.
	Files []string
	// Excluded are the tests that can't pass there, with the reason: "test_websockets.py::test_close". Each
	// of them must fail.
	Excluded map[string]string
	// Unreliable are the tests that may fail, with the reason.
	Unreliable map[string]string
	// Least is how many tests have to pass.
	Least int
}

// UvicornStarlette serves starlette_suite.py with real Uvicorn. The two files in PEM are its certificate and
// the key of that.
func UvicornStarlette(t testing.TB, cert, key string) (*asgitest.Running, error) {
	dir := Files(t)
	return startPython(App{Dir: dir}, syscall.SIGINT, []string{filepath.Join(dir, "starlette_uvicorn.py"), cert, key})
}

// starletteLine is what came of one test.
type starletteLine struct {
	Test, Outcome, Text string
}

// RunStarlette runs Starlette's own tests, of the archive that NeedStarletteTests returns, on a server.
func RunStarlette(t *testing.T, archive string, server *StarletteServer) {
	t.Helper()
	lines, err := askStarlette(t, archive, server)
	if err != nil {
		t.Fatal(err)
	}
	counts, failed := map[string]int{}, map[string]bool{}
	for _, line := range lines {
		name, _, _ := strings.Cut(strings.TrimPrefix(line.Test, "tests/"), "[")
		if line.Outcome == "failed" && server.Excluded[name]+server.Unreliable[name] != "" {
			line.Outcome, failed[name] = "excluded", true
		}
		counts[line.Outcome]++
		if line.Outcome == "failed" {
			t.Errorf("%s:\n%s", line.Test, line.Text)
		}
	}
	for name, reason := range server.Excluded {
		if !failed[name] && server.runs(name) {
			t.Errorf("%s is excluded (%s), but does not fail", name, reason)
		}
	}
	t.Logf("Starlette's tests: %v", counts)
	if counts["passed"] < server.Least {
		t.Errorf("%d tests have passed, want at least %d", counts["passed"], server.Least)
	}
}

// runs tells whether a test is in one of the files.
func (s *StarletteServer) runs(test string) bool {
	return len(s.Files) == 0 || slices.ContainsFunc(s.Files, func(file string) bool { return strings.HasPrefix(test, file) })
}

// askStarlette has the tests run, and returns what came of them.
func askStarlette(t *testing.T, archive string, server *StarletteServer) ([]starletteLine, error) {
	addresses := map[string]string{}
	for scheme, addr := range map[string]string{"http": server.HTTP, "https": server.HTTPS} {
		if addr != "" {
			addresses[scheme] = addr
		}
	}
	files := server.Files
	if files == nil {
		files = []string{""}
	}
	order, err := json.Marshal(map[string]any{
		"archive": archive, "folder": t.TempDir(), "addresses": addresses, "http2": server.HTTP2, "tests": files,
	})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+server.HTTP+"/-/run", bytes.NewReader(order))
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var lines []starletteLine
	scanner := bufio.NewScanner(res.Body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line starletteLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", res.Status, scanner.Text(), err)
		}
		lines = append(lines, line)
	}
	return lines, scanner.Err()
}
