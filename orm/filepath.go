package orm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// FilePathOptions say which files the values of a field are the paths of (Django's
// FilePathField).
type FilePathOptions struct {
	// Dir is the folder. DirFunc, which stands in its place where it is set, is called
	// each time.
	Dir     string
	DirFunc func() string
	// Match is a regular expression that the names of files must fit somewhere, without
	// their folder; empty is all. Folders need not.
	Match string
	// Recursive looks into folders, too.
	Recursive bool
	// NoFiles leaves out files, and Folders adds folders.
	NoFiles, Folders bool
}

// maxFilePaths is how many files a field can offer for a choice.
const maxFilePaths = 100_000

// FilePath makes the text a path of a file, of 100 characters where the tag has no
// max_length. [Field.FilePathChoices] lists the files; as in Django, validation does not
// look for them.
func (f *FieldOptions) FilePath(opts FilePathOptions) *FieldOptions {
	_, err := regexp.Compile(opts.Match)
	switch {
	case f.f.Kind != KindString:
		f.f.errorf("fields.N015", "", "FilePath goes with text.")
	case opts.NoFiles && !opts.Folders:
		f.f.errorf("fields.E140", "", "FilePathFields must have either files or folders.")
	case err != nil:
		f.f.errorf("fields.N015", "", "FilePath: %v.", err)
	}
	f.f.Type, f.f.FilePath = "FilePathField", &opts
	if f.f.MaxLength == 0 {
		f.f.MaxLength = 100
	}
	return f
}

// FilePathChoices lists the files of a field with [FieldOptions.FilePath], in the order of
// their names: the value is the whole path, the label what follows the folder.
func (f *Field) FilePathChoices() ([]Choice, error) {
	o := f.FilePath
	if o == nil {
		return nil, fmt.Errorf("orm: %s is no path of a file", f)
	}
	match, err := regexp.Compile(o.Match)
	if err != nil {
		return nil, err
	}
	dir := o.Dir
	if o.DirFunc != nil {
		dir = o.DirFunc()
	}
	var choices []Choice
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		folder := d.IsDir()
		if folder && o.Folders || !folder && !o.NoFiles && match.MatchString(d.Name()) {
			if len(choices) == maxFilePaths {
				return fmt.Errorf("there are more than %d files", maxFilePaths)
			}
			label := filepath.FromSlash(name)
			choices = append(choices, Choice{Value: filepath.Join(dir, label), Label: label})
		}
		if folder && !o.Recursive {
			return fs.SkipDir
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) && len(choices) == 0 {
		return nil, fmt.Errorf("orm: files of %s: %w", f, err)
	}
	return choices, err
}
