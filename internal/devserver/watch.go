package devserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// change says what a set of changed files asks for.
type change int

const (
	changeNone    change = iota
	changeReload         // templates, styles, images: browsers reload
	changeRestart        // .env: the program starts anew
	changeBuild          // Go source: it is built first
)

// classify tells what the change of a file asks for.
func classify(path string) change {
	base := filepath.Base(path)
	switch ext := filepath.Ext(base); {
	case base == ".env":
		return changeRestart
	case strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "#") || base == "4913":
		return changeNone
	case strings.HasSuffix(base, "_test.go"), base == "models_gen.go": // the build writes it
		return changeNone
	case ext == ".go" || base == "go.mod" || base == "go.sum" || base == "go.work":
		return changeBuild
	case ext == ".html" || ext == ".css" || ext == ".js" || ext == ".svg" || ext == ".png" || ext == ".jpg" || ext == ".jpeg" ||
		ext == ".webp" || ext == ".avif" || ext == ".ico" || ext == ".txt" || ext == ".tmpl" || ext == ".woff2" || ext == ".po" || ext == ".xml":
		return changeReload
	}
	return changeNone
}

// skipDir tells whether a folder holds nothing of interest.
func skipDir(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || name == "node_modules" || name == "testdata"
}

// watch reports changes below root until ctx ends.
func watch(ctx context.Context, root string, report func(change)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", root, err)
	}
	defer w.Close()
	if _, err := addTree(w, root); err != nil {
		return fmt.Errorf("watch %s: %w (a limit of the system? see fs.inotify.max_user_watches)", root, err)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch %s: %w", root, err)
			}
			if _, err := addTree(w, root); err != nil { // events were lost, perhaps of new folders
				return fmt.Errorf("watch %s: %w", root, err)
			}
			report(changeBuild)
		case e := <-w.Events:
			if c := look(w, e); c != changeNone {
				report(c)
			}
		}
	}
}

// look classifies an event, and watches folders that are new.
func look(w *fsnotify.Watcher, e fsnotify.Event) change {
	if e.Op == fsnotify.Chmod {
		return changeNone
	}
	if e.Has(fsnotify.Create) {
		if info, err := os.Lstat(e.Name); err == nil && info.IsDir() {
			if skipDir(filepath.Base(e.Name)) {
				return changeNone
			}
			c, _ := addTree(w, e.Name) // an error is a folder that has gone again
			return c
		}
	}
	return classify(e.Name)
}

// addTree watches a folder and those below it, and returns what its files ask for when they are new.
func addTree(w *fsnotify.Watcher, root string) (change, error) {
	found := changeNone
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone again, or not ours to read
		case !d.IsDir():
			found = max(found, classify(path))
			return nil
		case path != root && skipDir(d.Name()):
			return filepath.SkipDir
		}
		return w.Add(path) // before its files are listed: none is missed
	})
	return found, err
}
