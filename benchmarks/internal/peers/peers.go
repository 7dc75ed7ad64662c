// Package peers holds the same small site written with each framework, in its own manner:
//
//	/plaintext          a text of 13 bytes, no middleware
//	/json               a struct as JSON, no middleware
//	/r00/ … /r49/{id}/  50 routes with a number in the path, no middleware
//	/s00/ … /s49/{id}/  the same behind the stack that the framework's users would put there:
//	                    request id, recovery, host check, security headers, compression
//
// Bare net/http has no stack: it is what the others are measured by.
package peers

import (
	"net/http"
	"strconv"
)

// Routes is how many routes with a parameter each site has.
const Routes = 50

const hello = "Hello, World!"

type message struct {
	Message string `json:"message"`
}

// All are the sites by the framework's name.
func All() map[string]func() http.Handler {
	return map[string]func() http.Handler{"nethttp": netHTTP, "nuages": nuages, "chi": chiSite, "echo": echoSite}
}

// security are the headers of the stacks.
var security = [][2]string{
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"X-Frame-Options", "DENY"},
}

func itemText(id int) string { return "item " + strconv.Itoa(id) }
