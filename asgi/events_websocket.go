package asgi

// WebSocketConnect is the first event of a WebSocket: the client waits for the
// answer to its handshake. The application answers with [WebSocketAccept],
// [WebSocketClose] or, where the server allows it, an HTTP response.
type WebSocketConnect struct{}

// WebSocketAccept completes the handshake.
type WebSocketAccept struct {
	// Subprotocol is one of those the client offers, or "" for none.
	Subprotocol string
	// Headers are further fields of the handshake response. Those of the
	// handshake itself (Connection, Upgrade, Sec-WebSocket-…) are refused.
	Headers Headers
}

// WebSocketReceive brings a message from the client.
type WebSocketReceive struct {
	// Bytes is the content of a binary message; nil means that the message is
	// text. An empty binary message is empty but not nil.
	Bytes []byte
	// Text is the content of a text message, always valid UTF-8.
	Text string
}

// WebSocketSend sends a message to the client.
type WebSocketSend struct {
	// Bytes is the content of a binary message; nil means that the message is
	// text. An empty binary message is empty but not nil.
	Bytes []byte
	// Text is the content of a text message and must be valid UTF-8.
	Text string
}

// WebSocketDisconnect says that the connection is over: closed by either side,
// or lost.
type WebSocketDisconnect struct {
	// Code is the close code (RFC 6455, section 7.4); 1005 when the client
	// gave none and 1006 when the connection was lost.
	Code int
	// Reason is what the side that closed it said; it may be empty.
	Reason string
}

// WebSocketClose closes the connection. Sent instead of [WebSocketAccept] it
// refuses the handshake with status 403.
type WebSocketClose struct {
	// Code is the close code: 1000 to 1003, 1007 to 1014 or 3000 to 4999; 0
	// stands for 1000.
	Code int
	// Reason is at most 123 bytes of UTF-8; it may be empty.
	Reason string
}

// WebSocketHTTPResponseStart begins an HTTP response that refuses the
// handshake.
type WebSocketHTTPResponseStart struct {
	// Status is the status code, 200 to 999.
	Status int
	// Headers are the response's fields, names in lower case.
	Headers Headers
}

// WebSocketHTTPResponseBody sends a part of the body of the response that
// refuses the handshake.
type WebSocketHTTPResponseBody struct {
	// Body is the next part; it may be empty.
	Body []byte
	// MoreBody says that further parts follow. False completes the response.
	MoreBody bool
}

// Type returns "websocket.connect".
func (*WebSocketConnect) Type() string { return "websocket.connect" }

// Type returns "websocket.accept".
func (*WebSocketAccept) Type() string { return "websocket.accept" }

// Type returns "websocket.receive".
func (*WebSocketReceive) Type() string { return "websocket.receive" }

// Type returns "websocket.send".
func (*WebSocketSend) Type() string { return "websocket.send" }

// Type returns "websocket.disconnect".
func (*WebSocketDisconnect) Type() string { return "websocket.disconnect" }

// Type returns "websocket.close".
func (*WebSocketClose) Type() string { return "websocket.close" }

// Type returns "websocket.http.response.start".
func (*WebSocketHTTPResponseStart) Type() string { return "websocket.http.response.start" }

// Type returns "websocket.http.response.body".
func (*WebSocketHTTPResponseBody) Type() string { return "websocket.http.response.body" }
