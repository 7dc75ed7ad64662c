package devserver

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	scriptPath = "/__nuages__/reload.js"
	eventsPath = "/__nuages__/events"
)

// reloadScript makes a page reload when it is no longer the newest. It knows from its own address
// which version it came with. A hidden page gives its connection up, of which browsers allow six
// for one host, and asks again when it is seen.
const reloadScript = `(() => {
  const address = "` + eventsPath + `" + new URL(document.currentScript.src).search;
  let events;
  const listen = () => {
    if (document.hidden) {
      events?.close();
      events = undefined;
    } else if (!events) {
      events = new EventSource(address);
      events.addEventListener("reload", () => location.reload());
    }
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { events?.close(); events = undefined; });
  addEventListener("pageshow", listen);
  listen();
})();
`

// viewers are the browsers that show a page and wait for its next version.
type viewers struct {
	mu      sync.Mutex
	began   string // tells the versions of this supervisor from those of one before it
	version int
	waiting map[chan struct{}]bool // nil when the supervisor stops
}

func (v *viewers) open() {
	v.began = strconv.FormatInt(time.Now().UnixNano(), 36)
	v.waiting = map[chan struct{}]bool{}
}

// current names the version that is served now.
func (v *viewers) current() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.name()
}

func (v *viewers) name() string { return v.began + "." + strconv.Itoa(v.version) }

// script is the address of the script for a page that is served now.
func (v *viewers) script() string { return scriptPath + "?v=" + v.current() }

// next begins a new version, of which the viewers are not told yet.
func (v *viewers) next() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version++
}

// tell makes all viewers look at the version.
func (v *viewers) tell() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for ch := range v.waiting {
		select {
		case ch <- struct{}{}:
		default: // it has not looked yet since it was last told
		}
	}
}

// close ends all waiting.
func (v *viewers) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for ch := range v.waiting {
		close(ch)
	}
	v.waiting = nil
}

// enter adds a viewer; its channel is closed from the start when the supervisor stops.
func (v *viewers) enter() chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	ch := make(chan struct{}, 1)
	if v.waiting == nil {
		close(ch)
	} else {
		v.waiting[ch] = true
	}
	return ch
}

func (v *viewers) leave(ch chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.waiting, ch)
}

// serveScript answers with the script.
func (v *viewers) serveScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	io.WriteString(w, reloadScript)
}

// serveEvents tells a browser to reload when its version, "v" of the query, is not the newest; one
// without a version has the newest.
func (v *viewers) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	rc := http.NewResponseController(w)
	ch := v.enter()
	defer v.leave(ch)
	shown := r.URL.Query().Get("v")
	if shown == "" {
		shown = v.current()
	}
	io.WriteString(w, "retry: 500\n\n")
	for {
		if now := v.current(); now != shown {
			fmt.Fprintf(w, "event: reload\ndata: %s\n\n", now)
			shown = now
		}
		if rc.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case _, ok := <-ch:
			if !ok {
				return
			}
		}
	}
}
