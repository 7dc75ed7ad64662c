package python

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// quietTime is how long no file must change before the workers are replaced: an editor, or a
	// checkout of another branch, writes many.
	quietTime = 100 * time.Millisecond
	// shownFiles is how many changed files a line of the log names.
	shownFiles = 5
)

// startWatching replaces the workers whenever a file that Options tell to watch changes, until stopWatching.
func (h *Host) startWatching(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	h.mu.Lock()
	h.unwatch = func() { cancel(); <-done }
	h.mu.Unlock()
	ready := make(chan struct{})
	go func() {
		defer close(done)
		if err := h.watchFiles(ctx, ready); err != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "changes of files are not seen any more", slog.Any("error", err))
		}
	}()
	select {
	case <-ready:
	case <-done:
	}
}

func (h *Host) stopWatching() {
	h.mu.Lock()
	unwatch := h.unwatch
	h.unwatch = nil
	h.mu.Unlock()
	if unwatch != nil {
		unwatch()
	}
}

// watchFiles reloads on changes until ctx ends. It closes ready when none is missed any more.
func (h *Host) watchFiles(ctx context.Context, ready chan<- struct{}) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", h.opts.Dir, err)
	}
	defer w.Close()
	if err := h.watchAll(w); err != nil {
		return err
	}
	close(ready)
	quiet := time.NewTimer(quietTime)
	quiet.Stop()
	var changed []string
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch %s: %w", h.opts.Dir, err)
			}
			if err := h.watchAll(w); err != nil { // events were lost, perhaps of new folders
				return err
			}
			changed = append(changed, h.opts.Dir)
			quiet.Reset(quietTime)
		case e := <-w.Events:
			if files := h.changedFiles(w, e); len(files) > 0 {
				changed = append(changed, files...)
				quiet.Reset(quietTime)
			}
		case <-quiet.C:
			h.reloadFor(ctx, changed)
			changed = nil
		}
	}
}

// reloadFor replaces the workers for changed files.
func (h *Host) reloadFor(ctx context.Context, files []string) {
	slices.Sort(files)
	files = slices.Compact(files)
	names := make([]string, 0, shownFiles)
	for _, file := range files[:min(len(files), shownFiles)] {
		if name, err := filepath.Rel(h.opts.Dir, file); err == nil {
			file = name
		}
		names = append(names, file)
	}
	attrs := []slog.Attr{slog.String("files", strings.Join(names, " ")), slog.Int("changed", len(files))}
	switch err := h.Reload(ctx); {
	case err == nil:
		h.log.LogAttrs(ctx, slog.LevelInfo, "files have changed: the workers are new", attrs...)
	case ctx.Err() == nil:
		h.log.LogAttrs(ctx, slog.LevelError, "files have changed: the old workers go on", append(attrs, slog.Any("error", err))...)
	}
}

// changedFiles returns the files of an event that matter, and watches folders that are new.
func (h *Host) changedFiles(w *fsnotify.Watcher, e fsnotify.Event) []string {
	if e.Op == fsnotify.Chmod {
		return nil
	}
	if e.Has(fsnotify.Create) {
		if info, err := os.Lstat(e.Name); err == nil && info.IsDir() {
			if h.opts.isForeign(e.Name) {
				return nil
			}
			files, _ := h.watchTree(w, e.Name) // an error is a folder that has gone again
			return files
		}
	}
	if h.opts.isWatched(e.Name) {
		return []string{e.Name}
	}
	return nil
}

// watchAll watches what Options tell.
func (h *Host) watchAll(w *fsnotify.Watcher) error {
	dirs := h.opts.ReloadDirs
	if len(dirs) == 0 {
		dirs = []string{h.opts.Dir}
	}
	for _, dir := range dirs {
		// With the slash a link to a folder is followed.
		_, err := h.watchTree(w, dir+string(filepath.Separator))
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
			return fmt.Errorf("watch %s: %w: a limit of the system, see fs.inotify.max_user_watches and max_user_instances", dir, err)
		}
		if err != nil {
			return fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	return nil
}

// watchTree watches a folder and those below it, and returns those of their files that matter.
func (h *Host) watchTree(w *fsnotify.Watcher, root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			return nil // gone again, or not ours to read
		case !d.IsDir():
			if h.opts.isWatched(path) {
				files = append(files, path)
			}
			return nil
		case path != root && h.opts.isForeign(path):
			return filepath.SkipDir
		}
		return w.Add(path) // before its files are listed: none is missed
	})
	return files, err
}
