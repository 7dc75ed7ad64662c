"""A WSGI application whose views keep and break the rules of PEP 3333, each at a path of its own."""
import gzip
import io
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from urllib.parse import unquote
from wsgiref.validate import validator

TEXT = [("Content-Type", "text/plain")]
events = {}


def event(name):
    """Returns the threading.Event of a name, by which requests wait for each other."""
    return events.setdefault(name, threading.Event())


class Body:
    """An iterable that tells of its close()."""

    def __init__(self, items, name):
        self.items = iter(items)
        self.name = name

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.items)

    def close(self):
        event(self.name).set()


def hello(environ, start_response):
    start_response("200 OK", TEXT + [("Content-Length", "13")])
    return [b"Hello, World!"]


def show_environ(environ, start_response):
    shown = {key: value for key, value in environ.items() if isinstance(value, (str, bool, tuple))}
    body = json.dumps(shown).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def clear(environ, start_response):
    event(unquote(environ["QUERY_STRING"])).clear()
    start_response("200 OK", TEXT)
    return []


def hold(environ, start_response):
    """Begins its response, and ends it when the body has come."""
    start_response("200 OK", TEXT)
    yield b"begun\n"
    while environ["wsgi.input"].read(65536):
        pass
    yield b"ended"


def dies(environ, start_response):
    os.kill(os.getpid(), 9)


def wait(environ, start_response):
    """Answers when another request has set the event of the query."""
    happened = event(unquote(environ["QUERY_STRING"])).wait(10)
    start_response("200 OK", TEXT)
    return [b"yes" if happened else b"no"]


def is_set(environ, start_response):
    start_response("200 OK", TEXT)
    return [b"yes" if event(unquote(environ["QUERY_STRING"])).is_set() else b"no"]


def set_event(environ, start_response):
    event(unquote(environ["QUERY_STRING"])).set()
    start_response("200 OK", TEXT)
    return [b"set"]


def read_body(environ, start_response):
    """Reads the body as the query says, and answers with what each call gave."""
    stream, parts = environ["wsgi.input"], []
    for call in environ["QUERY_STRING"].split(","):
        name, _, n = call.partition(":")
        if name == "iter":
            parts.append(list(stream))
        else:
            parts.append(getattr(stream, name)(*([int(n)] if n else [])))
    start_response("200 OK", TEXT)
    return [repr(parts).encode()]


def echo(environ, start_response):
    """Answers with the body, part by part."""
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    stream = environ["wsgi.input"]
    return iter(lambda: stream.read(int(environ["QUERY_STRING"] or 65536)), b"")


def count(environ, start_response):
    stream, n = environ["wsgi.input"], 0
    while True:
        part = stream.read(100000)
        if not part:
            break
        n += len(part)
    start_response("200 OK", TEXT)
    return [str(n).encode()]


def ignore_body(environ, start_response):
    start_response("200 OK", TEXT)
    return [b"ignored"]


def read_some(environ, start_response):
    part = environ["wsgi.input"].read(10)
    start_response("200 OK", TEXT)
    return [part]


def use_write(environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"one ")
    write(b"two ")
    return [b"three ", b"four"]


def stream(environ, start_response):
    """Gives one part after the other, as other requests ask for them."""
    start_response("200 OK", TEXT)

    def parts():
        yield b"first\n"
        event("second").wait(10)
        yield b""
        yield b"second\n"
        event("third").wait(10)
        yield b"third\n"
    return Body(parts(), "stream closed")


def endless(environ, start_response):
    start_response("200 OK", TEXT)

    def parts():
        while True:
            yield b"x" * 1000
            time.sleep(0.01)
    return Body(parts(), "endless closed")


def endless_write(environ, start_response):
    write = start_response("200 OK", TEXT)
    try:
        while True:
            write(b"x" * 1000)
            time.sleep(0.01)
    finally:
        event("endless write ended").set()


def large(environ, start_response):
    n = int(environ["QUERY_STRING"])
    start_response("200 OK", TEXT + [("Content-Length", str(n))])
    return [b"0123456789abcdef" * (n // 16) + b"x" * (n % 16)]


def large_parts(environ, start_response):
    start_response("200 OK", TEXT)
    return (b"0123456789abcdef" * 5000 for _ in range(int(environ["QUERY_STRING"])))


def lazy_start(environ, start_response):
    """Calls start_response only when the first part is asked for."""
    yield b""
    start_response("200 OK", TEXT)
    yield b"lazy"


def late_code(environ, start_response):
    """Does something behind its last part."""
    start_response("200 OK", TEXT + [("Content-Length", "4")])
    yield b"late"
    event("late code").set()


def slow_close(environ, start_response):
    """Takes long in close(), while other threads go on."""
    class Slow(Body):
        def close(self):
            event("close goes on").wait(10)
            event("slow close ended").set()
    start_response("200 OK", TEXT + [("Content-Length", "4")])
    return Slow([b"slow"], "")


def failing_close(environ, start_response):
    class Failing(Body):
        def close(self):
            raise ValueError("from close()")
    start_response("200 OK", TEXT)
    return Failing([b"done"], "")


# Errors.

def fails(environ, start_response):
    raise ValueError("from the application <&>")


def fails_after_start(environ, start_response):
    start_response("200 OK", TEXT)
    raise ValueError("after start_response")


def fails_first(environ, start_response):
    start_response("200 OK", TEXT)

    def parts():
        raise ValueError("before the first part")
        yield b""
    return Body(parts(), "fails first closed")


def fails_late(environ, start_response):
    start_response("200 OK", TEXT)

    def parts():
        yield b"begun"
        raise ValueError("within the body")
    return Body(parts(), "fails late closed")


def exits(environ, start_response):
    raise SystemExit(3)


def interrupts(environ, start_response):
    raise KeyboardInterrupt


def no_start(environ, start_response):
    return [b"body"]


def no_start_empty(environ, start_response):
    return []


def returns_none(environ, start_response):
    start_response("200 OK", TEXT)


def starts_twice(environ, start_response):
    start_response("200 OK", TEXT)
    start_response("200 OK", TEXT)
    return [b"never"]


def exc_info_before(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-First", "1")])
    try:
        raise ValueError("replaced")
    except ValueError:
        start_response("418 Teapot", [("Content-Type", "text/plain"), ("X-Second", "2")], sys.exc_info())
    return [b"error page"]


def exc_info_after(environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"begun")
    try:
        raise ValueError("too late")
    except ValueError:
        try:
            start_response("500 Oops", TEXT, sys.exc_info())
        except ValueError:
            event("raised again").set()
            raise
    return [b"never"]


def given(environ, start_response):
    """Answers with what the query holds as Python: (status, headers, parts)."""
    status, headers, parts = eval(environ["HTTP_X_ANSWER"])
    start_response(status, headers)
    return parts if environ["QUERY_STRING"] == "list" else (part for part in parts)


def changes_headers(environ, start_response):
    """Makes something else of its headers behind start_response."""
    headers = list(TEXT)
    start_response("200 OK", headers)
    headers.append(("X-Number", 1))
    return [b"changed"]


def late_endless(environ, start_response):
    """Begins an endless response when another request says so."""
    event("begin").wait(60)
    start_response("200 OK", TEXT)
    return Body(itertools.repeat(b"x" * 1000), "late endless closed")


def answers_early(environ, start_response):
    """Reads little of its body, and answers with much."""
    environ["wsgi.input"].read(10)
    start_response("200 OK", TEXT)
    long = b"x" * (32 << 20)
    yield b"begun"
    event("sending").set()
    yield long
    yield b"end"


def numbers(environ, start_response):
    """Answers with 4 MiB in one part, of which no two blocks of 4 KiB are the same."""
    start_response("200 OK", TEXT)
    return (part for part in (b"".join(b"%4096d" % i for i in range(1024)),))


def keeps_start_response(environ, start_response):
    """Uses what belongs to a request after its end."""
    old = events.pop("kept", None)
    events["kept"] = start_response("200 OK", TEXT)
    if old is not None:
        old(b"stray")
    return [b"mine"]


# Files.

def file(environ, start_response):
    """Sends a file of 1 MiB by wsgi.file_wrapper, as the query says."""
    how = unquote(environ["QUERY_STRING"])
    name = os.path.join(tempfile.mkdtemp(), "file")
    data = bytes(range(256)) * 4096
    with open(name, "wb") as f:
        f.write(data)
    headers = [("Content-Type", "application/octet-stream")]
    if how == "gzip":
        with gzip.open(name, "wb") as f:
            f.write(data)
        f = gzip.open(name)
    elif how == "temporary":
        f = tempfile.NamedTemporaryFile()
        f.write(data)
        f.seek(0)
    elif how == "bytes":
        f = io.BytesIO(data)
    elif how == "pipe":
        r, w = os.pipe()
        os.write(w, b"from a pipe")
        os.close(w)
        f = open(r, "rb")
    elif how == "raw":
        f = open(name, "rb", buffering=0)
    else:
        f = open(name, "rb")
    if how == "offset":
        f.read(1000)
    if how == "length":
        headers.append(("Content-Length", "5000"))
    if how == "too long":
        headers.append(("Content-Length", str(len(data) + 1)))
    os.unlink(name) if os.path.exists(name) else None
    os.rmdir(os.path.dirname(name))
    start_response("200 OK", headers)
    wrapper = environ["wsgi.file_wrapper"](f, 4096)

    class Closing:
        def __getattr__(self, name):
            return getattr(f, name)

        def close(self):
            f.close()
            event("file closed").set()
    wrapper.close = Closing().close
    return wrapper


VIEWS = {name: view for name, view in list(globals().items()) if callable(view) and getattr(view, "__module__", "") == __name__}


def application(environ, start_response):
    view = VIEWS.get(environ["PATH_INFO"].strip("/"), show_environ)
    return view(environ, start_response)


validated = validator(application)
