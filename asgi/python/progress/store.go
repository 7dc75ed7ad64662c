package progress

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"time"
)

// counts are requests by route: the file.
type counts struct {
	Since     time.Time        `json:"since"`     // of the first request
	Until     time.Time        `json:"until"`     // of the last flush
	Python    map[string]int64 `json:"python"`    // by the pattern of the plan
	Go        map[string]int64 `json:"go"`        // by the pattern of Go's route
	Unmatched int64            `json:"unmatched"` // Python's, without a route of the plan
	Other     int64            `json:"other"`     // Go's, without a route: redirects, refusals
}

// maxFile bounds what is read of the file, in bytes.
const maxFile = 16 << 20

// now returns what was counted since the program began.
func (p *Progress) now() counts {
	c := counts{Python: map[string]int64{}, Go: map[string]int64{}, Unmatched: p.unmatched.Load(), Other: p.other.Load()}
	for i := range p.python {
		if n := p.python[i].Load(); n > 0 {
			c.Python[p.plan[i].Pattern] += n
		}
	}
	for route, n := range *p.routes.Load() {
		c.Go[route] = n.Load()
	}
	return c
}

// add adds other's counts, times sign.
func (c *counts) add(other counts, sign int64) {
	for pattern, n := range other.Python {
		c.Python[pattern] += sign * n
	}
	for pattern, n := range other.Go {
		c.Go[pattern] += sign * n
	}
	c.Unmatched += sign * other.Unmatched
	c.Other += sign * other.Other
}

func (c *counts) isZero() bool {
	none := func(m map[string]int64) bool {
		for n := range maps.Values(m) {
			if n != 0 {
				return false
			}
		}
		return true
	}
	return c.Unmatched == 0 && c.Other == 0 && none(c.Python) && none(c.Go)
}

// Flush adds what was counted since the last time to the file. The file is replaced in one step, so
// that a reader never sees half of it.
func (p *Progress) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	news := counts{Python: maps.Clone(now.Python), Go: maps.Clone(now.Go), Unmatched: now.Unmatched, Other: now.Other}
	news.add(p.flushed, -1)
	if news.isZero() {
		return nil
	}
	all, err := readCounts(p.opts.File)
	if err != nil {
		return err
	}
	all.add(news, 1)
	all.Until = time.Now().UTC().Truncate(time.Second)
	if all.Since.IsZero() {
		all.Since = all.Until
	}
	if err := all.write(p.opts.File); err != nil {
		return fmt.Errorf("keep the traffic: %w", err)
	}
	p.flushed = now
	return nil
}

// readCounts reads the file; one that is not there is empty.
func readCounts(file string) (counts, error) {
	c := counts{Python: map[string]int64{}, Go: map[string]int64{}}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read the traffic: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fmt.Errorf("read the traffic from %s: %w; remove the file to begin anew", file, err)
	}
	if c.Python == nil {
		c.Python = map[string]int64{}
	}
	if c.Go == nil {
		c.Go = map[string]int64{}
	}
	return c, nil
}

// write replaces the file.
func (c *counts) write(file string) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // patterns are full of <>
	if err := enc.Encode(c); err != nil {
		return err
	}
	return replaceFile(file, text.Bytes())
}

// replaceFile writes a file in one step: readers see the old one or the new one. It keeps its mode; that of
// a new one is what the umask leaves, so that others may read it than the user who serves.
func replaceFile(name string, text []byte) error {
	f, err := os.OpenFile(name+"."+rand.Text(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // where it was not renamed
	if info, statErr := os.Stat(name); statErr == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		_, err = f.Write(text)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
