package nuages_test

import (
	"context"
	"errors"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func asgiProject(t *testing.T, run func(context.Context) error) *nuages.Project {
	t.Helper()
	p, err := nuages.New(nuages.Settings{SecretKey: settings.SecretOf("for-tests"), AllowedHosts: []string{"example.com"}},
		[]urls.Route{urls.Path("", func(*web.Request) (web.Response, error) { return web.Text("hello"), nil })},
		nuages.App{Name: "worker", Run: run})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The apps' work runs from startup to shutdown.
func TestASGILifespan(t *testing.T) {
	t.Parallel()
	began, ended := make(chan bool, 1), make(chan bool, 1)
	p := asgiProject(t, func(ctx context.Context) error {
		began <- true
		<-ctx.Done()
		ended <- true
		return nil
	})
	life := asgi.NewLifespan(p.ASGI())
	if err := life.Startup(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-began
	if err := life.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestASGILifespanTellsFailure(t *testing.T) {
	t.Parallel()
	p := asgiProject(t, func(ctx context.Context) error {
		<-ctx.Done()
		return errors.New("could not save")
	})
	life := asgi.NewLifespan(p.ASGI())
	if err := life.Startup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := life.Shutdown(t.Context()); err == nil {
		t.Error("the app's error is lost")
	}
}

func TestASGIRequest(t *testing.T) {
	t.Parallel()
	p := asgiProject(t, nil)
	c := asgitest.NewCommunicator(t, p.ASGI(), &asgi.HTTPScope{
		Method: "GET", Path: "/", Scheme: "http", HTTPVersion: "1.1", Headers: asgi.Headers{{Name: "host", Value: "example.com"}},
	})
	c.SendInput(&asgi.HTTPRequest{})
	if start := asgitest.Next[*asgi.HTTPResponseStart](c); start.Status != 200 {
		t.Errorf("status %d", start.Status)
	}
	if body := asgitest.Next[*asgi.HTTPResponseBody](c); string(body.Body) != "hello" {
		t.Errorf("body %q", body.Body)
	}
}
