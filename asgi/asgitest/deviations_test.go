package asgitest_test

// Reasons why a server written in Python does something otherwise.
const (
	noContext  = "calls in Python have no noContext that ends with the client"
	goneBridge = "the goneBridge ends with the application"
	cancel     = "a cancelled send leaves the response as it is"
	silent     = "older than spec 2.4: send ignores that the client has gone"
	runtime    = "older than spec 2.4: send to a client that has gone is no OSError"
	taken      = "the event counts as sent although it was refused"
	unchecked  = "the content of events is not checked"
	absolute   = "targets in absolute form are not taken apart"
	once       = "the disconnect is received once"
	unnoticed  = "wsproto protocol: a connection without a close frame has no end with code 1006"
	leftOpen   = "the connection stays open when the application returns"
	noframe    = "wrong frames end the connection without a close frame"
	whole      = "the application is called when the whole body is there"
	memory     = "nothing holds an application or a client up: all goes to memory"
)

// uvicornDeviations are those of Uvicorn 0.17.6 with all protocols (spec 2.3).
var uvicornDeviations = map[string]string{
	"http/contract/context-ends-with-client":      noContext,
	"http/contract/send-after-return":             goneBridge,
	"http/contract/send-cancelled":                cancel,
	"http/disconnect/client-closes":               silent,
	"http/disconnect/client-resets":               silent,
	"http/disconnect/while-sending":               silent,
	"http/errors/content-length-malformed":        taken,
	"http/errors/fails-after-start":               "the header is sent with http.response.start",
	"http/errors/header-names":                    taken,
	"http/errors/header-values":                   taken,
	"http/errors/status":                          taken,
	"http/request/client-leaves":                  silent,
	"http/response/transfer-encoding-ignored":     "transfer-encoding of the application is not ignored",
	"http/scope/path-empty":                       absolute,
	"http/scope/path-raw-bytes":                   "refuses bytes beyond ASCII in a target",
	"lifespan/state":                              "lifespan state came with Uvicorn 0.22",
	"websocket/close/application-fails":           "the connection ends without a close frame",
	"websocket/close/errors":                      taken,
	"websocket/contract/context-ends-with-client": noContext,
	"websocket/handshake/accept-errors":           taken,
	"websocket/http-beside":                       "refuses Upgrade to other protocols",
	"websocket/send/errors":                       "takes both bytes and text",
}

// websocketsDeviations are those with httptools and websockets.
var websocketsDeviations = map[string]string{
	"http/scope/headers":                "httptools leaves white space at the end of values",
	"http/scope/http-1.0":               "httptools protocol sends chunks to HTTP/1.0",
	"websocket/close/by-client":         runtime,
	"websocket/close/by-client-lost":    runtime,
	"websocket/close/by-client-reset":   runtime,
	"websocket/close/while-sending":     runtime,
	"websocket/handshake/client-leaves": "receive fails with an AttributeError",
	"websocket/receive/invalid-utf-8":   "the code is told to the client alone",
}

// wsprotoDeviations are those with h11 and wsproto.
var wsprotoDeviations = map[string]string{
	"http/errors/content-length-not-reached":     "the connection stays open after a body that is too short",
	"http/errors/content-length-exceeded":        taken,
	"http/scope/path-absolute-form":              absolute,
	"websocket/close/application-returns":        leftOpen,
	"websocket/close/by-client":                  once,
	"websocket/close/by-client-lost":             unnoticed,
	"websocket/close/by-client-reset":            unnoticed,
	"websocket/close/in-the-middle-of-a-message": unnoticed,
	"websocket/close/while-sending":              "wsproto protocol: a send that waits goes on for ever",
	"websocket/contract/send-after-return":       leftOpen,
	"websocket/handshake/bad-key":                "wsproto protocol: no answer to a bad key",
	"websocket/handshake/client-leaves":          unnoticed,
	"websocket/receive/invalid-utf-8":            noframe,
	"websocket/receive/protocol-error":           noframe,
}

// daphneDeviations are those of Daphne 4.0.0.
var daphneDeviations = map[string]string{
	"http/errors/fails-in-body-with-length":       "the connection stays open when the application ends early",
	"http/errors/fails-after-start":               "the connection stays open when the application ends early",
	"http/contract/context-ends-with-client":      noContext,
	"http/contract/receive-cancelled":             whole,
	"http/contract/send-after-return":             goneBridge,
	"http/contract/send-cancelled":                memory,
	"http/contract/slices-belong-to-application":  whole,
	"http/disconnect/after-response":              "a body that was not received comes before http.disconnect",
	"http/disconnect/client-closes":               once,
	"http/disconnect/client-resets":               once,
	"http/disconnect/while-sending":               memory,
	"http/errors/content-length-exceeded":         unchecked,
	"http/errors/content-length-malformed":        unchecked,
	"http/errors/content-length-not-reached":      unchecked,
	"http/errors/fails-before-start":              "the connection stays open when the application ends early",
	"http/errors/fails-in-body":                   "the connection stays open when the application ends early",
	"http/errors/header-names":                    unchecked,
	"http/errors/header-values":                   unchecked,
	"http/errors/returns-before-start":            "the connection stays open when the application ends early",
	"http/errors/returns-in-body":                 "the connection stays open when the application ends early",
	"http/errors/status":                          unchecked,
	"http/request/back-pressure":                  whole,
	"http/request/chunked":                        whole,
	"http/request/chunked-broken":                 whole,
	"http/request/client-leaves":                  whole,
	"http/request/continue":                       whole,
	"http/request/continue-not-asked-for":         whole,
	"http/request/duplex":                         whole,
	"http/request/parts-as-they-come":             whole,
	"http/request/unread-large":                   whole,
	"http/response/back-pressure":                 memory,
	"http/response/connection-close":              "connection: close of the application does not close it",
	"http/response/transfer-encoding-ignored":     "transfer-encoding of the application is not ignored",
	"http/scope/headers-framing":                  whole,
	"http/scope/path-absolute-form":               absolute,
	"http/scope/path-empty":                       absolute,
	"http/scope/path-raw-bytes":                   "refuses bytes beyond ASCII in a target",
	"websocket/close/application-returns":         leftOpen,
	"websocket/close/by-application":              "no reason is sent, and events after the close are ignored",
	"websocket/close/by-client":                   "answers with a code of its own",
	"websocket/close/by-client-lost":              silent,
	"websocket/close/by-client-reset":             silent,
	"websocket/close/by-client-without-code":      "no code instead of 1005",
	"websocket/close/errors":                      unchecked,
	"websocket/close/while-sending":               memory,
	"websocket/contract/context-ends-with-client": noContext,
	"websocket/contract/send-after-return":        leftOpen,
	"websocket/denial/ends-in-response":           "events of another protocol are ignored",
	"websocket/denial/errors":                     "events of another protocol are ignored",
	"websocket/denial/response":                   "events of another protocol are ignored",
	"websocket/handshake/accept-errors":           unchecked,
	"websocket/handshake/accept-with-headers":     "headers of websocket.accept came with spec 2.1",
	"websocket/handshake/client-leaves":           silent,
	"websocket/receive/back-pressure":             memory,
	"websocket/receive/invalid-utf-8":             noframe,
	"websocket/receive/protocol-error":            noframe,
	"websocket/scope/fields":                      "no scheme and http_version, which are optional",
	"websocket/scope/headers":                     "joins values of one name",
	"websocket/send/back-pressure":                memory,
	"websocket/send/empty":                        "sends nothing for an empty message",
	"websocket/send/errors":                       unchecked,
}

// daphneUnreliable is what Daphne 4.0.0 does by chance.
var daphneUnreliable = map[string]string{
	"websocket/close/application-fails": "the close frame may be lost in a reset connection",
	"websocket/handshake/fails":         "the answer may be lost in a reset connection",
	"websocket/handshake/returns":       "the answer may be lost in a reset connection",
	"websocket/receive/with-handshake":  "loses what comes together with the handshake, unless it is read apart",
}

// uvicornUnreliable is what Uvicorn 0.17 does by chance.
var uvicornUnreliable = map[string]string{
	"websocket/receive/with-handshake": "loses what comes together with the handshake, unless it is read apart",
}
