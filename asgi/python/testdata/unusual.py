"""Applications that do what few do, and may."""
import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time

# What a program gets to hold that is started before the application is there.
INHERITED = subprocess.run(["ls", "/proc/self/fd"], close_fds=False, stdout=subprocess.PIPE).stdout
LOOP = asyncio.get_event_loop()


class Delegating(Exception):
    """Looks for whatever it lacks in what it wraps, and lacks that."""

    def __getattr__(self, name):
        return getattr(self.wrapped, name)


class Unprintable(ValueError):
    def __str__(self):
        raise TypeError("there is no text")


class Loud:
    def __del__(self):
        print("freed", flush=True)


async def gate(what):
    reader, writer = await asyncio.open_unix_connection(os.environ["GATE"])
    writer.write(("%s %d\n" % (what, os.getpid())).encode())
    await reader.read(1)
    writer.close()


def terminated():
    """Returns the signal that ends a forked process which is sent SIGTERM."""
    ready, began = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        os.write(began, b"x")
        while True:
            time.sleep(1)
    os.read(ready, 1)
    os.kill(pid, signal.SIGTERM)
    return os.WTERMSIG(os.waitpid(pid, 0)[1])


def interrupted():
    """Returns how a program ends that is sent SIGINT."""
    return subprocess.run(["sh", "-c", "kill -INT $$"]).returncode


async def app(scope, receive, send):
    await globals()[scope["type"] + scope["path"].replace("/", "_").replace("-", "_") if "path" in scope else "lifespan"](scope, receive, send)


async def lifespan(scope, receive, send):
    async def left_behind():
        try:
            await asyncio.sleep(3600)
        finally:
            raise KeyError("lost at the end")
    await receive()
    task = asyncio.ensure_future(left_behind())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    del task


async def starts_badly(scope, receive, send):
    if scope["type"] != "lifespan":
        return await respond(send, "goes on")
    await receive()
    raise LookupError("no database")


async def knows_no_lifespan(scope, receive, send):
    if scope["type"] != "http":
        raise LookupError("no " + scope["type"])
    await respond(send, "goes on")


async def respond(send, text):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(text).encode()})


async def http_behind(scope, receive, send):
    await respond(send, "answered")
    raise ValueError("behind the response")


async def http_delegating(scope, receive, send):
    raise Delegating("nothing")


async def http_polls(scope, receive, send):
    """Looks again and again whether its client has left, and answers with how many futures that leaves."""
    await receive()
    for _ in range(1000):
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    del waiting
    gc.collect()
    await respond(send, sum(isinstance(o, asyncio.Future) for o in gc.get_objects()))


async def http_gives_up(scope, receive, send):
    """Does not wait until its client has taken the end."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    sending = asyncio.ensure_future(send({"type": "http.response.body", "body": b"x" * (64 << 20)}))
    await gate("sending")
    sending.cancel()
    await asyncio.wait([sending])


async def http_terminated(scope, receive, send):
    await respond(send, terminated())


async def http_interrupted(scope, receive, send):
    await respond(send, interrupted())


async def http_inherited(scope, receive, send):
    await respond(send, INHERITED.decode())


async def http_descriptor(scope, receive, send):
    os.fstat(int(os.environ["OPENED"]))
    await respond(send, "open")


async def http_state(scope, receive, send):
    await respond(send, scope["state"])


async def websocket_unprintable(scope, receive, send):
    raise Unprintable


async def websocket_rejects(scope, receive, send):
    await receive()
    await send({"type": "websocket.close", "code": 403})


async def websocket_counts(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    n = 0
    while True:
        text = (await receive())["text"]
        if text == "end":
            return await send({"type": "websocket.send", "text": str(n)})
        n += len(text)


def wsgi(environ, start_response):
    status, headers = "200 OK", [("Content-Type", "text/plain")]
    path = environ["PATH_INFO"]
    if path == "/freed":
        environ["kept"] = Loud()
    elif path == "/headers":
        headers = (pair for pair in headers + [("X-Own", "1")])
    elif path == "/loop":
        status = "20%d OK" % LOOP.run_until_complete(asyncio.sleep(0, 2))
    elif path == "/delegating":
        raise Delegating("nothing")
    elif path == "/orphans":
        orphans()
    start_response(status, headers)
    if path == "/terminated":
        return [str(terminated()).encode()]
    if path == "/interrupted":
        return [str(interrupted()).encode()]
    if path == "/inherited":
        return [INHERITED]
    return [str(os.getpid()).encode()]


def orphans():
    """Dies, and leaves a process behind that has all that it had."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ["GATE"])
    if os.fork() == 0:
        connection.sendall(b"orphan 0\n")
        connection.recv(1)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)


class Class:
    """An application as PEP 3333 has one."""

    def __init__(self, environ, start_response):
        self.environ = environ
        self.start = start_response

    def __iter__(self):
        self.start("200 OK", [("Content-Type", "text/plain")])
        yield b"a class"
