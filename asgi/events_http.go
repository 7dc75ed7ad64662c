package asgi

import "os"

// HTTPRequest brings a part of the request body.
type HTTPRequest struct {
	// Body is the next part; it may be empty.
	Body []byte
	// MoreBody says that further parts follow.
	MoreBody bool
}

// HTTPDisconnect says that the client has gone, or that the response is
// complete and nothing more will come.
type HTTPDisconnect struct{}

// HTTPResponseStart begins the response. Nothing is written before the first
// part of the body is sent.
type HTTPResponseStart struct {
	// Status is the status code, 200 to 999. Informational responses are not
	// started but sent as [HTTPResponseEarlyHint].
	Status int
	// Headers are the response's fields, names in lower case. The server adds
	// Date, and Transfer-Encoding or Content-Length where they are missing.
	Headers Headers
	// Trailers announces that [HTTPResponseTrailers] follows the body.
	Trailers bool
}

// HTTPResponseBody sends a part of the response body.
type HTTPResponseBody struct {
	// Body is the next part; it may be empty.
	Body []byte
	// MoreBody says that further parts follow. False completes the body.
	MoreBody bool
}

// HTTPResponseTrailers sends trailer fields after the body. The server leaves
// them out when the client did not send "TE: trailers".
type HTTPResponseTrailers struct {
	// Headers are the trailer fields, names in lower case.
	Headers Headers
	// MoreTrailers says that another event of this type follows.
	MoreTrailers bool
}

// HTTPResponsePush asks the server to push another resource (HTTP/2). It may
// be sent between start and end of the response.
type HTTPResponsePush struct {
	// Path is the resource's path, decoded.
	Path string
	// Headers are the fields of the promised request.
	Headers Headers
}

// HTTPResponseEarlyHint sends an informational 103 response (RFC 8297). It may
// be sent until the first part of the body; later it is ignored.
type HTTPResponseEarlyHint struct {
	// Links are the values of the Link fields (RFC 8288).
	Links []string
}

// HTTPResponsePathSend sends a file as the whole response body. It is sent
// once, after the start, instead of [HTTPResponseBody].
type HTTPResponsePathSend struct {
	// Path is the absolute path of a regular file. The server opens whatever
	// the application names.
	Path string
}

// HTTPResponseZeroCopySend sends a part of an open file as a part of the
// response body; it may be mixed with [HTTPResponseBody].
type HTTPResponseZeroCopySend struct {
	// File is the open file. The application closes it, after send returned.
	File *os.File
	// Offset is where to start, in bytes; the file's own position does not
	// move then. Nil means from the file's position, which moves.
	Offset *int64
	// Count is the number of bytes; nil means to the end of the file.
	Count *int64
	// MoreBody says that further parts follow. False completes the body.
	MoreBody bool
}

// HTTPResponseDebug hands information to a test, before the response starts.
// Servers do not offer it.
type HTTPResponseDebug struct {
	// Info is up to the application and its tests.
	Info map[string]any
}

// Type returns "http.request".
func (*HTTPRequest) Type() string { return "http.request" }

// Type returns "http.disconnect".
func (*HTTPDisconnect) Type() string { return "http.disconnect" }

// Type returns "http.response.start".
func (*HTTPResponseStart) Type() string { return "http.response.start" }

// Type returns "http.response.body".
func (*HTTPResponseBody) Type() string { return "http.response.body" }

// Type returns "http.response.trailers".
func (*HTTPResponseTrailers) Type() string { return "http.response.trailers" }

// Type returns "http.response.push".
func (*HTTPResponsePush) Type() string { return "http.response.push" }

// Type returns "http.response.early_hint".
func (*HTTPResponseEarlyHint) Type() string { return "http.response.early_hint" }

// Type returns "http.response.pathsend".
func (*HTTPResponsePathSend) Type() string { return "http.response.pathsend" }

// Type returns "http.response.zerocopysend".
func (*HTTPResponseZeroCopySend) Type() string { return "http.response.zerocopysend" }

// Type returns "http.response.debug".
func (*HTTPResponseDebug) Type() string { return "http.response.debug" }
