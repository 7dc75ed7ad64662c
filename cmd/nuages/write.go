package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/nuages-web/nuages/cli"
)

// tree is a skeleton, in one folder or several, and what its files are filled with.
type tree struct {
	files []fs.FS
	data  any
	name  string // takes the place of NAME in paths
}

// write writes the files into dir, which has to be empty, but for a .git, or not to be there. Files
// that end in .tmpl are filled in; "dot-" at the start of a name stands for a dot. Either all files
// are written or none, and no folder stays behind.
func (t *tree) write(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return t.writeNew(dir)
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("write to %s: %w", dir, err), "Choose another folder: nothing was written.")
	}
	for _, entry := range entries {
		if entry.Name() != ".git" {
			return cli.Hint(fmt.Errorf("the folder %s is not empty", dir), "Choose another folder, or empty this one: nothing was written.")
		}
	}
	return t.writeInto(dir)
}

// writeNew makes the folder, and those above it that are missing, in one step: the files are written
// beside it, and then renamed.
func (t *tree) writeNew(dir string) error {
	top := dir // the topmost folder that is missing
	for {
		if _, err := os.Stat(filepath.Dir(top)); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		top = filepath.Dir(top)
	}
	below, err := filepath.Rel(top, dir)
	if err != nil {
		return err
	}
	return t.stage(filepath.Dir(top), below, func(staged string) error { return os.Rename(staged, top) })
}

// writeInto fills a folder that is there, which may be somebody's working directory or a mount.
func (t *tree) writeInto(dir string) error {
	return t.stage(dir, ".", func(staged string) error {
		entries, err := os.ReadDir(staged)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if err := os.Rename(filepath.Join(staged, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
				for _, moved := range entries[:i] {
					os.RemoveAll(filepath.Join(dir, moved.Name()))
				}
				return err
			}
		}
		return nil
	})
}

// stage writes the files below a new folder in parent, and has move put that folder in its place.
func (t *tree) stage(parent, below string, move func(staged string) error) error {
	tmp, err := os.MkdirTemp(parent, ".nuages-*")
	if err != nil {
		return cli.Hint(fmt.Errorf("write to %s: %w", parent, errors.Unwrap(err)), "Choose a folder that you may write to: nothing was written.")
	}
	defer os.RemoveAll(tmp)
	staged := filepath.Join(tmp, "staged") // with the permissions that the umask leaves, unlike tmp
	root := filepath.Join(staged, below)
	if err := os.MkdirAll(root, 0o777); err != nil {
		return err
	}
	for _, files := range t.files {
		if err == nil {
			err = t.fillFolder(files, root)
		}
	}
	if err == nil {
		err = move(staged)
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("write the skeleton: %w", err), "Nothing was written.")
	}
	return nil
}

// fillFolder writes the files of a skeleton below root.
func (t *tree) fillFolder(files fs.FS, root string) error {
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir // of a skeleton that is a checkout
		case d.IsDir():
			return nil
		}
		return t.writeFile(files, path, filepath.Join(root, t.target(path)))
	})
}

// target is where a file of the skeleton goes, below the root.
func (t *tree) target(path string) string {
	parts := strings.Split(strings.ReplaceAll(path, "NAME", t.name), "/")
	for i, part := range parts {
		if rest, ok := strings.CutPrefix(part, "dot-"); ok {
			parts[i] = "." + rest
		}
	}
	return filepath.Join(strings.TrimSuffix(strings.Join(parts, "/"), ".tmpl"))
}

func (t *tree) writeFile(files fs.FS, path, to string) error {
	b, err := fs.ReadFile(files, path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, ".tmpl") {
		if b, err = fill(path, b, t.data); err != nil {
			return err
		}
	}
	if strings.HasSuffix(to, ".go") {
		if b, err = format.Source(b); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	mode, err := t.mode(files, path)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, mode)
}

// mode is what a file may be used for: scripts of a skeleton stay executable.
func (t *tree) mode(files fs.FS, path string) (fs.FileMode, error) {
	if filepath.Base(t.target(path)) == ".env" {
		return 0o600, nil // it holds the secret key
	}
	info, err := fs.Stat(files, path)
	if err != nil {
		return 0, err
	}
	return 0o666 | info.Mode()&0o111, nil
}

// fill runs a skeleton's file as a template with [[ ]] for its delimiters, as templates of the
// project have {{ }} of their own.
func fill(name string, text []byte, data any) ([]byte, error) {
	t, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, data); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
