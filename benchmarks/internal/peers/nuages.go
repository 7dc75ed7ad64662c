package peers

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// nuagesSite is two sites, as the stack belongs to a site: one without middleware and one with the
// default of a new project.
func nuagesSite() http.Handler {
	bare := nuagesRoutes()
	var stacked []urls.Route
	for i := range Routes {
		bare = append(bare, urls.Path(fmt.Sprintf("r%02d/<int:id>/", i), nuagesItem).Methods("GET"))
		stacked = append(stacked, urls.Path(fmt.Sprintf("s%02d/<int:id>/", i), nuagesItem).Methods("GET"))
	}
	plain := web.ToHTTP(router(bare).Handle, nil)
	full := web.ToHTTP(router(stacked).Handle, &web.Options{Middleware: middleware.Default(&middleware.DefaultOptions{Hosts: []string{"127.0.0.1"}})})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/s") {
			full.ServeHTTP(w, r)
			return
		}
		plain.ServeHTTP(w, r)
	})
}

// nuagesProject is a project with all defaults, but for the log, which goes nowhere: the Python
// servers write none either.
func nuagesProject() http.Handler {
	p, err := nuages.New(nuages.Settings{
		SecretKey:    settings.SecretOf("a key of the benchmarks, which sign nothing with it: 0123456789"),
		AllowedHosts: []string{"127.0.0.1"},
		Logger:       slog.New(slog.DiscardHandler),
	}, nuagesRoutes())
	if err != nil {
		panic(err)
	}
	return p.Handler()
}

func nuagesRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("plaintext", func(*web.Request) (web.Response, error) { return web.Text(Hello), nil }),
		urls.Path("json", func(*web.Request) (web.Response, error) { return web.JSON(message{Hello}), nil }),
		urls.Path("blob", func(*web.Request) (web.Response, error) { return web.Bytes("application/octet-stream", blob), nil }),
		urls.Path("upload", nuagesUpload).Methods("POST"),
		urls.Path("events", nuagesEvents(newHub(nuagesEvent))),
		urls.Path("echo", nuagesEcho),
		urls.Path("collect", func(*web.Request) (web.Response, error) { return web.Text(collect()), nil }),
	}
}

func router(routes []urls.Route) *urls.Router {
	r, err := urls.New(routes, nil)
	if err != nil {
		panic(err)
	}
	return r
}

func nuagesItem(r *web.Request) (web.Response, error) {
	return web.Text(itemText(urls.Int(r, "id"))), nil
}

func nuagesUpload(r *web.Request) (web.Response, error) {
	n, err := io.Copy(io.Discard, r.Reader())
	if err != nil {
		return web.Response{}, err
	}
	return web.Text(strconv.FormatInt(n, 10)), nil
}

func nuagesEvent(m string) *web.EventMessage {
	e, err := web.NewEventMessage(web.Event{Data: m})
	if err != nil {
		panic(err)
	}
	return e
}

func nuagesEvents(h *hub[*web.EventMessage]) web.Handler {
	stream := func(ctx context.Context, events *web.EventStream) error {
		messages := h.join()
		defer h.leave(messages)
		for {
			select {
			case <-ctx.Done():
				return nil
			case m := <-messages:
				if err := events.SendMessage(m); err != nil {
					return err
				}
			}
		}
	}
	return func(*web.Request) (web.Response, error) { return web.SSE(stream, nil), nil }
}

func nuagesEcho(*web.Request) (web.Response, error) {
	return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
		for {
			data, text, err := ws.Read(ctx)
			if err != nil {
				return err
			}
			if text {
				err = ws.WriteText(ctx, string(data))
			} else {
				err = ws.WriteBinary(ctx, data)
			}
			if err != nil {
				return err
			}
		}
	}, nil), nil
}
