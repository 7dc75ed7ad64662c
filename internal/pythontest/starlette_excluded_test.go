package pythontest_test

// Reasons why a test of Starlette can't pass over sockets.
const (
	clientsOwn  = "that is an answer of TestClient's own"
	sameThread  = "the application runs in the server's loop, not in that of the test"
	notForUsers = "only TestClient offers http.response.debug"
	getsLength  = "a short stream that is complete before any of it has left gets its length"
	afterLeave  = "the application sends when the client has left, which raises (ASGI 2.4)"
)

// starletteExcluded are the tests that no server can pass over sockets.
var starletteExcluded = map[string]string{
	"test_concurrency.py::test_accessing_context_from_threaded_sync_endpoint": sameThread,
	"test_endpoints.py::test_websocket_endpoint_on_disconnect":                afterLeave,
	"test_exceptions.py::test_force_500_response":                             clientsOwn,
	"test_requests.py::test_request_send_push_promise":                        "the application takes the server for one that has the extension",
	"test_responses.py::test_response_phrase":                                 "status 123 does not end a response",
	"test_templates.py::test_calls_context_processors":                        notForUsers,
	"test_templates.py::test_template_with_middleware":                        notForUsers,
	"test_templates.py::test_templates":                                       notForUsers,
	"test_testclient.py::test_client":                                         clientsOwn,
	"test_testclient.py::test_use_testclient_as_contextmanager":               sameThread,
	"test_websockets.py::test_receive_wrong_message_type":                     "no client can send websocket.connect twice",
	"test_websockets.py::test_rejected_connection":                            "a WebSocket that is not accepted has no code: the client gets a 403",
	"test_websockets.py::test_websocket_concurrency_pattern":                  afterLeave,
	"test_websockets.py::test_websocket_headers":                              "the fields of the handshake are those of a real one",
}

// starletteHostExcluded are those that a Host does not pass.
var starletteHostExcluded = map[string]string{
	"test_requests.py::test_request_headers":       framing,
	"test_routing.py::test_url_for_with_root_path": "the path includes the root path, as ASGI and later versions of Starlette have it",
}

// starletteUvicornExcluded are those that Uvicorn 0.17 does not pass.
var starletteUvicornExcluded = map[string]string{
	"test_requests.py::test_request_send_push_promise_without_setting_send": "it has no extensions",
	"test_routing.py::test_lifespan_state_async_cm":                         noState,
	"test_routing.py::test_lifespan_state_unsupported":                      noState,
	"test_routing.py::test_url_for_with_root_path":                          "it has one root path for all requests",
}

// starletteUnreliable are those that may fail.
var starletteUnreliable = map[string]string{
	"test_staticfiles.py::test_staticfiles_with_invalid_dir_permissions_returns_401": "root may read all",
}

// starletteHostUnreliable are those that may fail on a Host.
var starletteHostUnreliable = map[string]string{
	"middleware/test_gzip.py::test_gzip_ignored_for_responses_with_encoding_set": getsLength,
	"middleware/test_gzip.py::test_gzip_streaming_response":                      getsLength,
	"test_responses.py::test_streaming_response_unknown_size":                    getsLength,
}

// starletteUvicornUnreliable are those that may fail on Uvicorn.
var starletteUvicornUnreliable = map[string]string{
	"middleware/test_base.py::test_custom_middleware": "it resets the connection after an application has failed, at times when that is used again",
}
