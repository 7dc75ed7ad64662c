package django

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
)

// findInterpreter returns the absolute path of the Python to run. Links are kept: a virtual environment
// is known by the place that it is called from.
func findInterpreter(dir, named string) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", &Error{Message: fmt.Sprintf("there is no Python %s: %v", named, err), Hint: "Name one that is there, as in --python ./venv/bin/python."}
		}
		return filepath.Abs(path)
	}
	path, err := python.FindInterpreter(&python.Options{Dir: dir})
	if err != nil {
		return "", &Error{Message: "there is no python3 on the PATH, and no virtual environment in " + dir, Hint: "Name the project's interpreter with --python."}
	}
	return filepath.Abs(path)
}

// settingsLine is how manage.py, wsgi.py and asgi.py name the settings.
var settingsLine = regexp.MustCompile(`(?m)^[^#\n]*DJANGO_SETTINGS_MODULE['"]\s*(?:,|\]\s*=)\s*['"]([\w.]+)['"]`)

// SettingsModule returns the module of the settings that the source of a manage.py, wsgi.py or asgi.py
// names; "" if it names none.
func SettingsModule(source []byte) string {
	if m := settingsLine.FindSubmatch(source); m != nil {
		return string(m[1])
	}
	return ""
}

// findSettings looks for the module of the settings where Django itself does, and says where it found
// it.
func findSettings(dir string) (module, from string, err error) {
	if module := os.Getenv("DJANGO_SETTINGS_MODULE"); module != "" {
		return module, "DJANGO_SETTINGS_MODULE", nil
	}
	for _, pattern := range []string{"manage.py", "*/wsgi.py", "*/asgi.py"} {
		files, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern))
		if err != nil {
			return "", "", err
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				continue // a folder of that name, or another's file
			}
			if module := SettingsModule(b); module != "" {
				from, err := filepath.Rel(dir, file)
				return module, filepath.ToSlash(from), err
			}
		}
	}
	below, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*", "manage.py"))
	hint := "Name the folder that holds manage.py, or the settings as in --settings mysite.settings."
	if len(below) > 0 {
		hint = "Did you mean " + filepath.Dir(below[0]) + "?"
	}
	return "", "", &Error{Message: fmt.Sprintf("%s holds no Django project: no manage.py there names its settings", dir), Hint: hint}
}

// escapeGlob takes the meaning from the characters that filepath.Glob knows.
func escapeGlob(path string) string {
	if runtime.GOOS == "windows" { // where nothing can be escaped
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
