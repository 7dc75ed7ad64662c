package peers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func chiSite() http.Handler {
	r := chi.NewRouter()
	r.Get("/plaintext", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte(Hello))
	})
	r.Get("/json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(message{Hello})
	})
	for i := range Routes {
		r.Get(fmt.Sprintf("/r%02d/{id}/", i), chiItem)
	}
	r.Group(func(r chi.Router) {
		r.Use(middleware.RequestID, middleware.Recoverer, allowedHost)
		for _, h := range security {
			r.Use(middleware.SetHeader(h[0], h[1]))
		}
		r.Use(middleware.Compress(5))
		for i := range Routes {
			r.Get(fmt.Sprintf("/s%02d/{id}/", i), chiItem)
		}
	})
	return r
}

// allowedHost is what a chi user writes for ALLOWED_HOSTS; chi has none.
func allowedHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Host) < 9 || r.Host[:9] != "127.0.0.1" {
			http.Error(w, "bad host", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func chiItem(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(chi.URLParam(r, "id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(itemText(id)))
}
