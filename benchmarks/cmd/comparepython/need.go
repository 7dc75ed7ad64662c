package main

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/nuages-web/nuages/benchmarks/internal/measure"
)

// packages are Debian's, with the module that each brings.
var packages = [][2]string{
	{"daphne", "daphne.server"},
	{"gunicorn", "gunicorn"},
	{"python3-django", "django"},
	{"python3-httptools", "httptools"},
	{"python3-starlette", "starlette"},
	{"python3-uvicorn", "uvicorn"},
	{"python3-uvloop", "uvloop"},
	{"python3-websockets", "websockets"},
}

// need tells which programs are missing.
func need() error {
	var missing []string
	if _, err := exec.LookPath("wrk"); err != nil {
		missing = append(missing, "wrk")
	}
	for _, p := range packages {
		if exec.Command(measure.Python, "-c", "import "+p[1]).Run() != nil {
			missing = append(missing, p[0])
		}
	}
	if missing != nil {
		return fmt.Errorf("some programs are missing: apt-get install %s", strings.Join(missing, " "))
	}
	return nil
}
