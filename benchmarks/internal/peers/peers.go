// Package peers holds the same small site written with each framework, in its own manner:
//
//	/plaintext          a text of 13 bytes, no middleware
//	/json               a struct as JSON, no middleware
//	/r00/ … /r49/{id}/  50 routes with a number in the path, no middleware
//	/s00/ … /s49/{id}/  the same behind the stack that the framework's users would put there:
//	                    request id, recovery, host check, security headers, compression
//
// Bare net/http has no stack: it is what the others are measured by. Bare net/http and Nuages have
// more, for the comparison of servers:
//
//	/blob     1 MiB to download
//	/upload   answers with the number of bytes that were sent to it
//	/events   server-sent events: a [Message] every [Every], from one broadcaster to all clients
//	/echo     a WebSocket that sends back what it gets, up to 1 MiB a message
//	/collect  collects garbage, so that memory can be measured
//
// The same in Python, as an application of Starlette, is python/app.py.
package peers

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// Routes is how many routes with a parameter each site has.
	Routes = 50
	// Hello is the answer of /plaintext.
	Hello = "Hello, World!"
	// BlobSize is the size of /blob in bytes.
	BlobSize = 1 << 20
	// Every is the time between two events.
	Every = 100 * time.Millisecond

	maxMessage = 1 << 20
)

// Message returns the data of the nth event: the number in eight digits and a filling, 64 bytes.
func Message(n int) string { return fmt.Sprintf("%08d%s", n, strings.Repeat(".", 56)) }

var blob = Blob()

// Blob returns what is downloaded.
func Blob() []byte { return bytes.Repeat([]byte("x"), BlobSize) }

type message struct {
	Message string `json:"message"`
}

// Sites are the sites by name: the framework's, "project" for a whole project of Nuages with its
// default middleware, and a library's for bare net/http with that library's WebSockets.
func Sites() map[string]func() http.Handler {
	return map[string]func() http.Handler{
		"nethttp": netHTTP, "nuages": nuagesSite, "project": nuagesProject, "chi": chiSite, "echo": echoSite,
		"coder": netHTTPWith(coderEcho), "gws": netHTTPWith(gwsEcho), "gorilla": netHTTPWith(gorillaEcho),
	}
}

// security are the headers of the stacks.
var security = [][2]string{
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"X-Frame-Options", "DENY"},
}

func itemText(id int) string { return "item " + strconv.Itoa(id) }
