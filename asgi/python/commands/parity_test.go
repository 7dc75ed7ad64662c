package commands_test

import (
	"context"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/python/commands"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// later are the options that versions after Debian's have: Uvicorn 0.45, Gunicorn 25, Daphne 4.2.2, from
// their documentation. "=" is after those that take a value.
const later = `--timeout-graceful-shutdown= --h11-max-incomplete-event-size= --ws-max-queue= --limit-max-requests-jitter=
--timeout-worker-healthcheck= --reset-contextvars --http2 --no-server-header --no-date-header
--log-config-json= --permit-obsolete-folding --permit-unconventional-http-method --permit-unconventional-http-version
--casefold-http-method --forwarder-headers= --header-map= --root-path= --protocol= --uwsgi-allow-from= --asgi-loop=
--asgi-lifespan= --http-protocols= --http2-max-concurrent-streams= --http2-initial-window-size= --http2-max-frame-size=
--http2-max-header-list-size= --dirty-app= --dirty-workers= --dirty-timeout= --dirty-threads= --dirty-graceful-timeout=
--control-socket= --control-socket-mode= --no-control-socket --enable-backlog-metric --http-parser=
--websocket-max-message-size= --websocket-max-frame-size=`

var (
	optionLine = regexp.MustCompile(`(?m)^ {2}(-\S.*?)(?: {2,}|$)`)
	optionName = regexp.MustCompile(`(--?[A-Za-z0-9][\w-]*)([ =][A-Z\[][\w.|\]\[a-z0-9-]*)?`)
)

// TestOptionsOfOthers goes through the options of uvicorn, gunicorn and daphne: each is one of ours, or
// one that is refused or passed over with a reason, and takes a value where theirs does.
func TestOptionsOfOthers(t *testing.T) {
	t.Parallel()
	app, err := cli.New(&cli.Options{Name: "nuages", Commands: commands.All(nil)})
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T, option string, value bool) {
		if option == "-v" && value || option == "--verbosity" || option == "-h" || option == "--help" { // every command's
			return
		}
		_, err := app.Call(context.Background(), "serve", option, "--guard-one", "--guard-two")
		switch {
		case err == nil:
			t.Errorf("%s: no error for a flag that is none", option)
		case strings.Contains(err.Error(), "guard-one") && value:
			t.Errorf("%s takes no value, but takes one there", option)
		case strings.Contains(err.Error(), "guard-two") && !value:
			t.Errorf("%s takes a value, but not there", option)
		case !strings.Contains(err.Error(), "guard"):
			t.Errorf("%s: %v", option, err)
		}
	}
	for _, server := range []string{"uvicorn", "gunicorn", "daphne"} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			needPython(t)
			module := map[string]string{"uvicorn": "uvicorn", "gunicorn": "gunicorn.app.wsgiapp", "daphne": "daphne.cli"}[server]
			script := "import sys; sys.argv[0] = '" + server + "'; "
			switch server {
			case "uvicorn":
				script += "from uvicorn.main import main; main()"
			case "gunicorn":
				script += "from gunicorn.app.wsgiapp import run; run()"
			default:
				script += "from daphne.cli import CommandLineInterface; CommandLineInterface.entrypoint()"
			}
			cmd := exec.Command(interpreter, "-c", script, "--help")
			cmd.Env = append(cmd.Environ(), "COLUMNS=200", "LC_ALL=C.UTF-8")
			help, err := cmd.Output()
			if err != nil {
				realdjango.Missing(t, "the module "+module)
			}
			n := 0
			for _, line := range optionLine.FindAllStringSubmatch(string(help), -1) {
				names := optionName.FindAllStringSubmatch(line[1], -1)
				value := false
				for _, name := range names {
					value = value || name[2] != ""
				}
				for _, name := range names {
					n++
					if server == "gunicorn" && (name[1] == "-v" || name[1] == "--ssl-version" || name[1] == "--cert-reqs" || name[1] == "--ciphers") {
						continue // -v is --version there; the others take values, whatever its help says
					}
					if server == "daphne" && name[1] == "--access-log" {
						continue // a switch of uvicorn's: see TestAccessLogs
					}
					check(t, name[1], value)
				}
			}
			if n < 20 {
				t.Errorf("there are %d options in\n%s", n, help)
			}
		})
	}
	for _, option := range strings.Fields(later) {
		name, value := strings.CutSuffix(option, "=")
		check(t, name, value)
	}
}
