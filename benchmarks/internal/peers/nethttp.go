package peers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

func netHTTP() http.Handler { return netHTTPMux() }

func netHTTPMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /plaintext", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte(Hello))
	})
	mux.HandleFunc("GET /json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(message{Hello})
	})
	for i := range Routes {
		mux.HandleFunc(fmt.Sprintf("GET /r%02d/{id}/", i), netHTTPItem)
		mux.HandleFunc(fmt.Sprintf("GET /s%02d/{id}/", i), netHTTPItem)
	}
	mux.HandleFunc("GET /blob", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(BlobSize))
		w.Write(blob)
	})
	mux.HandleFunc("POST /upload", netHTTPUpload)
	mux.HandleFunc("GET /events", netHTTPEvents(newHub(func(m string) []byte { return []byte("data: " + m + "\n\n") })))
	mux.HandleFunc("GET /collect", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, collect()) })
	return mux
}

func netHTTPItem(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(itemText(id)))
}

func netHTTPUpload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	io.WriteString(w, strconv.FormatInt(n, 10))
}

func netHTTPEvents(h *hub[[]byte]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		messages := h.join()
		defer h.leave(messages)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-cache")
		rc := http.NewResponseController(w)
		for {
			select {
			case <-r.Context().Done():
				return
			case m := <-messages:
				w.Write(m)
				if rc.Flush() != nil {
					return
				}
			}
		}
	}
}
