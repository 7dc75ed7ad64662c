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
		resp = HTML(errorHTML(e.Status, title, message)).WithHeader("Content-Security-Policy", pagePolicy)
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

// errorStyle is small, as this page is sent most when there is the least to spare.
const errorStyle = `:root{color-scheme:light dark;--a:#3b6fd4;--b:#eef4fd;--t:#17233c}` +
	`@media(prefers-color-scheme:dark){:root{--a:#8db6ff;--b:#10172a;--t:#e6ecf8}}` +
	`body{font:17px/1.6 system-ui,sans-serif;margin:0;min-height:100vh;box-sizing:border-box;display:grid;` +
	`place-content:center;padding:2rem 1.5rem;background:var(--b);color:var(--t)}` +
	`main{max-width:32rem;overflow-wrap:anywhere}svg{width:5.5rem;display:block;margin:0 0 1rem;fill:none;stroke:var(--a);stroke-width:5;` +
	`stroke-linejoin:round}p{margin:0}h1{font-size:clamp(1.75rem,6vw,2.5rem);line-height:1.15;letter-spacing:-.02em;margin:.1rem 0 .75rem}` +
	`.s{color:var(--a);font-weight:600;letter-spacing:.06em}`

// errorCloud is nuages, French for clouds.
const errorCloud = `<svg viewBox="-3 -8 202 104" aria-hidden="true"><path d="M34 92a30 30 0 0 1-3-60 24 24 0 0 1 31-11 43 43 0 0 1 78 8 33 33 0 1 1 13.7 63z"/></svg>`

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
` + errorCloud + `
<p class="s">` + strconv.Itoa(status) + `</p>
<h1>` + html.EscapeString(title) + `</h1>
<p>` + html.EscapeString(message) + `</p>
</main>
</body>
</html>
`
}
