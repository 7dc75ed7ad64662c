"""An application that fails in the ways that its callers ask for.

Where a test has to know how far it is, or to hold it there, it connects to the socket that GATE names.
"""
import asyncio
import ctypes
import json
import os
import socket
import sys
import time

GATE = os.environ.get("GATE")
life = None
if GATE:
    life = socket.socket(socket.AF_UNIX)
    life.connect(GATE)
    life.sendall(b"life %d\n" % os.getpid())  # ends with the process

hoard = []


async def gate(what):
    """Tells the test what happens, and waits until it lets go."""
    reader, writer = await asyncio.open_unix_connection(GATE)
    writer.write(("%s %d\n" % (what, os.getpid())).encode())
    try:
        await reader.read(1)
    finally:
        writer.close()


def tell(what):
    """Tells the test what happens."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(GATE)
    connection.sendall(("%s %d\n" % (what, os.getpid())).encode())
    connection.close()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] == "websocket":
        return await {"/": echo, "/flood": flood, "/deaf": deaf_socket}[scope["path"]](receive, send)
    await globals()["on_" + scope["path"].strip("/")](scope, receive, send)


async def lifespan(receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if life is not None:
        life.sendall(b"shutdown\n")
    await send({"type": "lifespan.shutdown.complete"})


async def echo(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            tell("closed-%d" % message["code"])
            return
        await send({"type": "websocket.send", "text": message["text"]})


async def respond(send, text):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})


async def on_pid(scope, receive, send):
    await respond(send, str(os.getpid()))


async def on_hold(scope, receive, send):
    await gate("hold")
    await respond(send, "held")


async def on_stream(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begin ", "more_body": True})
    await gate("stream")
    await send({"type": "http.response.body", "body": b"end"})


async def on_endless(scope, receive, send):
    """Sends without end, and tells when it may not go on."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    part = b"x" * (64 << 10)
    try:
        while True:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    except OSError:
        tell("stopped")


async def on_deaf(scope, receive, send):
    """Reads nothing of what it is sent."""
    await gate("deaf")
    await respond(send, "I have not listened")


async def on_left(scope, receive, send):
    """Waits until the client has left."""
    tell("arrived")
    while (await receive())["type"] != "http.disconnect":
        pass
    tell("left")


async def on_obstinate(scope, receive, send):
    """Goes on when the client has left."""
    tell("arrived")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        tell("cancelled")
        raise


async def on_exit(scope, receive, send):
    os._exit(7)


async def on_sysexit(scope, receive, send):
    sys.exit(3)


async def on_crash(scope, receive, send):
    ctypes.string_at(0)


async def on_raise(scope, receive, send):
    raise ValueError("an error of the application")


async def on_header(scope, receive, send):
    """Sends a header that is none, and goes on until it hears of it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-shop", b"a\r\nb: c")]})
    try:
        while True:
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
    except RuntimeError as exc:
        print("ERROR:shop:told:", exc, file=sys.stderr)


async def on_block(scope, receive, send):
    tell("blocked")
    time.sleep(3600)


async def on_spin(scope, receive, send):
    tell("blocked")
    while True:
        pass


async def on_hoard(scope, receive, send):
    hoard.append(b"x" * (96 << 20))
    await respond(send, str(os.getpid()))


async def on_inside(scope, receive, send):
    """Tells what there is to see of the process."""
    with open("/proc/self/cmdline") as f:
        command = f.read()
    files = {fd: os.readlink("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + fd)}
    await respond(send, json.dumps({
        "command": command, "files": files, "directory": os.getcwd(), "secret": os.environ.get("SECRET", ""), "python": sys.executable}))


async def on_print(scope, receive, send):
    print("to stdout")
    print("ERROR:shop:to stderr", file=sys.stderr)
    os.write(2, b"\xff\xfe garbage \x00\n")
    try:
        raise KeyError("lost")
    except KeyError:
        import logging
        logging.exception("The handler failed")
    await respond(send, "printed")


async def on_upload(scope, receive, send):
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await respond(send, str(size))


def wsgi(environ, start_response):
    if environ["PATH_INFO"] == "/hold":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(GATE)
        connection.sendall(b"hold %d\n" % os.getpid())
        connection.recv(1)
        connection.close()
    if environ["PATH_INFO"] == "/wait":
        wait_for_ever()
    if environ["PATH_INFO"] == "/upload":
        tell("uploading")
        environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/orphan":
        if os.fork() == 0:  # who has all that this process has
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(GATE)
            connection.sendall(b"orphan %d\n" % os.getpid())
            connection.recv(1)
            os._exit(0)
        os.kill(os.getpid(), 9)
    if environ["PATH_INFO"] == "/raise":
        raise ValueError("an error of the application")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def wait_for_ever():
    tell("waits")
    while True:
        time.sleep(3600)


async def flood(receive, send):
    """Sends messages without end."""
    await receive()
    await send({"type": "websocket.accept"})
    text = "x" * (32 << 10)
    try:
        while True:
            await send({"type": "websocket.send", "text": text})
    except OSError:
        tell("flooded")


async def deaf_socket(receive, send):
    """Takes no messages until it is let go."""
    await receive()
    await send({"type": "websocket.accept"})
    await gate("deaf")
    size = 0
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        size += len(message["text"])
        if message["text"] == "end":
            await send({"type": "websocket.send", "text": str(size)})
