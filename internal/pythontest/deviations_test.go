package pythontest_test

import "maps"

// Reasons why a Host does something otherwise.
const (
	noContext = "calls in Python have no context that ends with the client"
	bridge    = "it is the bridge to Python that has no way to do it"
	late      = "what is sent is checked when it leaves the worker: send has returned, the client gets a 500 and the log a line"
	whole     = "a body of 16 KiB at most, whose length is known, reaches the application as a whole"
	inLog     = "what the application says at its shutdown is in the log"
	framing   = "fields of the connection do not reach the application"
	stays     = "the client gets a 500, and the connection stays open"
)

// hostEventDeviations are those of a Host from asgitest's suite.
var hostEventDeviations = map[string]string{
	"http/contract/context-ends-with-client":      noContext,
	"http/contract/receive-cancelled":             whole,
	"http/contract/send-after-return":             bridge,
	"http/contract/send-cancelled":                "a cancelled send leaves the response as it is, as Uvicorn's does",
	"http/contract/slices-belong-to-application":  whole,
	"http/errors/content-length-exceeded":         late,
	"http/errors/content-length-malformed":        late,
	"http/errors/content-length-not-reached":      late,
	"http/errors/fails-after-start":               stays,
	"http/errors/header-names":                    late,
	"http/errors/header-values":                   late,
	"http/extensions/early-hint":                  late,
	"http/extensions/trailers-errors":             late,
	"http/extensions/zerocopysend":                bridge,
	"http/extensions/zerocopysend-errors":         late,
	"http/request/client-leaves":                  whole,
	"http/request/parts-as-they-come":             whole,
	"http/scope/headers-framing":                  framing,
	"lifespan/shutdown-failed":                    inLog,
	"lifespan/state":                              bridge,
	"websocket/close/errors":                      bridge,
	"websocket/contract/context-ends-with-client": noContext,
	"websocket/denial/errors":                     late,
	"websocket/handshake/accept-errors":           late,
	"websocket/scope/headers":                     framing,
	"websocket/send/errors":                       bridge,
}

// hostDeviations are those from the suite of this package, over HTTP/1.1.
var hostDeviations = map[string]string{
	"lifespan/shutdown-failed":                        inLog,
	"websocket/refuses-early/header_crlf":             late,
	"websocket/refuses-early/header_subprotocol":      late,
	"websocket/refuses-early/header_text":             textTaken,
	"websocket/refuses-early/subprotocol_crlf":        late,
	"websocket/refuses-early/subprotocol_not_offered": late,
}

// hostHTTPDeviations are those over all versions of HTTP.
var hostHTTPDeviations = map[string]string{
	"refuses/header_none":               late,
	"refuses/header_number":             late,
	"refuses/header_single":             late,
	"refuses/header_triple":             late,
	"refuses/headers_dict":              late,
	"refuses/name_colon":                late,
	"refuses/name_crlf":                 late,
	"refuses/name_empty":                late,
	"refuses/name_pseudo":               late,
	"refuses/name_space":                late,
	"refuses/name_text":                 textTaken,
	"refuses/value_crlf":                late,
	"refuses/value_lf":                  late,
	"refuses/value_nul":                 late,
	"refuses/value_text":                textTaken,
	"response/content-length-too-long":  late,
	"response/content-length-too-short": late,
}

const textTaken = "headers may be str, which are encoded as Latin-1"

// deviations returns those of a server that speaks these versions.
func deviations(prefixes ...string) map[string]string {
	all := maps.Clone(hostDeviations)
	for _, prefix := range prefixes {
		for name, reason := range hostHTTPDeviations {
			all[prefix+"/"+name] = reason
		}
	}
	return all
}
