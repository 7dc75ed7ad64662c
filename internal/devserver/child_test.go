//go:build unix

package devserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/devserver"
)

const childTestEnv = "NUAGES_TEST_CHILD"

// TestChild runs this program again as a supervisor would.
func TestChild(t *testing.T) {
	t.Parallel()
	if os.Getenv(childTestEnv) != "" {
		serveAsChild()
		return
	}
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	file, err := ln.File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ready, readyW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ready.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childTestEnv+"=1", "NUAGES_RUNSERVER_CHILD=1 http://shop.localhost/")
	cmd.ExtraFiles = []*os.File{file, readyW}
	out := newOutput()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	readyW.Close()
	ready.SetReadDeadline(time.Now().Add(patience))
	if word, err := io.ReadAll(ready); err != nil || string(word) != "ready\n" {
		t.Errorf("the supervisor is told %q, %v", word, err)
	}
	for addr, want := range map[string]string{"": "127.0.0.1:", "192.0.2.1:1234": "192.0.2.1:1234 0 true"} {
		req, err := http.NewRequestWithContext(ctx, "GET", "http://"+ln.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if addr != "" {
			req.Header.Set("X-Nuages-Client", addr)
			req.Header.Set("X-Nuages-Secure", "1")
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("client %q: the handler sees %q, %v", addr, b, err)
		}
	}
	_ = cmd.Cancel()
	_ = cmd.Wait()
	if want := "http://shop.localhost/ true again: <nil> <nil>\n"; !strings.Contains(out.String(), want) {
		t.Errorf("the child says %q, want %q", out, want)
	}
}

func serveAsChild() {
	child, err := devserver.FromEnvironment()
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := devserver.FromEnvironment() // as in a process that the child starts
	fmt.Println(child.URL, child.First, "again:", again, err)
	if err := child.Ready(); err != nil {
		fmt.Println(err)
	}
	_ = http.Serve(child.Listener, child.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.RemoteAddr, " ", len(r.Header["X-Nuages-Client"])+len(r.Header["X-Nuages-Secure"]), " ", r.TLS != nil)
	})))
}

func TestRunRefusesUnknownPackages(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = devserver.Run(t.Context(), devserver.Options{
		Listener: ln, Dir: t.TempDir(), Package: "example.org/nothing", Stdout: io.Discard, Stderr: io.Discard,
	})
	if err == nil || !strings.HasPrefix(err.Error(), "find the source of example.org/nothing: ") {
		t.Errorf("Run: %v", err)
	}
	if _, err := ln.Accept(); err == nil {
		t.Error("the listener is still open")
	}
}
