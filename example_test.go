package nuages_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func hello(r *web.Request) (web.Response, error) {
	return web.Text("Hello, " + urls.Str(r, "name") + "!"), nil
}

func Example() {
	project := func(env *settings.Env) (*nuages.Project, error) {
		return nuages.New(nuages.Settings{Debug: env.Bool("DEBUG", true)}, []urls.Route{
			urls.Path("hello/<str:name>/", hello).Name("hello"),
		})
	}
	// func main() { nuages.Main(project) }
	nuages.Run(context.Background(), project, []string{"check"}, os.Stdin, os.Stdout, os.Stderr)
	// Output: System check identified no issues (0 silenced).
}

func ExampleNew() {
	project, err := nuages.New(nuages.Settings{
		SecretKey:    settings.SecretOf("comes from the environment: env.Secret"),
		AllowedHosts: []string{"example.com"},
	}, []urls.Route{
		urls.Path("hello/<str:name>/", hello).Name("hello"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	path, _ := project.Router().Reverse("hello", "Django")
	w := httptest.NewRecorder()
	project.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	fmt.Println(path, w.Code, w.Body)
	// Output: /hello/Django/ 200 Hello, Django!
}
