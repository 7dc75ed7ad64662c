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
)

// writeTree writes the files of a skeleton into dir, which has to be empty or not to be there. The
// parts NAME of paths become name; files that end in .tmpl are filled with data; "dot-" at the start
// of a name stands for a dot. Either all files are written or none.
func writeTree(dir string, files fs.FS, data any, name string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is there already and not empty: nothing was written", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".nuages-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return writeFile(files, path, filepath.Join(tmp, target(path, name)), data)
	})
	if err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	os.Remove(dir) // an empty folder makes room
	return os.Rename(tmp, dir)
}

// target is where a file of the skeleton goes.
func target(path, name string) string {
	parts := strings.Split(strings.ReplaceAll(path, "NAME", name), "/")
	for i, part := range parts {
		if rest, ok := strings.CutPrefix(part, "dot-"); ok {
			parts[i] = "." + rest
		}
	}
	return filepath.Join(strings.TrimSuffix(strings.Join(parts, "/"), ".tmpl"))
}

func writeFile(files fs.FS, path, to string, data any) error {
	b, err := fs.ReadFile(files, path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, ".tmpl") {
		if b, err = fill(path, b, data); err != nil {
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
	mode := os.FileMode(0o666)
	if filepath.Base(to) == ".env" {
		mode = 0o600 // it holds the secret key
	}
	return os.WriteFile(to, b, mode)
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
