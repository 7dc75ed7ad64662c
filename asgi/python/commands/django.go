package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/cli"
)

// askSettings prints ASGI_APPLICATION and WSGI_APPLICATION of the settings, a line each.
const askSettings = `import sys
from django.conf import settings
for name in ("ASGI_APPLICATION", "WSGI_APPLICATION"):
    sys.stdout.write("=" + (getattr(settings, name, None) or "") + "\n")
`

// findDjango looks for the application of the Django project in the working directory of the workers:
// what ASGI_APPLICATION of its settings names, or WSGI_APPLICATION, or asgi.py or wsgi.py beside the
// settings.
func (s *serving) findDjango(ctx context.Context, o *python.Options) (application, error) {
	text, err := os.ReadFile(filepath.Join(o.Dir, "manage.py"))
	if errors.Is(err, os.ErrNotExist) {
		return application{}, cli.Hint(usagef("the application is missing"), "Name it, as in: serve mysite.asgi:application; in the folder of a Django project, where manage.py is, it is found.")
	}
	if err != nil {
		return application{}, fmt.Errorf("look for the Django project: %w", err)
	}
	module, ok := lookupIn(o.Env, s.LookupEnv, "DJANGO_SETTINGS_MODULE")
	if !ok || module == "" {
		if module = django.SettingsModule(text); module == "" {
			return application{}, cli.Hint(usagef("manage.py does not name the settings"), "Set DJANGO_SETTINGS_MODULE, or name the application, as mysite.asgi:application.")
		}
		o.Env = append(o.Env, "DJANGO_SETTINGS_MODULE="+module)
	}
	asgi, wsgi, err := s.readSettings(ctx, o)
	if err != nil {
		return application{}, err
	}
	return chooseDjango(o, module, asgi, wsgi)
}

// readSettings asks the project's own Python.
func (s *serving) readSettings(ctx context.Context, o *python.Options) (asgi, wsgi string, err error) {
	interpreter, err := python.FindInterpreter(o)
	if err != nil {
		return "", "", err
	}
	cmd := exec.CommandContext(ctx, interpreter, "-c", askSettings)
	cmd.Dir, cmd.Env = o.Dir, append(s.Environ[:len(s.Environ):len(s.Environ)], o.Env...)
	var errText bytes.Buffer
	cmd.Stderr = &errText
	out, err := cmd.Output()
	if err != nil {
		return "", "", startError(ctx, fmt.Errorf("read the settings of the Django project with %s: %w\n%s", interpreter, err, strings.TrimSpace(errText.String())), interpreter)
	}
	var values []string
	for line := range strings.Lines(string(out)) { // settings may print
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "="); ok {
			values = append(values, v)
		}
	}
	if len(values) < 2 {
		return "", "", errors.New("read the settings of the Django project: there was no answer")
	}
	return values[len(values)-2], values[len(values)-1], nil
}

// chooseDjango takes the first of them that fits what the application is to speak.
func chooseDjango(o *python.Options, settings, asgi, wsgi string) (application, error) {
	beside := func(name string) string { // mysite.settings.production is in mysite, too
		for folder := settings; folder != ""; {
			folder = folder[:max(strings.LastIndexByte(folder, '.'), 0)]
			if _, err := os.Stat(filepath.Join(o.Dir, strings.ReplaceAll(folder, ".", "/"), name+".py")); err == nil {
				return strings.TrimPrefix(folder+"."+name+".application", ".")
			}
		}
		return ""
	}
	for _, found := range []struct {
		iface        python.Interface
		name, origin string
	}{
		{python.ASGI, asgi, "ASGI_APPLICATION of " + settings},
		{python.WSGI, wsgi, "WSGI_APPLICATION of " + settings},
		{python.ASGI, beside("asgi"), "asgi.py beside the settings"},
		{python.WSGI, beside("wsgi"), "wsgi.py beside the settings"},
	} {
		module, attribute, ok := cutLast(found.name)
		if !ok || o.Interface != python.Auto && o.Interface != found.iface {
			continue
		}
		return application{name: module + ":" + attribute, origin: found.origin}, nil
	}
	return application{}, cli.Hint(usagef("the settings %s name no application", settings), "Name it, as in: serve mysite.asgi:application")
}

func cutLast(dotted string) (module, attribute string, ok bool) {
	i := strings.LastIndexByte(dotted, '.')
	if i <= 0 {
		return "", "", false
	}
	return dotted[:i], dotted[i+1:], true
}

// lookupIn looks for a variable in what is added to the environment, and then in the environment.
func lookupIn(added []string, lookup func(string) (string, bool), name string) (string, bool) {
	for i := len(added) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(added[i], name+"="); ok {
			return v, true
		}
	}
	return lookup(name)
}
