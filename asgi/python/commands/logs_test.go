package commands_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestLogFiles(t *testing.T) {
	t.Parallel()
	needPython(t)
	for name, args := range map[string][]string{
		"daphne":   {"--access-log", "FILE", "plain:application"},
		"gunicorn": {"plain:application", "--access-logfile", "FILE", "--umask", "077"},
		"ours":     {"plain:application", "--access-log=FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "access.log")
			args := strings.Split(strings.ReplaceAll(strings.Join(args, "\n"), "FILE", file), "\n")
			p := serve(t, apps, nil, append(args, "--port", "0", "--access-logformat", `%(m)s %(U)s %(s)s %({x-id}i)s`)...)
			if info, err := os.Stat(file); err != nil || name == "gunicorn" && info.Mode().Perm() != 0o600 {
				t.Errorf("the log file: got %v, %v, want mode 0600 with --umask 077", info, err)
			}
			get(t, p.url()+"/one", "X-Id", "1")
			if err := os.Rename(file, file+".1"); err != nil {
				t.Fatal(err)
			}
			get(t, p.url()+"/two")
			p.signal(syscall.SIGUSR1)
			p.wait("log files are opened anew")
			get(t, p.url()+"/three")
			p.signal(syscall.SIGTERM)
			p.finish()
			for path, want := range map[string]string{file + ".1": "GET /one 200 1\nGET /two 200 -\n", file: "GET /three 200 -\n"} {
				if text, err := os.ReadFile(path); err != nil || string(text) != want {
					t.Errorf("%s holds %q (%v), want %q", path, text, err, want)
				}
			}
			if p.out.String() != "" {
				t.Errorf("stdout is\n%s", p.out.String())
			}
		})
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	needPython(t)
	dir := t.TempDir()
	pid, log := filepath.Join(dir, "pid"), filepath.Join(dir, "log")
	p := begin(t, apps, nil, "serve", "--python", interpreter, "plain", "--uds", filepath.Join(dir, "shop.sock"), "--pid", pid, "--log-file", log, "--log-json", "--access-logformat", "combined")
	late := time.After(patience)
	for { // the file is written when all is ready
		text, err := os.ReadFile(pid)
		if err == nil && string(text) == strconv.Itoa(p.cmd.Process.Pid)+"\n" {
			break
		}
		select {
		case <-late:
			t.Fatalf("the file of the process ID holds %q (%v)", text, err)
		case <-p.ended:
			t.Fatal("the program has ended")
		case <-time.After(time.Millisecond):
		}
	}
	tell(t, overUnix(filepath.Join(dir, "shop.sock")), "http://shop/", "User-Agent", "test\"\\", "Referer", "http://a/")
	p.signal(syscall.SIGINT)
	if code := p.finish(); code != 0 {
		t.Errorf("got code %d, want 0", code)
	}
	if _, err := os.Stat(pid); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of the process ID is left: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "shop.sock")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
	text, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(text), `"msg":"serving"`) {
		t.Errorf("the log holds %q (%v)", text, err)
	}
	if want := ` "http://a/" "test\"\\"` + "\n"; !strings.HasPrefix(p.out.String(), "- - - [") || !strings.HasSuffix(p.out.String(), want) {
		t.Errorf("the access log is %q, want its end %q", p.out.String(), want)
	}
}

// TestQuiet writes nothing but warnings.
func TestQuiet(t *testing.T) {
	t.Parallel()
	needPython(t)
	path := filepath.Join(t.TempDir(), "quiet.sock")
	p := begin(t, apps, nil, "serve", "--python", interpreter, "plain", "--uds", path, "--log-level", "warning")
	late := time.After(patience)
	for {
		resp, err := overUnix(path).Get("http://shop/")
		if err == nil {
			resp.Body.Close()
			break
		}
		select {
		case <-late:
			t.Fatal(err)
		case <-p.ended:
			t.Fatal("the program has ended")
		case <-time.After(time.Millisecond):
		}
	}
	p.signal(syscall.SIGTERM)
	if code := p.finish(); code != 0 || p.out.String() != "" || p.err.String() != "" {
		t.Errorf("got code %d and\n%s%s", code, p.out.String(), p.err.String())
	}
}

// TestLogConfig sets up the application's log, by Uvicorn's option and by Gunicorn's setting.
func TestLogConfig(t *testing.T) {
	t.Parallel()
	needPython(t)
	const config = `{"version": 1, "formatters": {"f": {"format": "FORM %(name)s %(message)s"}},
		"handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}}, "root": {"level": "INFO", "handlers": ["h"]}}`
	for file, args := range map[string][]string{
		"log.json": {"--log-config", "log.json"}, "log.txt": {"--log-config-json", "log.txt"}, "gunicorn.conf.py": nil,
	} {
		dir := t.TempDir()
		write(t, dir, "main.py", "import logging\nlogging.getLogger('shop').info('imported')\ndef application(environ, start_response): pass\n")
		write(t, dir, "log.json", config)
		text := config
		if file == "gunicorn.conf.py" {
			text = "logconfig_dict = " + config
		}
		write(t, dir, file, text)
		code, _, stderr := run(t, dir, nil, append([]string{"serve", "main", "--check-config", "--python", interpreter}, args...)...)
		if code != 0 || !strings.Contains(stderr, "FORM shop imported") {
			t.Errorf("%s: code %d and\n%s", file, code, stderr)
		}
	}
}
