package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Progress shows on a line of Stderr how far work has come. When Stderr is no
// terminal, or with -v 0, it shows nothing. It is safe for concurrent use.
type Progress struct {
	w     io.Writer // nil: silent; does not change
	label string
	total int64

	mu    sync.Mutex
	done  int64
	shown string
	last  time.Time // when the line was drawn
	frame int
	ended bool
}

// redrawEvery keeps fast work from waiting for the terminal.
const redrawEvery = 100 * time.Millisecond

// Progress begins to show progress under a label: a bar when the total is known,
// a spinner with the count when it is 0. Done must be called at the end.
func (c *Call) Progress(label string, total int64) *Progress {
	p := &Progress{label: label, total: total}
	if c.stderrTTY && c.Verbosity > 0 {
		p.w = c.Stderr
		p.Add(0)
	}
	return p
}

// Add adds to what is done.
func (p *Progress) Add(n int64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.done += n
	now := time.Now()
	if now.Sub(p.last) < redrawEvery && (p.total == 0 || p.done < p.total) {
		return
	}
	p.last = now
	p.frame++
	p.draw(p.line())
}

// Done removes the line.
func (p *Progress) Done() {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw("")
	p.ended = true
}

// draw puts a text in the place of the one shown.
func (p *Progress) draw(text string) {
	if text == p.shown {
		return
	}
	fmt.Fprint(p.w, "\r\x1b[K"+text)
	p.shown = text
}

func (p *Progress) line() string {
	if p.total <= 0 {
		return fmt.Sprintf("%s %s %d", `|/-\`[p.frame%4:p.frame%4+1], p.label, p.done)
	}
	const width = 30
	part := min(float64(p.done)/float64(p.total), 1)
	full := int(part * width)
	return fmt.Sprintf("%s [%s%s] %3.0f%%", p.label, strings.Repeat("#", full), strings.Repeat(".", width-full), 100*part)
}
