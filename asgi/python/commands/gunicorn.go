package commands

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/cli"
	project "github.com/nuages-web/nuages/cli/commands"
)

// gunicornFile is the file that Gunicorn reads where it is not told of another.
const gunicornFile = "gunicorn.conf.py"

//go:embed gunicornconf.py
var gunicornScript string

// fromGunicorn fills in what GUNICORN_CMD_ARGS, and under it the file of Gunicorn's settings, say of flags
// that were not given.
func (s *serving) fromGunicorn(ctx context.Context) error {
	f := s.flags
	if text, ok := s.LookupEnv("GUNICORN_CMD_ARGS"); ok && strings.TrimSpace(text) != "" {
		words, err := splitWords(text)
		if err != nil {
			return usagef("the variable GUNICORN_CMD_ARGS: %w", err) // without its text, which may set variables that are secret
		}
		given, _, err := parseFlags(ctx, words, "GUNICORN_CMD_ARGS")
		if err != nil {
			return err
		}
		f.under(given)
		s.notes = append(s.notes, "GUNICORN_CMD_ARGS is read")
	}
	name := f.config
	if name == "" {
		if _, err := os.Stat(gunicornFile); err != nil {
			return nil
		}
		name = gunicornFile
	}
	values, err := s.readGunicorn(ctx, name)
	if err != nil {
		return err
	}
	args, err := s.gunicornArgs(values, name)
	if err != nil {
		return err
	}
	given, names, err := parseFlags(ctx, args, name)
	if err != nil {
		return err
	}
	f.under(given)
	if len(names) > 0 && s.name == "" {
		s.name = names[0]
	}
	return nil
}

// parseFlags reads flags as a command line has them. from says in errors where they are written.
func parseFlags(ctx context.Context, args []string, from string) (*flags, []string, error) {
	f := &flags{}
	var names []string
	app, err := cli.New(&cli.Options{Name: "nuages", Commands: []*cli.Command{{
		Name: "serve", Short: "read options", SkipChecks: true,
		Args:  cli.Args{{Name: "application", Help: "its name", Optional: true, Variadic: true}},
		Flags: func(list *cli.Flags) { f.declare(list) },
		Run: func(_ context.Context, call *cli.Call) error {
			names = call.ArgList("application")
			return nil
		},
	}}})
	if err != nil {
		return nil, nil, err
	}
	if _, err := app.Call(ctx, "serve", args...); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", from, err)
	}
	f.splitEnv()
	for _, g := range f.foreign {
		g.from = " of " + from
	}
	return f, names, nil
}

// under fills in what f does not say from what ranks lower.
func (f *flags) under(g *flags) {
	f.splitEnv()
	if f.saysWhere() {
		g.host, g.port, g.uds, g.fd, g.bind, g.endpoint, g.server.Addresses = "", "", "", "", nil, nil, nil
	}
	base := g.server
	project.OverrideServer(&base, f.server)
	f.server = base
	theirs := g.options()
	for i, o := range f.options() {
		switch target := o.target.(type) {
		case *string:
			*target = or(*target, *theirs[i].target.(*string))
		case *[]string:
			if len(*target) == 0 {
				*target = *theirs[i].target.(*[]string)
			}
		case *int:
			if *target == 0 {
				*target = *theirs[i].target.(*int)
			}
		case *bool:
			*target = *target || *theirs[i].target.(*bool)
		}
	}
	for i, o := range f.foreign {
		if t := g.foreign[i]; !o.on && len(o.text) == 0 {
			o.on, o.text, o.from = t.on, t.text, t.from
		}
	}
}

// saysWhere tells whether an address to listen on was given.
func (f *flags) saysWhere() bool {
	return f.host != "" || f.port != "" || f.uds != "" || f.fd != "" || isPort(f.pid) || len(f.bind)+len(f.endpoint)+len(f.server.Addresses) > 0
}

// A gunicornValue is one setting of a file of Gunicorn's.
type gunicornValue struct {
	Value any
	Hook  bool // it is a function
}

// readGunicorn has the chosen Python run a file of Gunicorn's settings, and returns those that it sets.
func (s *serving) readGunicorn(ctx context.Context, name string) (map[string]gunicornValue, error) {
	interpreter, err := python.FindInterpreter(&python.Options{Interpreter: s.flags.python, Dir: s.flags.chdir})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, interpreter, append([]string{"-c", gunicornScript, name}, gunicornSettings...)...)
	cmd.Env = s.Environ
	var errText bytes.Buffer
	cmd.Stderr = &errText
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		text := strings.TrimSpace(errText.String())
		return nil, cli.Hint(usagef("read %s with %s: %w\n%s", name, interpreter, err, text), "Mend the file, or leave it out with --config /dev/null.")
	}
	if s.call.Verbosity > 0 {
		_, _ = s.call.Stderr.Write(errText.Bytes()) // what the file prints
	}
	values := map[string]gunicornValue{}
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("read %s: the answer of %s: %w", name, interpreter, err)
	}
	return values, nil
}

// gunicornArgs writes settings as a command line. It tells of hooks, which nothing calls.
func (s *serving) gunicornArgs(values map[string]gunicornValue, name string) ([]string, error) {
	var args, read, positional []string
	for _, setting := range gunicornSettings {
		v, ok := values[setting]
		if !ok {
			continue
		}
		why, hook := gunicornHooks[setting]
		switch {
		case setting == "ssl_context" || v.Hook && !hook:
			return nil, cli.Hint(usagef("%s: %s is a function, which Go can't call", name, setting), or(why, "Set a value.")+" --config /dev/null leaves the file out.")
		case hook:
			if s.call.Verbosity > 0 {
				s.call.Warnf("the hook %s of %s is not called: %s", setting, name, why)
			}
			continue
		case setting == "wsgi_app":
			positional = append([]string{"--"}, texts(v.Value)...)
		default:
			given := settingArgs(setting, v.Value)
			if len(given) == 0 {
				continue
			}
			args = append(args, given...)
		}
		read = append(read, setting)
	}
	if len(read) > 0 {
		s.notes = append(s.notes, name+" is read: "+strings.Join(read, ", "))
	}
	return append(args, positional...), nil
}

// settingArgs writes one setting as flags.
func settingArgs(setting string, value any) []string {
	flag, ok := gunicornFlags[setting]
	if !ok {
		flag = strings.ReplaceAll(setting, "_", "-")
	}
	switch {
	case setting == "sendfile":
		if value != false {
			return nil
		}
		value = true
	case setting == "proxy_protocol" && (value == "auto" || value == "v1" || value == "v2"):
		value = true
	case value == "off" && setting == "proxy_protocol":
		return nil
	}
	var args []string
	for _, text := range texts(value) {
		args = append(args, "--"+flag+"="+text)
	}
	return args
}

// texts returns a value as flags take it; None, False and what is empty as none at all, for that is what
// those settings are without.
func texts(value any) []string {
	switch v := value.(type) {
	case bool:
		if v {
			return []string{strconv.FormatBool(v)}
		}
	case string:
		if v != "" {
			return []string{v}
		}
	case json.Number:
		return []string{v.String()}
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, texts(item)...)
		}
		return list
	case map[string]any:
		if text, err := json.Marshal(v); err == nil && len(v) > 0 {
			return []string{string(text)}
		}
	}
	return nil
}

var errQuote = errors.New("a quotation does not end")

// splitWords takes a line apart as a shell does, without variables and the like.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote == 0 && strings.IndexByte(" \t\r\n", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		case quote == 0 && (c == '\'' || c == '"'):
			inWord, quote = true, c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'':
			if i++; i == len(line) {
				return nil, errQuote
			}
			if quote == '"' && line[i] != '"' && line[i] != '\\' {
				word.WriteByte('\\')
			}
			inWord = true
			word.WriteByte(line[i])
		default:
			inWord = true
			word.WriteByte(c)
		}
	}
	if quote != 0 {
		return nil, errQuote
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
