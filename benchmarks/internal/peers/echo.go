package peers

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func echoSite() http.Handler {
	e := echo.New()
	e.GET("/plaintext", func(c echo.Context) error { return c.String(http.StatusOK, Hello) })
	e.GET("/json", func(c echo.Context) error { return c.JSON(http.StatusOK, message{Hello}) })
	for i := range Routes {
		e.GET(fmt.Sprintf("/r%02d/:id/", i), echoItem)
	}
	g := e.Group("", middleware.RequestID(), middleware.Recover(), echo.WrapMiddleware(allowedHost), echoSecurity, middleware.Gzip())
	for i := range Routes {
		g.GET(fmt.Sprintf("/s%02d/:id/", i), echoItem)
	}
	return e
}

func echoSecurity(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		for _, h := range security {
			c.Response().Header().Set(h[0], h[1])
		}
		return next(c)
	}
}

func echoItem(c echo.Context) error {
	id, err := strconv.Atoi(c.Param("id"))
	if err != nil {
		return echo.ErrNotFound
	}
	return c.String(http.StatusOK, itemText(id))
}
