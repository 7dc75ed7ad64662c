package peers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

func netHTTP() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /plaintext", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte(hello))
	})
	mux.HandleFunc("GET /json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(message{hello})
	})
	for i := range Routes {
		mux.HandleFunc(fmt.Sprintf("GET /r%02d/{id}/", i), netHTTPItem)
		mux.HandleFunc(fmt.Sprintf("GET /s%02d/{id}/", i), netHTTPItem)
	}
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
