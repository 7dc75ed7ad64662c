package devserver

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// settle is how long the files have to be quiet before a change counts: editors and git write
// several at once.
const settle = 80 * time.Millisecond

// classify tells what the change of a file asks for.
func classify(path string) change {
	base := filepath.Base(path)
	switch ext := filepath.Ext(base); {
	case base == ".env":
		return changeRestart
	case strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "#") || base == "4913":
		return changeNone
	case strings.HasSuffix(base, "_test.go"):
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
	if err := addTree(w, root); err != nil {
		return fmt.Errorf("watch %s: %w (a limit of the system? see fs.inotify.max_user_watches)", root, err)
	}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	pending := changeNone
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.Errors:
			return fmt.Errorf("watch %s: %w", root, err)
		case e := <-w.Events:
			if c := look(w, e); c != changeNone {
				pending = max(pending, c)
				timer.Reset(settle)
			}
		case <-timer.C:
			report(pending)
			pending = changeNone
		}
	}
}

// look classifies an event, and watches folders that are new.
func look(w *fsnotify.Watcher, e fsnotify.Event) change {
	if e.Op == fsnotify.Chmod {
		return changeNone
	}
	if e.Has(fsnotify.Create) {
		if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
			if !skipDir(filepath.Base(e.Name)) && addTree(w, e.Name) == nil {
				return changeBuild // it may have come with files in it
			}
			return changeNone
		}
	}
	return classify(e.Name)
}

func addTree(w *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone again, or not ours to read
		case !d.IsDir():
			return nil
		case path != root && skipDir(d.Name()):
			return filepath.SkipDir
		}
		return w.Add(path)
	})
}
