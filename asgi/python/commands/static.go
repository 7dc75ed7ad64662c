package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

// A staticFolder answers with the files of one folder. It lists nothing, and leaves neither the folder,
// also not by links, nor shows what begins with a dot.
type staticFolder struct {
	prefix string // "/static/"
	root   *os.Root
}

// hashedName is the form of ManifestStaticFilesStorage's names, whose content never changes.
var hashedName = regexp.MustCompile(`\.[0-9a-f]{12}\.\w+$`)

// openStatic reads "/static/=./staticfiles".
func openStatic(text string) (*staticFolder, error) {
	prefix, dir, ok := strings.Cut(text, "=")
	if !ok || dir == "" || !strings.HasPrefix(prefix, "/") || strings.ContainsAny(prefix, "?#%") || path.Clean(prefix) != strings.TrimSuffix(prefix, "/") {
		return nil, cli.Hint(usagef("--static %s: want URL=DIR", text), "Write the path that the addresses begin with, and the folder: --static /static/=./staticfiles")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("--static %s: %w", text, err), "Django collects its static files into STATIC_ROOT: python manage.py collectstatic")
	}
	return &staticFolder{prefix: strings.TrimSuffix(prefix, "/") + "/", root: root}, nil
}

// withStatic puts folders in front of a handler; of several that fit, the longest prefix counts.
func withStatic(folders []*staticFolder, next http.Handler) http.Handler {
	if len(folders) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var best *staticFolder
		for _, f := range folders {
			if strings.HasPrefix(r.URL.Path, f.prefix) && (best == nil || len(f.prefix) > len(best.prefix)) {
				best = f
			}
		}
		if best == nil {
			next.ServeHTTP(w, r)
			return
		}
		best.ServeHTTP(w, r)
	})
}

func (f *staticFolder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	file, info, err := f.open(strings.TrimPrefix(r.URL.Path, f.prefix))
	if err != nil {
		http.NotFound(w, r) // also for what may not be read: no difference is told
		return
	}
	defer file.Close()
	kind := mime.TypeByExtension(path.Ext(info.Name()))
	if kind == "" {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixMicro(), info.Size()))
	if hashedName.MatchString(info.Name()) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, info.Name(), info.ModTime(), file)
}

var errHidden = errors.New("no file for clients")

func (f *staticFolder) open(name string) (*os.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || name[0] == '.' || strings.Contains(name, "/.") {
		return nil, nil, errHidden
	}
	info, err := f.root.Stat(name)
	if err == nil && !info.Mode().IsRegular() { // a pipe would be waited for
		err = errHidden
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}
