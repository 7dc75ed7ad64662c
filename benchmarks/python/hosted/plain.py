"""A plain application, for ASGI and for WSGI, without a framework.

    /              a text of 13 bytes
    /headers       how many headers the request had whose names begin with "x-bench-", and their length
    /download/N    N bytes
    /upload        how many bytes were sent
    /echo          a WebSocket (ASGI) that sends back what it gets
"""
HELLO = b"Hello, World!"
BLOBS = {}


def blob(path):
    n = int(path.rpartition("/")[2])
    if n not in BLOBS:
        BLOBS[n] = b"x" * n
    return BLOBS[n]


async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await http(scope, receive, send)
    elif scope["type"] == "websocket":
        await echo(receive, send)
    else:
        await lifespan(receive, send)


async def http(scope, receive, send):
    path = scope["path"]
    if path == "/":
        body = HELLO
    elif path == "/headers":
        values = [value for name, value in scope["headers"] if name.startswith(b"x-bench-")]
        body = b"%d %d" % (len(values), sum(map(len, values)))
    elif path.startswith("/download/"):
        body = blob(path)
    elif path == "/upload":
        n, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            n += len(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"%d" % n
    else:
        raise ValueError(path)
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def echo(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if message.get("text") is not None:
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            await send({"type": "websocket.send", "bytes": message["bytes"]})


async def lifespan(receive, send):
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def wsgi(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/":
        body = HELLO
    elif path == "/headers":
        values = [value for name, value in environ.items() if name.startswith("HTTP_X_BENCH_")]
        body = b"%d %d" % (len(values), sum(map(len, values)))
    elif path.startswith("/download/"):
        body = blob(path)
    elif path == "/upload":
        n = 0
        while True:
            chunk = environ["wsgi.input"].read(65536)
            if not chunk:
                break
            n += len(chunk)
        body = b"%d" % n
    else:
        raise ValueError(path)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
