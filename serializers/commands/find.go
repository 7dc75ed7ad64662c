package commands

import (
	"archive/zip"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

// place is a folder that may have fixtures.
type place struct {
	name  string // for messages
	files fs.FS
}

// fixture is a file that was found.
type fixture struct {
	place
	file        string // in the place
	label       string // what it was found by
	format      string
	compression string // "", "gz", "bz2", "zip"
}

func (f fixture) path() string {
	if f.place.name == "" {
		return f.file
	}
	return f.place.name + "/" + f.file
}

// compressions are the ends of names that say how a file is compressed.
var compressions = []string{"gz", "bz2", "zip", "xz", "lzma"}

// finder looks for fixtures by their labels.
type finder struct {
	formats  []string // public ones
	places   []place
	database string
}

// newFinder looks in the apps, or in one of them, in the folders of the settings, and in
// the current one.
func newFinder(site *Site, app, database string) (*finder, error) {
	f := &finder{formats: site.Formats.Public(), database: database}
	if app != "" {
		if _, err := site.app(app); err != nil {
			return nil, err
		}
	}
	for _, a := range site.Apps {
		if a.Fixtures != nil && (app == "" || a.Name == app) {
			f.places = append(f.places, place{"the app " + a.Name, a.Fixtures})
		}
	}
	for i, dir := range site.FixtureDirs {
		if slices.Contains(site.FixtureDirs[:i], dir) {
			return nil, cli.Hint(cli.Errorf("FixtureDirs has %q twice", dir), "Name each folder once.")
		}
		f.places = append(f.places, place{dir, os.DirFS(dir)})
	}
	f.places = append(f.places, place{".", os.DirFS(".")})
	return f, nil
}

// split takes apart "books.json.gz": the name, the format and the compression.
func (f *finder) split(label string) (name, format, compression string, err error) {
	name = label
	if ext := strings.TrimPrefix(path.Ext(name), "."); slices.Contains(compressions, ext) {
		name, compression = strings.TrimSuffix(name, "."+ext), ext
	}
	ext := strings.TrimPrefix(path.Ext(path.Base(name)), ".")
	switch {
	case compression == "xz" || compression == "lzma":
		return "", "", "", cli.Hint(cli.Errorf("the fixture %q: files of the type .%s can't be read", label, compression),
			"Unpack it, or compress it with gzip, bzip2 or zip.")
	case slices.Contains(f.formats, ext):
		return strings.TrimSuffix(name, "."+ext), ext, compression, nil
	case ext != "":
		return "", "", "", cli.Hint(cli.Errorf("the fixture %q: %s is no known format", label, ext), "There are: "+strings.Join(f.formats, ", ")+".")
	}
	return name, "", compression, nil
}

// find returns the files of a label: one at most in each place.
func (f *finder) find(label string) ([]fixture, error) {
	name, format, compression, err := f.split(filepath.ToSlash(label))
	if err != nil {
		return nil, err
	}
	places := f.places
	if dir := path.Dir(name); path.IsAbs(name) || filepath.IsAbs(label) || strings.HasPrefix(dir, "..") {
		places = []place{{dir, os.DirFS(filepath.FromSlash(dir))}}
		name = path.Base(name)
	}
	var found []fixture
	var looked []string
	for _, p := range places {
		looked = append(looked, p.name)
		here, err := f.findIn(p, name, format, compression)
		if err != nil {
			return nil, err
		}
		found = append(found, here...)
	}
	if len(found) == 0 {
		return nil, cli.Hint(cli.Errorf("no fixture named %q found", label), "Looked in: "+strings.Join(looked, ", ")+".")
	}
	return found, nil
}

// findIn looks in one place.
func (f *finder) findIn(p place, name, format, compression string) ([]fixture, error) {
	dir, base := path.Dir(path.Clean(name)), path.Base(name)
	if !fs.ValidPath(dir) {
		return nil, nil
	}
	entries, err := fs.ReadDir(p.files, dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("look for fixtures in %s: %w", p.name, err)
	}
	var found []fixture
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), base+".")
		if !ok || e.IsDir() {
			continue
		}
		x := fixture{place: p, file: path.Join(dir, e.Name()), label: name}
		rest = strings.TrimPrefix(rest, f.database+".")
		x.format, x.compression, _ = strings.Cut(rest, ".")
		if !slices.Contains(f.formats, x.format) || format != "" && x.format != format ||
			compression != "" && x.compression != compression || x.compression != "" && !slices.Contains(compressions[:3], x.compression) {
			continue
		}
		found = append(found, x)
	}
	if len(found) > 1 {
		names := make([]string, len(found))
		for i, x := range found {
			names[i] = x.file
		}
		return nil, cli.Hint(cli.Errorf("several fixtures named %q in %s: %s", name, p.name, strings.Join(names, ", ")), "Name the format, or remove all but one.")
	}
	return found, nil
}

// open opens the file and unpacks it.
func (f fixture) open() (io.ReadCloser, error) {
	file, err := f.files.Open(f.file)
	if err != nil {
		return nil, err
	}
	var r io.Reader = file
	switch f.compression {
	case "gz":
		r, err = gzip.NewReader(file)
	case "bz2":
		r = bzip2.NewReader(file)
	case "zip":
		r, err = onlyFile(file)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unpack: %w", err), file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{r, file}, nil
}

// onlyFile returns the file of an archive that has one.
func onlyFile(file fs.File) (io.Reader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	at, ok := file.(io.ReaderAt)
	if !ok {
		return nil, errors.New("an archive can be read only from files that are read at any place")
	}
	archive, err := zip.NewReader(at, info.Size())
	if err != nil {
		return nil, err
	}
	if len(archive.File) != 1 {
		return nil, fmt.Errorf("the archive has %d files, and a fixture must be its only one", len(archive.File))
	}
	return archive.File[0].Open()
}
