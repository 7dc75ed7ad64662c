package web

import (
	"encoding/json"
	"html"
	"net/http"
	"strconv"
)

// defaultErrorPage answers with status and message as the client likes best: HTML, JSON (problem
// details, RFC 9457) or text.
func defaultErrorPage(r *Request, e *Error) Response {
	title, message := http.StatusText(e.Status), e.Message
	if title == "" {
		title = "Error"
	}
	if message == "" {
		message = statusMessage(e.Status)
	}
	var resp Response
	switch r.PreferredType("text/html", "application/json", "application/problem+json", "text/plain") {
	case "application/json", "application/problem+json":
		resp = problem(e.Status, title, message)
	case "text/html":
		resp = HTML(errorHTML(e.Status, title, message))
	default:
		resp = Text(strconv.Itoa(e.Status) + " " + title + "\n\n" + message + "\n")
	}
	resp.Status = e.Status
	AddVary(resp.Header(), "Accept")
	return resp
}

func problem(status int, title, detail string) Response {
	b, _ := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", title, status, detail}) // four strings and a number: this can't fail
	return Bytes("application/problem+json", b)
}

func statusMessage(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "Your browser sent a request that this server could not understand."
	case http.StatusForbidden:
		return "You are not allowed to see this page."
	case http.StatusNotFound:
		return "The page you asked for was not found."
	case http.StatusMethodNotAllowed:
		return "This page can't be used that way."
	case http.StatusInternalServerError:
		return "Something went wrong on this server. It has been noted."
	case http.StatusServiceUnavailable:
		return "This page can't be served at the moment. Please try again."
	}
	return ""
}

const errorStyle = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;` +
	`display:grid;place-content:center;padding:2rem;background:Canvas;color:CanvasText}main{max-width:34rem}` +
	`small{font-size:1rem;letter-spacing:.08em;opacity:.65}h1{font-size:1.75rem;margin:.25rem 0 1rem}p{margin:0}`

func errorHTML(status int, title, message string) string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>` + html.EscapeString(title) + `</title>
<style>` + errorStyle + `</style>
</head>
<body>
<main>
<small>` + strconv.Itoa(status) + `</small>
<h1>` + html.EscapeString(title) + `</h1>
<p>` + html.EscapeString(message) + `</p>
</main>
</body>
</html>
`
}
