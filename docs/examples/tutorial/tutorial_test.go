package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web/webtest"
)

func testClient(t *testing.T) *webtest.Client {
	t.Helper()
	env, err := settings.Load(&settings.Options{
		Files:   []string{},
		Environ: []string{"DEBUG=true", "SECRET_KEY=for-tests-only"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := project(env)
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "localhost"})
}

func TestHello(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	c.Get("/hello/").AssertContains("Hello, world!", nil)
	c.Get("/hello/?name=Ann").AssertContains("Hello, Ann!", nil)
}

func TestOrder(t *testing.T) {
	t.Parallel()
	c := testClient(t).Follow()
	page := c.Get("/").Click("Nuages").Form("Order").Set("copies", "2").Submit("Order")
	page.AssertRedirects("/records/nuages/", nil)
	page.AssertInHTML(`<output id="stock">1</output>`)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	c.Get("/records/unknown/").AssertStatus(404)
	c.Get("/records/nuages/order/").AssertStatus(405)
	c.Post("/records/nuages/order/", webtest.Form{"copies": {"many"}}).AssertStatus(400)
	c.Post("/records/pastel-blues/order/", webtest.Form{"copies": {"1"}}).AssertStatus(409)
}

func TestAPI(t *testing.T) {
	t.Parallel()
	var got struct{ Records []record }
	testClient(t).Get("/api/records/").JSON(&got)
	if len(got.Records) != 3 || got.Records[1].Artist != "Django Reinhardt" {
		t.Errorf("got %+v", got)
	}
}

func TestStock(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	events := c.Events("/records/nuages/stock/", "")
	if e := events.Next(); e.Data != "3" {
		t.Errorf("at first: got %q, want 3", e.Data)
	}
	c.Post("/records/nuages/order/", webtest.Form{"copies": {"1"}})
	if e := events.Next(); e.Data != "2" {
		t.Errorf("after an order: got %q, want 2", e.Data)
	}
}

// TestCommands holds the outputs that the tutorial shows.
func TestCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, golden string }{
		{"listurls", "listurls.txt"},
		{"check --deploy", "deploy.txt"},
	} {
		var out, errs bytes.Buffer
		args := append(strings.Fields(c.args), "--env-file", "testdata/production.env")
		if code := nuages.Run(t.Context(), project, args, nil, &out, &errs); code != 0 {
			t.Errorf("%s: exit code %d: %s", c.args, code, &errs)
		}
		want, err := os.ReadFile("testdata/" + c.golden)
		if err != nil {
			t.Fatal(err)
		}
		// The program's package is called main only when it is built as a program.
		if got := strings.ReplaceAll(out.String(), "tutorial.", "main.") + errs.String(); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.args, got, want)
		}
	}
}
