package commands

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/settings"
)

func (s *serving) planApplication(p *plan) error {
	f, o := s.flags, &p.python
	var err error
	if o.Dir, err = filepath.Abs(f.chdir); err != nil { // what is found below it is run in it
		return err
	}
	o.Interpreter, o.Factory, o.Reload, o.Debug, o.RootPath = f.python, f.factory, f.reload, f.debug, strings.TrimSuffix(f.rootPath, "/")
	if o.RootPath != "" && o.RootPath[0] != '/' {
		return usagef("--root-path %s: a path begins with /", f.rootPath)
	}
	if err := s.planReload(p); err != nil {
		return err
	}
	if o.Interface, err = choose("interface", f.iface, map[string]python.Interface{
		"": python.Auto, "auto": python.Auto, "asgi": python.ASGI, "asgi3": python.ASGI, "asgi2": python.ASGI, "wsgi": python.WSGI,
	}); err != nil {
		return err
	}
	switch {
	case f.wsgi && (f.asgi || o.Interface == python.ASGI) || f.asgi && o.Interface == python.WSGI:
		return usagef("an application speaks either ASGI or WSGI")
	case f.wsgi:
		o.Interface = python.WSGI
	case f.asgi:
		o.Interface = python.ASGI
	}
	if o.Lifespan, err = choose("lifespan", f.lifespan, map[string]python.Lifespan{
		"": python.LifespanAuto, "auto": python.LifespanAuto, "on": python.LifespanOn, "off": python.LifespanOff,
	}); err != nil {
		return err
	}
	o.Loop, err = choose("loop", f.loop, map[string]string{"": "auto", "auto": "auto", "none": "auto", "asyncio": "asyncio", "uvloop": "uvloop"})
	for _, text := range f.static {
		folder, err := openStatic(text)
		if err != nil {
			return err
		}
		p.static = append(p.static, folder)
	}
	return err
}

// planReload reads what is watched. A folder may be among the patterns of files.
func (s *serving) planReload(p *plan) error {
	f, o := s.flags, &p.python
	for _, dir := range f.reloadDirs {
		if !isFolder(dir) {
			return usagef("--reload-dir %s: there is no such folder", dir)
		}
	}
	o.ReloadDirs, o.ReloadExclude = f.reloadDirs, f.exclude
	for _, pattern := range f.include {
		if !isFolder(pattern) {
			o.ReloadInclude = append(o.ReloadInclude, pattern)
			continue
		}
		if len(o.ReloadDirs) == 0 {
			o.ReloadDirs = []string{or(f.chdir, ".")}
		}
		o.ReloadDirs = append(o.ReloadDirs, pattern)
	}
	return nil
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// planEnvironment gathers the variables of the application. Those of the process win over those of
// --env-file, and those of --env over both.
func (s *serving) planEnvironment(p *plan) error {
	f := s.flags
	if f.envFile != "" {
		if _, err := os.Stat(f.envFile); err != nil {
			return fmt.Errorf("--env-file: %w", err)
		}
		file, err := settings.Load(&settings.Options{Files: []string{f.envFile}, Environ: []string{}})
		if err != nil {
			return err
		}
		for _, u := range file.Unused() {
			if _, ok := s.LookupEnv(u.Name); ok {
				continue
			}
			if v, ok := file.Lookup(u.Name); ok {
				p.python.Env = append(p.python.Env, u.Name+"="+v)
			}
		}
	}
	for _, text := range f.env {
		if name, _, ok := strings.Cut(text, "="); !ok || name == "" {
			return usagef("--env %s: want NAME=VALUE", text)
		}
		p.python.Env = append(p.python.Env, text)
	}
	var paths []string
	for _, dir := range append([]string{f.appDir}, strings.Split(f.pythonPath, ",")...) {
		if dir == "" {
			continue
		}
		abs, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		paths = append(paths, abs)
	}
	if len(paths) > 0 {
		if v, ok := lookupIn(p.python.Env, s.LookupEnv, "PYTHONPATH"); ok && v != "" {
			paths = append(paths, v)
		}
		p.python.Env = append(p.python.Env, "PYTHONPATH="+strings.Join(paths, string(os.PathListSeparator)))
	}
	return nil
}

func (s *serving) planWorkers(p *plan) error {
	f, o := s.flags, &p.python
	o.Workers, o.Threads = f.workers, f.threads
	if o.Workers == 0 {
		if text, ok := s.LookupEnv("WEB_CONCURRENCY"); ok && text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return usagef("the variable WEB_CONCURRENCY is %q: want a number of workers", text)
			}
			o.Workers = n
		}
	}
	if f.workerClass == "" {
		return nil
	}
	class := strings.ToLower(f.workerClass[strings.LastIndexByte(f.workerClass, '.')+1:])
	var iface python.Interface
	switch class {
	case "sync", "syncworker":
		if iface = python.WSGI; o.Threads == 0 {
			o.Threads = 1
		}
	case "gthread", "threadworker":
		iface = python.WSGI
	case "asgi", "asgiworker", "uvicornworker", "uvicornh11worker":
		iface = python.ASGI
	default:
		return cli.Hint(usagef("--worker-class %s is not supported", f.workerClass), "For WSGI take --threads N, which is how many requests a worker answers at once; for ASGI nothing is needed.")
	}
	if o.Interface != python.Auto && o.Interface != iface {
		return usagef("--worker-class %s: an application speaks either ASGI or WSGI", f.workerClass)
	}
	o.Interface = iface
	p.notes = append(p.notes, fmt.Sprintf("--worker-class %s is taken for --interface %s", f.workerClass, iface))
	return nil
}
