package guide

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func requestRoutes() []urls.Route {
	return []urls.Route{
		urls.Path("search/", search).Name("search"),
		urls.Path("sign-up/", signUp).Methods("POST").Name("sign-up"),
		// doc:limits
		urls.Path("photos/", upload).Methods("POST").Name("photos").
			Use(middleware.Limits(web.Limits{Upload: 100 << 20, Files: 10})),
		// doc:end
		urls.Path("orders/", createOrder).Methods("POST").Name("orders"),
		urls.Path("theme/", setTheme).Name("theme"),
		urls.Path("basket/", basket).Name("basket"),
		urls.Path("terms/", terms).Name("terms"),
		urls.Path("sign-out/", signOut).Name("sign-out"),
		urls.Path("albums/<int:id>/", album).Name("album"),
		urls.Path("agree/", agree).Name("agree"),
	}
}

func search(r *web.Request) (web.Response, error) {
	q := r.Query()
	text := q.Get("q") // "" where it is missing; the last value where there are several
	sort := q.Default("sort", "title")
	genres := q.List("genre") // all values
	page, err := strconv.Atoi(q.Default("page", "1"))
	if err != nil {
		return web.Response{}, web.BadRequest("The page has to be a number.")
	}
	return web.JSON(map[string]any{"q": text, "sort": sort, "genres": genres, "page": page}), nil
}

func signUp(r *web.Request) (web.Response, error) {
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err // 400 or 413, with a reason
	}
	name, mail := form.Get("name"), form.Get("mail")
	if name == "" || mail == "" {
		return web.Response{}, web.BadRequest("Tell us your name and your mail address.")
	}
	return web.Redirect("/requests/search/?" + web.ValuesOf("q", name).Encode("")), nil
}

func upload(r *web.Request) (web.Response, error) {
	form, err := r.Form()
	if err != nil {
		return web.Response{}, err
	}
	var names []string
	for _, file := range form.Files("photo") {
		content, err := file.Open() // or file.Bytes(), file.SaveTo(path)
		if err != nil {
			return web.Response{}, err
		}
		head, err := io.ReadAll(io.LimitReader(content, 512))
		content.Close()
		if err != nil {
			return web.Response{}, err
		}
		// What the client says of its file proves nothing: look at it.
		if http.DetectContentType(head) != "image/png" {
			return web.Response{}, web.NewError(http.StatusUnsupportedMediaType, "Photos have to be PNG files.", nil)
		}
		names = append(names, fmt.Sprintf("%s, %d bytes", file.Name, file.Size))
	}
	return web.JSON(names).WithStatus(http.StatusCreated), nil
}

// doc:json

type orderRequest struct {
	Slug   string `json:"slug"`
	Copies int    `json:"copies"`
}

func createOrder(r *web.Request) (web.Response, error) {
	var order orderRequest
	if err := r.JSON(&order); err != nil {
		return web.Response{}, err // 415, 413, or a 400 that names line and column
	}
	if order.Copies < 1 {
		return web.Response{}, web.BadRequest(`"copies" has to be 1 or more.`)
	}
	return web.JSON(order).WithStatus(http.StatusCreated), nil
}

// doc:end

func setTheme(r *web.Request) (web.Response, error) {
	if theme := r.Query().Get("set"); theme != "" {
		return web.Redirect("/requests/theme/").
			WithCookie(web.Cookie{Name: "theme", Value: theme, MaxAge: 365 * 24 * time.Hour}), nil
	}
	theme, ok := r.Cookie("theme")
	if !ok {
		theme = "light"
	}
	return web.Text(theme), nil
}

func basket(r *web.Request) (web.Response, error) {
	count := 0
	// A cookie that is missing, too old or was changed is an empty basket.
	if text, err := r.SignedCookie("basket", "shop", 14*24*time.Hour); err == nil {
		count, _ = strconv.Atoi(text)
	}
	count++
	return web.Text(fmt.Sprintf("%d in the basket", count)).
		WithSignedCookie(r, "shop", web.Cookie{Name: "basket", Value: strconv.Itoa(count)}), nil
}

func terms(r *web.Request) (web.Response, error) {
	return web.OpenFile(nuages.Sub(embedded, "files"), "terms.txt", &web.FileOptions{
		Attachment: true,
		Name:       "our terms.txt",
	}), nil
}

func signOut(r *web.Request) (web.Response, error) {
	return web.Redirect(r.Next("next", "/requests/search/")), nil
}

func album(r *web.Request) (web.Response, error) {
	switch id := urls.Int(r, "id"); id {
	case 1:
		return web.Text("Nuages"), nil
	case 2:
		return web.Response{}, web.Gone("We don't sell this record any more.")
	case 3:
		return web.Response{}, fmt.Errorf("load album %d: the disk is full", id) // a 500; the text stays in the log
	default:
		return web.Response{}, web.NotFound(fmt.Sprintf("There is no album %d.", id))
	}
}

func agree(r *web.Request) (web.Response, error) {
	answer := web.Text("agreed")
	if r.PreferredType("text/plain", "application/json") == "application/json" {
		answer = web.JSON(map[string]bool{"agreed": true})
	}
	return answer.WithHeader("Vary", "Accept"), nil
}

var errorPages = map[int]web.Handler{
	http.StatusNotFound: func(r *web.Request) (web.Response, error) {
		return web.Render("missing.html", map[string]any{"path": r.Path(), "error": r.Err()}), nil
	},
}
