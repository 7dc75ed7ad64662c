package commands

import (
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

// An application is a name as python.New takes it.
type application struct {
	name    string
	factory bool
	origin  string // where the name was found, "" if it was given
}

var (
	moduleForm    = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$`)
	attributeForm = regexp.MustCompile(`^([\p{L}_][\p{L}\p{N}_.]*)(\(\))?$`)
)

// parseApplication reads module:attribute; the attribute may be a call without arguments, and is
// "application" where there is none, as Gunicorn has it.
func parseApplication(text string) (application, error) {
	module, attribute, ok := strings.Cut(text, ":")
	if !ok {
		attribute = "application"
	}
	m := attributeForm.FindStringSubmatch(attribute)
	switch {
	case strings.HasSuffix(module, ".py") || strings.Contains(module, "/"):
		name := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(module, "./"), ".py"), "/", ".")
		return application{}, cli.Hint(usagef("%q is a file, not a module", text), "Name the module, from the folder that Python starts in: "+name+":"+attribute)
	case !moduleForm.MatchString(module):
		return application{}, cli.Hint(usagef("%q names no application", text), "Write module:attribute, as mysite.asgi:application.")
	case m == nil && strings.Contains(attribute, "("):
		return application{}, cli.Hint(usagef("%q: arguments of a factory are not read", text), "Write a function without arguments, and name it with --factory; it may read the environment, which --env sets.")
	case m == nil:
		return application{}, cli.Hint(usagef("%q names no application", text), "Write module:attribute, as mysite.asgi:application.")
	}
	return application{name: module + ":" + m[1], factory: m[2] != ""}, nil
}
