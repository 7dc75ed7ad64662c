package python_test

import (
	"errors"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// logApp logs while it is imported.
const logApp = "import logging\nlogging.getLogger('shop').info('imported')\n"

const (
	logJSON = `{"version": 1, "formatters": {"f": {"format": "%(levelname)s FORM %(name)s %(message)s"}},
		"handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}}, "loggers": {"shop": {"level": "INFO", "handlers": ["h"]}}}`
	logYAML = `
version: 1
formatters: {f: {format: "%(levelname)s FORM %(name)s %(message)s"}}
handlers: {h: {class: logging.StreamHandler, formatter: f}}
loggers: {shop: {level: INFO, handlers: [h]}}
`
	logINI = `
[loggers]
keys=root,shop
[handlers]
keys=h
[formatters]
keys=f
[logger_root]
handlers=
[logger_shop]
level=INFO
handlers=h
qualname=shop
[handler_h]
class=StreamHandler
formatter=f
args=()
[formatter_f]
format=%(levelname)s FORM %(name)s %(message)s
`
)

// TestLogConfig: logging is set up before the application is imported.
func TestLogConfig(t *testing.T) {
	t.Parallel()
	needPython(t)
	if exec.Command(interpreter, "-c", "import yaml").Run() != nil {
		realdjango.Missing(t, "PyYAML for "+interpreter+" (Debian package python3-yaml)")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.py"), logApp+helloText("x"))
	write(t, filepath.Join(dir, "log.json"), logJSON)
	write(t, filepath.Join(dir, "log.yaml"), logYAML)
	write(t, filepath.Join(dir, "log.ini"), logINI)
	for _, config := range []string{"log.json", filepath.Join(dir, "log.yaml"), "log.ini", logJSON} {
		book := newLogBook(t)
		start(t, "main:app", python.Options{Dir: dir, LogConfig: config, Logger: slog.New(book)})
		book.wait(t, "FORM shop imported", 1)
	}
}

// TestLogConfigWrong: what is wrong with a configuration of the log is the error of the start.
func TestLogConfigWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.py"), logApp+helloText("x"))
	write(t, filepath.Join(dir, "yaml.py"), "raise ImportError")
	write(t, filepath.Join(dir, "log.yml"), logYAML)
	write(t, filepath.Join(dir, "log.json"), "{")
	write(t, filepath.Join(dir, "log.conf"), "[loggers]\n")
	for config, want := range map[string]string{
		"log.yml": "PyYAML: install it for " + interpreter, "log.json": "JSONDecodeError", "log.conf": "keys",
		"missing.ini": "No such file", `{"version": 2}`: "Unsupported version: 2",
	} {
		h, err := newHost(t, "main:app", python.Options{Dir: dir, LogConfig: config})
		if err != nil {
			t.Fatal(err)
		}
		var failed *python.StartError
		if err := h.Start(t.Context()); !errors.As(err, &failed) || !strings.Contains(failed.Output, want) || !strings.Contains(failed.Output, "the log can't be configured by "+config) {
			t.Errorf("%s: got %v, want %s", config, err, want)
		}
	}
}
