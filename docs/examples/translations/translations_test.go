package translations_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/nuages-web/nuages/docs/examples/translations"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/web"
)

func catalogs(t *testing.T) *i18n.Catalogs {
	t.Helper()
	c, err := translations.Catalogs("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPages(t *testing.T) {
	t.Parallel()
	handler := web.ToHTTP(translations.Language(catalogs(t)).Wrap(translations.Welcome), nil)
	for query, want := range map[string]string{
		"":                "Welcome to the record shop\n3 records\nTitle\n",
		"?language=de":    "Willkommen im Plattenladen\n3 Platten\nTitel\n",
		"?language=de-at": "Willkommen im Plattenladen\n3 Platten\nTitel\n",
		"?language=tlh":   "Welcome to the record shop\n3 records\nTitle\n",
	} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://example.org/"+query, nil))
		if got, _ := io.ReadAll(recorder.Body); string(got) != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 15, 4, 0, 0, time.UTC)
	for language, want := range map[string]string{"de": "21. November 2026: 1.234,50", "en": "Nov. 21, 2026: 1,234.50"} {
		if got := translations.Receipt(catalogs(t).Locale(language), at, 123450); got != want {
			t.Errorf("receipt in %s: %q, want %q", language, got, want)
		}
	}
}

func TestEngine(t *testing.T) {
	t.Parallel()
	c := catalogs(t)
	engine, err := translations.Engine(c)
	if err != nil {
		t.Fatal(err)
	}
	page, err := engine.Parse("page", "{% load humanize %}{{ sold|intcomma }} {{ place|ordinal }}")
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.NewContext(context.Background(), c.Locale("de"))
	if got, err := page.RenderString(ctx, map[string]any{"sold": 45000, "place": 3}); got != "45.000 3rd" || err != nil {
		t.Errorf("page: %q, %v", got, err)
	}
}
