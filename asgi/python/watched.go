package python

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// completeReload checks and completes the options of what Reload watches.
func (o *Options) completeReload() error {
	dirs := make([]string, len(o.ReloadDirs))
	for i, dir := range o.ReloadDirs {
		var err error
		if dirs[i], err = filepath.Abs(dir); err != nil {
			return fmt.Errorf("find Options.ReloadDirs: %w", err)
		}
	}
	o.ReloadDirs = dirs
	for _, pattern := range slices.Concat(o.ReloadInclude, o.ReloadExclude) {
		if _, err := path.Match(goPattern(pattern), ""); err != nil {
			return fmt.Errorf("Options.ReloadInclude or ReloadExclude %q: want a pattern as *.html: %w", pattern, err)
		}
	}
	return nil
}

// goPattern returns a pattern of Python's fnmatch as path.Match has it.
func goPattern(pattern string) string { return strings.ReplaceAll(pattern, "[!", "[^") }

// isWatched tells whether a change of a file may change the application. Editors write others beside.
func (o *Options) isWatched(name string) bool {
	watched := filepath.Ext(name) == ".py"
	for _, pattern := range o.ReloadInclude {
		if name == pattern || strings.HasSuffix(name, "/"+pattern) {
			return true // named as it is: a hidden one, too
		}
		watched = watched || matches(pattern, name)
	}
	if !watched || strings.HasPrefix(filepath.Base(name), ".") {
		return false
	}
	return !slices.ContainsFunc(o.ReloadExclude, func(pattern string) bool { return matches(pattern, name) })
}

// matches tells whether the last parts of a path match a pattern that has as many, as with Python's
// PurePath.match.
func matches(pattern, name string) bool {
	start := 0
	if !strings.HasPrefix(pattern, "/") {
		start = len(name)
		for range 1 + strings.Count(pattern, "/") {
			start = strings.LastIndexByte(name[:max(start, 0)], '/')
		}
		start++
	}
	ok, err := path.Match(goPattern(pattern), name[start:])
	return ok && err == nil
}

// isForeign tells whether a folder holds what is not the application's, compiled files, a repository, a
// virtual environment, or shall not be watched.
func (o *Options) isForeign(dir string) bool {
	base := filepath.Base(dir)
	if strings.HasPrefix(base, ".") || base == "__pycache__" || base == "node_modules" || base == "site-packages" {
		return true
	}
	for _, pattern := range o.ReloadExclude {
		if excluded, err := filepath.Abs(pattern); err == nil && excluded == dir {
			return true
		}
	}
	_, err := os.Stat(filepath.Join(dir, "pyvenv.cfg"))
	return err == nil
}
