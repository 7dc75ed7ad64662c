"""An ASGI application that lives elsewhere: it tells each of its calls to the
address in ASGI_BRIDGE and does there what it is told, so that the conformance
suite can test servers written in Python. Both sides write lines of JSON."""
import asyncio
import base64
import json
import os

HOST, PORT = os.environ["ASGI_BRIDGE"].rsplit(":", 1)


def text(value):
    """Byte strings travel as the characters of the same numbers."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def describe(scope):
    keys = ("type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path",
            "client", "server", "subprotocols", "state")
    known = {key: text(scope[key]) for key in keys if scope.get(key) is not None}
    known["headers"] = [[text(name), text(value)] for name, value in scope.get("headers", [])]
    known["extensions"] = sorted(scope.get("extensions") or {})
    known["tls"] = (scope.get("extensions") or {}).get("tls")
    return known


def encode(event):
    return {key: base64.b64encode(value).decode() if isinstance(value, bytes) else value for key, value in event.items()}


def decode(event):
    for key in "body", "bytes":
        if event.get(key) is not None:
            event[key] = base64.b64decode(event[key])
    if "headers" in event:
        event["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in event["headers"]]
    if "links" in event:
        event["links"] = [link.encode("latin-1") for link in event["links"]]
    if event["type"] == "http.response.zerocopysend":
        event["file"] = opened(event.get("file"))
    return event


FILES = {}


def opened(name):
    """One file for each name, so that its offset goes on."""
    if name not in FILES and name is not None:
        FILES[name] = open(name, "rb")
    return FILES.get(name)


async def app(scope, receive, send):
    reader, writer = await asyncio.open_connection(HOST, int(PORT), limit=1 << 28)

    def tell(message):
        writer.write(json.dumps(message).encode() + b"\n")

    async def obey(order):
        answer = {"id": order["id"]}
        try:
            if order["do"] == "receive":
                answer["event"] = encode(await receive())
            else:
                await send(decode(order["event"]))
        except BaseException as error:
            answer["error"] = f"{type(error).__name__}: {error}"
            answer["disconnected"] = isinstance(error, OSError)
        tell(answer)

    tasks = {}
    try:
        tell(describe(scope))
        while line := await reader.readline():
            order = json.loads(line)
            if order["do"] == "raise":
                raise RuntimeError(order["error"])
            if order["do"] == "return":
                return
            if order["do"] == "cancel":
                tasks[order["id"]].cancel()
            else:
                task = tasks[order["id"]] = asyncio.ensure_future(obey(order))
                task.add_done_callback(lambda task, id=order["id"]: task.cancelled() and tell({"id": id, "error": "cancelled"}))
    finally:
        for task in tasks.values():
            task.cancel()
        writer.close()
