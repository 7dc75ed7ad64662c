package template

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A Loader finds the sources of templates.
type Loader interface {
	// Sources returns where a template of this name is, the first choice first: more than one where
	// the loader has several places. A loader that has none returns what it tried.
	Sources(name string) (found []Source, tried []Tried, err error)
}

// A Source is the text of a template.
type Source struct {
	Origin string // where it is from, unique
	Text   string
}

// maxSource is the size of the largest template, in bytes.
const maxSource = 16 << 20

// FS is a Loader of the files of file systems, the first that has a file first: folders (os.DirFS),
// what is embedded in the binary (embed.FS), or the folders "templates" of several apps.
func FS(fsys ...fs.FS) Loader { return fsLoader(fsys) }

type fsLoader []fs.FS

func (l fsLoader) Sources(name string) (found []Source, tried []Tried, err error) {
	if !fs.ValidPath(name) {
		return nil, []Tried{{name, "Not a path below the folders of templates"}}, nil
	}
	for i, fsys := range l {
		origin := name
		if len(l) > 1 {
			origin = fmt.Sprintf("%d:%s", i, name)
		}
		if d, ok := fsys.(fmt.Stringer); ok {
			origin = path.Join(d.String(), name)
		}
		text, err := readSource(fsys, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			tried = append(tried, Tried{origin, "Source does not exist"})
		case err != nil:
			return nil, nil, fmt.Errorf("load template %q: %w", name, err)
		default:
			found = append(found, Source{origin, text})
		}
	}
	return found, tried, nil
}

func readSource(fsys fs.FS, name string) (string, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", fs.ErrNotExist
	}
	if info.Size() > maxSource {
		return "", fmt.Errorf("%d bytes are more than the %d that a template may have", info.Size(), maxSource)
	}
	b, err := fs.ReadFile(fsys, name)
	return string(b), err
}

// Names is implemented by loaders that can list what they have, so that checks find every template.
type Names interface {
	TemplateNames() ([]string, error)
}

// TemplateNames implements [Names].
func (l fsLoader) TemplateNames() ([]string, error) {
	var names []string
	for _, fsys := range l {
		err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && p == "." {
				return nil
			}
			if err != nil || d.IsDir() || strings.HasPrefix(path.Base(p), ".") {
				return err
			}
			names = append(names, p)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// Map is a Loader of templates in memory, by name.
type Map map[string]string

// Sources implements [Loader].
func (m Map) Sources(name string) (found []Source, tried []Tried, err error) {
	text, ok := m[name]
	if !ok {
		return nil, []Tried{{name, "Source does not exist"}}, nil
	}
	return []Source{{name, text}}, nil, nil
}

// TemplateNames implements [Names].
func (m Map) TemplateNames() ([]string, error) { return sortedNames(m), nil }

// load finds and compiles a template, or a part of one. Origins in skip are passed over, so that a
// template may extend its namesake further down.
func (e *Engine) load(name string, skip []*Template) (*Template, error) {
	whole, part, isPart := strings.Cut(name, "#")
	if isPart {
		t, err := e.Get(whole)
		if err != nil {
			return nil, err
		}
		return t.part(part)
	}
	missing := &NotFoundError{Name: name}
	for _, l := range e.opts.Loaders {
		found, tried, err := l.Sources(name)
		if err != nil {
			return nil, err
		}
		missing.Tried = append(missing.Tried, tried...)
		for _, s := range found {
			if skipped(skip, s.Origin) {
				missing.Tried = append(missing.Tried, Tried{s.Origin, "Skipped to avoid recursion"})
				continue
			}
			return e.compile(&source{name: name, origin: s.Origin, text: s.Text})
		}
	}
	return nil, missing
}

func skipped(skip []*Template, origin string) bool {
	for _, t := range skip {
		if t.src.origin == origin {
			return true
		}
	}
	return false
}
