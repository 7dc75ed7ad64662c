"""An ASGI 3 application with a case for each path, "/CASE/KEY": the case notes what it sees, and the
path "/notes/KEY?SECONDS" answers with these notes, one a line, once the case has ended or after the time;
"/waits/KEY" answers when the case has set its signal, and "/signal/KEY" sets it."""
import asyncio
import contextvars
import http
import os
import threading

CASES = {}
RUNS = {}
LOOPS = set()


def case(function):
    CASES[function.__name__] = function
    return function


class Run:
    """One call of a case, and its hands on server and client."""

    def __init__(self, scope, receive, send):
        self.scope, self.receive, self.send = scope, receive, send
        self.notes, self.done, self.signal = [], asyncio.Event(), asyncio.Event()
        self.goes_on = False

    def note(self, *words):
        self.notes.append(" ".join(str(word) for word in words))

    @property
    def query(self):
        return self.scope["query_string"].decode()

    async def start(self, status=200, headers=(), **more):
        await self.send({"type": "http.response.start", "status": status, "headers": list(headers), **more})

    async def body(self, body=b"", more_body=False):
        await self.send({"type": "http.response.body", "body": body, "more_body": more_body})

    async def answer(self, body=b"ok", status=200, headers=()):
        await self.start(status, headers)
        await self.body(body)

    async def whole(self):
        """The request's body, whose events must be as the specification says."""
        parts = []
        while True:
            event = await self.receive()
            if event["type"] != "http.request":
                self.note("received", event["type"])
                return b"".join(parts)
            if type(event.get("body", b"")) is not bytes or type(event.get("more_body", False)) is not bool:
                self.note("wrong types:", event)
            parts.append(event.get("body", b""))
            if not event.get("more_body", False):
                return b"".join(parts)

    async def refused(self, event, what="event"):
        """Notes whether send raises, and not what a client that left would make it raise."""
        try:
            await self.send(event)
        except OSError as error:
            self.note(what, "raised", type(error).__name__)
        except Exception:
            self.note(what, "refused")
        else:
            self.note(what, "taken")

    async def gone(self, event, what="send"):
        """Sends until it raises, which must be an OSError."""
        for _ in range(500):
            try:
                await self.send(event)
            except Exception as error:
                self.note(what, "raised OSError" if isinstance(error, OSError) else repr(error))
                return
            await asyncio.sleep(0.01)
        self.note(what, "never raised")

    async def connect(self, **accept):
        event = await self.receive()
        if event != {"type": "websocket.connect"}:
            self.note("connect was", event)
        await self.send({"type": "websocket.accept", **accept})


async def app(scope, receive, send):
    LOOPS.add(id(asyncio.get_running_loop()))
    if scope["type"] == "lifespan":
        return await lifespan(scope, receive, send)
    parts = scope["path"].split("/")
    run = Run(scope, receive, send)
    if parts[1] == "notes":
        return await notes(run, await called(parts[2]))
    if parts[1] == "signal":
        (await called(parts[2])).signal.set()
        return await run.answer()
    if parts[1] == "waits":
        await (await called(parts[2])).signal.wait()
        return await run.answer()
    RUNS[parts[2]] = run
    try:
        await CASES[parts[1]](run)
    except BaseException as error:
        run.note("left by", type(error).__name__)
        raise
    finally:
        if not run.goes_on:
            run.done.set()


async def called(key):
    """Returns the run of that key once there is one."""
    for _ in range(500):
        if key in RUNS:
            break
        await asyncio.sleep(0.01)
    return RUNS[key]


async def notes(run, of):
    try:
        await asyncio.wait_for(of.done.wait(), float(run.query))
    except asyncio.TimeoutError:
        of.note("(still running)")
    await run.answer("\n".join(of.notes).encode())


async def lifespan(scope, receive, send):
    await receive()
    if "state" in scope:
        scope["state"].update(number=1, shared=[])
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


# The scope.


def is_pair(value, first, second):
    return type(value) in (list, tuple) and len(value) == 2 and type(value[0]) is first and type(value[1]) is second


TYPES = {
    "asgi": lambda s: set(map(type, s["asgi"].values())) == {str} and s["asgi"]["version"] == "3.0" and "spec_version" in s["asgi"],
    "http_version": lambda s: s["http_version"] in ("1.0", "1.1", "2", "3"),
    "method": lambda s: s["type"] == "websocket" and "method" not in s or type(s["method"]) is str and s["method"].isupper(),
    "scheme": lambda s: s["scheme"] in (("http", "https") if s["type"] == "http" else ("ws", "wss")),
    "path": lambda s: type(s["path"]) is str,
    "raw_path": lambda s: type(s["raw_path"]) is bytes and s["raw_path"] == s["path"].encode(),
    "query_string": lambda s: type(s["query_string"]) is bytes,
    "root_path": lambda s: type(s["root_path"]) is str,
    "headers": lambda s: all(is_pair(h, bytes, bytes) and h[0] == h[0].lower() for h in s["headers"]),
    "headers again": lambda s: len(list(s["headers"])) == len(list(s["headers"])) > 0,
    "client": lambda s: is_pair(s["client"], str, int),
    "server": lambda s: is_pair(s["server"], str, int),
    "extensions": lambda s: type(s.get("extensions", {})) is dict and all(type(v) is dict for v in s.get("extensions", {}).values()),
    "subprotocols": lambda s: s["type"] == "http" and "subprotocols" not in s or type(s["subprotocols"]) is list and
        all(type(p) is str for p in s["subprotocols"]),
    "unknown keys": lambda s: not set(s) - {"type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string",
        "root_path", "headers", "client", "server", "extensions", "subprotocols", "state"},
    "mutable": lambda s: type(s) is dict,
}


def judge(run):
    """Notes which rules for a scope are broken."""
    for name, rule in TYPES.items():
        try:
            ok = rule(run.scope)
        except Exception as error:
            ok = repr(error)
        if ok is not True:
            run.note(name, "is", repr(run.scope.get(name)))


@case
async def scope_types(run):
    judge(run)
    await run.answer()


@case
async def scope_value(run):
    key, *rest = run.query.split("&")
    await run.answer(repr(run.scope.get(key, "absent")).encode())


@case
async def scope_tail(run):
    """What comes after "/CASE/KEY/"."""
    value = run.scope[run.query]
    await run.answer(repr(value.split("/" if isinstance(value, str) else b"/", 3)[3]).encode())


@case
async def scope_header(run):
    await run.answer(repr([v for n, v in run.scope["headers"] if n == run.query.encode()]).encode())


@case
async def scope_names(run):
    """What the client must not be able to smuggle to applications that read headers as CGI does."""
    await run.answer(b" ".join(sorted(n for n, v in run.scope["headers"] if n.startswith(b"x"))))


@case
async def scope_own(run):
    """Whatever an application does to its scope stays with it."""
    run.scope["mine"] = 1
    run.scope["asgi"]["mine"] = 1
    run.scope.setdefault("extensions", {})["mine"] = {}
    list(run.scope["headers"]).append((b"mine", b"1"))
    if isinstance(run.scope["headers"], list):
        run.scope["headers"].append((b"mine", b"1"))
    await run.answer()


@case
async def scope_fresh(run):
    mine = [key for key in ("asgi", "extensions") if "mine" in run.scope.get(key, ())]
    run.note("mine" in run.scope, mine, [h for h in run.scope["headers"] if h[0] == b"mine"])
    await run.answer()


@case
async def state_copy(run):
    state = run.scope["state"]
    run.note(type(state).__name__, state["number"], state.get("mine"))
    state["mine"] = 1
    state["number"] = 2
    state["shared"].append(len(state["shared"]))
    run.note("shared" if len(state["shared"]) == int(run.query) else state["shared"])
    await run.answer()


# Requests.


@case
async def echo(run):
    body = await run.whole()
    await run.answer(body, headers=[(b"content-type", b"application/octet-stream")])


@case
async def count(run):
    await run.answer(str(len(await run.whole())).encode())


@case
async def unread(run):
    await run.answer()


@case
async def first_event(run):
    event = await run.receive()
    await run.answer(repr(sorted(event.items())).encode())


@case
async def receive_after_answer(run):
    await run.whole()
    await run.answer()
    for _ in range(3):
        run.note(await run.receive())


@case
async def receive_before_answer(run):
    """A receive that waits ends with the response."""
    await run.whole()
    waiting = asyncio.ensure_future(run.receive())
    await asyncio.sleep(0)
    await run.start()
    await run.body(b"a", True)
    run.note("ended" if waiting.done() else "waits")
    await run.body(b"b")
    run.note(await waiting)


@case
async def receive_twice_at_once(run):
    """Two tasks that wait at the same time both end."""
    await run.whole()
    waiting = [asyncio.ensure_future(run.receive()) for _ in range(2)]
    await asyncio.sleep(0)
    await run.answer()
    for event in await asyncio.gather(*waiting):
        run.note(event)


@case
async def receive_cancelled(run):
    """A receive that is given up, as by asyncio.wait_for, loses nothing."""
    for _ in range(3):
        waiting = asyncio.ensure_future(run.receive())
        await asyncio.sleep(0)
        if waiting.done():
            run.note("came early:", waiting.result())
        waiting.cancel()
        await asyncio.wait([waiting])
    await run.start()
    await run.body(b"now:", True)
    await run.body(await run.whole())


@case
async def client_leaves(run):
    await run.whole()
    await run.start()
    await run.body(b"wait", True)
    run.note(await run.receive())
    run.note(await run.receive())
    await run.gone({"type": "http.response.body", "body": b"late", "more_body": True})


@case
async def client_leaves_unread(run):
    """It leaves with half of its body unsent."""
    size = 0
    while True:
        event = await run.receive()
        if event["type"] != "http.request":
            break
        size += len(event["body"])
        if not event.get("more_body"):
            run.note("the body ended")
    run.note(size, event)
    await run.gone({"type": "http.response.start", "status": 200, "headers": []})


@case
async def client_leaves_while_sending(run):
    await run.start()
    try:
        for _ in range(5000):
            await run.body(b"x" * 65536, True)
            await asyncio.sleep(0)
        run.note("everything was taken")
    except OSError:
        run.note("send raised OSError")


# Responses.

RESPONSES = {
    "no_headers": {"status": 200},
    "enum": {"status": http.HTTPStatus.CREATED, "headers": []},
    "tuple": {"status": 200, "headers": ((b"x-a", b"1"), (b"x-b", b"2"))},
    "lists": {"status": 200, "headers": [[b"x-a", b"1"], [b"x-b", b"2"]]},
    "generator": {"status": 200, "headers": None},
    "items": {"status": 200, "headers": {b"x-a": b"1", b"x-b": b"2"}.items()},
    "upper": {"status": 200, "headers": [(b"X-A", b"1"), (b"X-B", b"2")]},
    "subclass": {"status": 200, "headers": [(type("Name", (bytes,), {})(b"x-a"), type("Value", (bytes,), {})(b"1")), (b"x-b", b"2")]},
    "unknown_key": {"status": 200, "headers": [], "reason": "Fine", "future": object()},
    "no_trailers": {"status": 200, "headers": [], "trailers": False},
    "obs_text": {"status": 200, "headers": [(b"x-a", b"caf\xe9"), (b"x-b", b"")]},
    "status_999": {"status": 999, "headers": []},
    "order": {"status": 200, "headers": [(b"set-cookie", b"b=1"), (b"x-a", b"1"), (b"set-cookie", b"a=2"), (b"x-b", b"2"),
                                         (b"set-cookie", b"b=3; Path=/")]},
    "hop_by_hop": {"status": 200, "headers": [(b"connection", b"x-a, keep-alive"), (b"keep-alive", b"timeout=99"),
                                              (b"x-a", b"1"), (b"x-b", b"2")]},
    "own_date": {"status": 200, "headers": [(b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"), (b"server", b"mine")]},
}


@case
async def response(run):
    start = dict(RESPONSES[run.query], type="http.response.start")
    if run.query == "generator":
        start["headers"] = ((b"x-" + bytes([c]), b"%d" % n) for n, c in enumerate(b"ab", 1))
    await run.send(start)
    await run.body(b"ok")


BODIES = {
    "missing": [{}],
    "missing_then_more": [{"more_body": True}, {"body": b"ok"}],
    "bytearray": [{"body": bytearray(b"ok")}],
    "bytearray_reused": [],
    "memoryview": [{"body": memoryview(b"-ok-")[1:3]}],
    "bytes_subclass": [{"body": type("Bytes", (bytes,), {})(b"ok")}],
    "empty_parts": [{"body": b"", "more_body": True}, {"body": b"o", "more_body": True}, {"body": b"", "more_body": True}, {"body": b"k"}],
    "unknown_key": [{"body": b"ok", "future": object()}],
    "truthy_more": [{"body": b"o", "more_body": 1}, {"body": b"k", "more_body": 0}],
    "many": [{"body": b"%d," % n, "more_body": n < 999} for n in range(1000)],
    "large": [{"body": b"x" * (5 << 20)}],
    "large_parts": [{"body": b"x" * (1 << 20), "more_body": n < 4} for n in range(5)],
}


@case
async def body(run):
    await run.start()
    if run.query == "bytearray_reused":
        part = bytearray(b"o")
        await run.send({"type": "http.response.body", "body": part, "more_body": True})
        part[:] = b"k"
        await run.send({"type": "http.response.body", "body": part})
    for part in BODIES[run.query]:
        await run.send({"type": "http.response.body", **part})


@case
async def status(run):
    await run.start(int(run.query), [(b"x-here", b"1")])
    await run.body()


@case
async def status_with_body(run):
    """A body where there can be none: what the client gets is a response all the same."""
    try:
        await run.answer(b"body", int(run.query))
    except Exception:
        run.note("refused")


@case
async def with_length(run):
    await run.answer(b"hello", headers=[(b"content-length", b"5")])


@case
async def length(run):
    """Content-Length says 5; the query says how long the body is."""
    await run.start(headers=[(b"content-length", b"5")])
    try:
        await run.body(b"x" * int(run.query))
    except Exception as error:
        run.note("refused" if not isinstance(error, OSError) else repr(error))


@case
async def extensions(run):
    await run.answer(" ".join(sorted(run.scope.get("extensions", {}))).encode())


# Messages that an application must not send.

REFUSED = {
    "not_a_dict": None,
    "a_list": [("type", "http.response.start")],
    "no_type": {},
    "type_none": {"type": None},
    "type_bytes": {"type": b"http.response.start", "status": 200},
    "type_unknown": {"type": "http.response.unknown"},
    "type_received": {"type": "http.request", "body": b""},
    "other_protocol": {"type": "websocket.send", "text": "x"},
    "lifespan": {"type": "lifespan.startup.complete"},
    "body_first": {"type": "http.response.body", "body": b"early"},
    "trailers_first": {"type": "http.response.trailers", "headers": []},
    "status_missing": {"type": "http.response.start", "headers": []},
    "status_none": {"type": "http.response.start", "status": None, "headers": []},
    "status_text": {"type": "http.response.start", "status": "200", "headers": []},
    "status_float": {"type": "http.response.start", "status": 200.5, "headers": []},
    "status_0": {"type": "http.response.start", "status": 0, "headers": []},
    "status_negative": {"type": "http.response.start", "status": -1, "headers": []},
    "status_huge": {"type": "http.response.start", "status": 1 << 80, "headers": []},
    "headers_number": {"type": "http.response.start", "status": 200, "headers": 1},
    "headers_dict": {"type": "http.response.start", "status": 200, "headers": {b"ab": b"1"}},
    "header_single": {"type": "http.response.start", "status": 200, "headers": [(b"x-a",)]},
    "header_triple": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1", b"2")]},
    "header_number": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", 1)]},
    "header_none": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", None)]},
    "name_text": {"type": "http.response.start", "status": 200, "headers": [("x-a", b"1")]},
    "value_text": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", "1")]},
    "name_empty": {"type": "http.response.start", "status": 200, "headers": [(b"", b"1")]},
    "name_space": {"type": "http.response.start", "status": 200, "headers": [(b"x a", b"1")]},
    "name_colon": {"type": "http.response.start", "status": 200, "headers": [(b"x:a", b"1")]},
    "name_pseudo": {"type": "http.response.start", "status": 200, "headers": [(b":status", b"500")]},
    "name_crlf": {"type": "http.response.start", "status": 200, "headers": [(b"x-a: 1\r\nx-injected", b"1")]},
    "value_crlf": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1\r\nx-injected: 1")]},
    "value_lf": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1\nx-injected: 1")]},
    "value_nul": {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1\0")]},
}


@case
async def refuses(run):
    await run.refused(REFUSED[run.query])
    try:
        await run.answer(b"right")
    except Exception as error:
        run.note("then", type(error).__name__)


REFUSED_LATER = {
    "start_again": {"type": "http.response.start", "status": 500, "headers": []},
    "body_text": {"type": "http.response.body", "body": "text"},
    "body_none": {"type": "http.response.body", "body": None},
    "body_number": {"type": "http.response.body", "body": 5},
    "body_list": {"type": "http.response.body", "body": [b"x"]},
    "type_unknown": {"type": "http.response.unknown"},
    "push": {"type": "http.response.push", "path": "/x", "headers": []},
    "trailers_not_announced": {"type": "http.response.trailers", "headers": [(b"x-t", b"1")]},
    "pathsend_relative": {"type": "http.response.pathsend", "path": "suite.py"},
    "pathsend_missing": {"type": "http.response.pathsend", "path": "/there/is/no/such/file"},
}


@case
async def refuses_later(run):
    await run.start()
    await run.refused(REFUSED_LATER[run.query])
    try:
        await run.body(b"right")
    except Exception as error:
        run.note("then", type(error).__name__)


@case
async def send_after_end(run):
    """Ignored or refused, but not sent."""
    await run.answer()
    for event in ({"type": "http.response.body", "body": b"more"}, {"type": "http.response.start", "status": 500, "headers": []}):
        try:
            await run.send(event)
        except Exception:
            pass
    run.note("went on")


# Ends.

ERRORS = {
    "exception": ValueError, "base": type("Base", (BaseException,), {}), "exit": SystemExit, "interrupt": KeyboardInterrupt,
    "cancelled": asyncio.CancelledError, "generator": GeneratorExit, "stop": StopAsyncIteration, "os": OSError, "none": None,
    "unprintable": type("Unprintable", (Exception,), {"__str__": lambda self: 1 / 0, "__repr__": lambda self: 1 / 0}),
    "recursion": RecursionError, "memory": MemoryError,
}


def leave(run):
    error = ERRORS[run.query.split("&")[-1]]
    if error is not None:
        raise error("a private detail")


@case
async def ends_before_start(run):
    leave(run)


@case
async def ends_after_start(run):
    await run.start()
    leave(run)


@case
async def ends_in_body(run):
    await run.start()
    await run.body(b"half", True)
    leave(run)


@case
async def ends_after_body(run):
    await run.answer(b"whole")
    leave(run)


@case
async def cancels_itself(run):
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


# Tasks.

context = contextvars.ContextVar("context", default="unset")


@case
async def context_is_own(run):
    run.note(context.get())
    context.set(run.query)
    await run.answer()


@case
async def task_is_own(run):
    task = asyncio.current_task()
    run.note(getattr(task, "seen", "new") if hasattr(task, "__dict__") else "new", threading.current_thread() is threading.main_thread(),
             len(LOOPS))
    await run.answer()


@case
async def thread(run):
    loop = asyncio.get_running_loop()
    await run.answer(await loop.run_in_executor(None, lambda: b"from a thread"))


@case
async def subprocess(run):
    process = await asyncio.create_subprocess_exec("echo", "-n", "from a process", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    await run.answer(out)


@case
async def background(run):
    """What goes on after the response is not cut off."""
    await run.answer(b"answered")
    await run.signal.wait()
    run.note("finished")


@case
async def left_behind(run):
    """Nor is a task that outlives the call."""
    async def later():
        await run.signal.wait()
        run.note("finished")
        run.done.set()
    run.goes_on = True
    run.task = asyncio.ensure_future(later())
    await run.answer()


arrived = {}


@case
async def meet(run):
    """Answers once as many requests as the query says are here at the same time."""
    group, number = run.query.split("&")
    event, names = arrived.setdefault(group, (asyncio.Event(), []))
    names.append(run)
    if len(names) == int(number):
        event.set()
    await event.wait()
    await run.answer()


@case
async def two_tasks(run):
    """One task receives while another sends."""
    async def receives():
        size = 0
        while True:
            event = await run.receive()
            size += len(event.get("body", b""))
            if not event.get("more_body"):
                return size

    async def sends():
        await run.start()
        for _ in range(64):
            await run.body(b"x" * 16384, True)

    size, _ = await asyncio.gather(receives(), sends())
    await run.body(str(size).encode())


@case
async def slow_reader(run):
    """Sends until the client's leaving ends it; notes nothing before the send waits."""
    await run.start()
    sent = 0
    try:
        while sent < 256 << 20:
            sending = asyncio.ensure_future(run.body(b"x" * 65536, True))
            done, _ = await asyncio.wait([sending], timeout=0.5)
            if not done:
                if "send waits" not in run.notes:
                    run.note("send waits")
                run.signal.set()
            await sending
            sent += 65536
        run.note("everything was taken")
        run.signal.set()
    except OSError:
        run.note("send raised OSError")


# WebSockets.


@case
async def ws_types(run):
    judge(run)
    await run.connect()
    for _ in range(4):
        run.note(sorted((k, v) for k, v in (await run.receive()).items() if v is not None))


@case
async def ws_value(run):
    await run.connect()
    await run.send({"type": "websocket.send", "text": repr(run.scope.get(run.query, "absent"))})


@case
async def ws_echo(run):
    await run.connect()
    while True:
        event = await run.receive()
        if event["type"] == "websocket.disconnect":
            run.note(event["code"], repr(event.get("reason", "")))
            run.note((await run.receive())["type"])
            return await run.gone({"type": "websocket.send", "text": "late"})
        await run.send({**event, "type": "websocket.send"})


@case
async def ws_accept(run):
    await run.connect(subprotocol="two", headers=[(b"x-a", b"1"), (b"set-cookie", b"b=1"), (b"set-cookie", b"a=2")])
    await run.send({"type": "websocket.close"})


@case
async def ws_accept_none(run):
    await run.connect(subprotocol=None, headers=[])
    await run.send({"type": "websocket.close", "code": 1000, "reason": None})


@case
async def ws_reject(run):
    await run.receive()
    await run.send({"type": "websocket.close", "code": 4001, "reason": "no"})
    run.note((await run.receive())["type"])


@case
async def ws_denial(run):
    await run.receive()
    run.note("claimed" if "websocket.http.response" in run.scope.get("extensions", {}) else "not claimed")
    await run.send({"type": "websocket.http.response.start", "status": 451, "headers": [(b"x-why", b"law")]})
    await run.send({"type": "websocket.http.response.body", "body": b"not ", "more_body": True})
    await run.send({"type": "websocket.http.response.body", "body": b"here"})


@case
async def ws_close(run):
    await run.connect()
    code, reason = run.query.split("&")
    await run.send({"type": "websocket.close", **({"code": int(code)} if code else {}), **({"reason": reason} if reason else {})})
    run.note((await run.receive())["type"])


@case
async def ws_lost(run):
    await run.connect()
    await run.send({"type": "websocket.send", "text": "leave"})
    event = await run.receive()
    run.note(event["type"], event["code"])
    await run.gone({"type": "websocket.send", "text": "late"})


@case
async def ws_ends(run):
    if run.query.startswith("accepted"):
        await run.connect()
    leave(run)


WS_SENDS = {
    "bytearray": {"bytes": bytearray(b"ok")},
    "memoryview": {"bytes": memoryview(b"-ok-")[1:3]},
    "text_none": {"text": None, "bytes": b"ok"},
    "bytes_none": {"text": "ok", "bytes": None},
    "empty_text": {"text": ""},
    "empty_bytes": {"bytes": b""},
    "unknown_key": {"text": "ok", "future": object()},
}


@case
async def ws_sends(run):
    await run.connect()
    await run.send({"type": "websocket.send", **WS_SENDS[run.query]})
    await run.receive()


WS_REFUSED = {
    "nothing": {"type": "websocket.send"},
    "both_none": {"type": "websocket.send", "text": None, "bytes": None},
    "both": {"type": "websocket.send", "text": "x", "bytes": b"x"},
    "text_bytes": {"type": "websocket.send", "text": b"x"},
    "text_number": {"type": "websocket.send", "text": 5},
    "bytes_text": {"type": "websocket.send", "bytes": "x"},
    "text_surrogate": {"type": "websocket.send", "text": "\ud800"},
    "accept_again": {"type": "websocket.accept"},
    "http": {"type": "http.response.start", "status": 200, "headers": []},
    "unknown": {"type": "websocket.unknown"},
    "no_type": {},
    "close_text": {"type": "websocket.close", "code": "1000"},
    "close_1006": {"type": "websocket.close", "code": 1006},
    "close_reason_long": {"type": "websocket.close", "code": 1000, "reason": "x" * 124},
    "close_reason_bytes": {"type": "websocket.close", "code": 1000, "reason": b"x"},
}


@case
async def ws_refuses(run):
    await run.connect()
    await run.refused(WS_REFUSED[run.query])
    try:
        await run.send({"type": "websocket.send", "text": "right"})
    except Exception as error:
        run.note("then", type(error).__name__)
    await run.receive()


WS_REFUSED_EARLY = {
    "send": {"type": "websocket.send", "text": "early"},
    "http": {"type": "http.response.start", "status": 200, "headers": []},
    "subprotocol_not_offered": {"type": "websocket.accept", "subprotocol": "other"},
    "subprotocol_bytes": {"type": "websocket.accept", "subprotocol": b"two"},
    "subprotocol_crlf": {"type": "websocket.accept", "subprotocol": "two\r\nx-injected: 1"},
    "header_crlf": {"type": "websocket.accept", "headers": [(b"x-a", b"1\r\nx-injected: 1")]},
    "header_subprotocol": {"type": "websocket.accept", "headers": [(b"sec-websocket-protocol", b"two")]},
    "header_text": {"type": "websocket.accept", "headers": [("x-a", "1")]},
}


@case
async def ws_refuses_early(run):
    await run.receive()
    await run.refused(WS_REFUSED_EARLY[run.query])
    try:
        await run.send({"type": "websocket.accept"})
        await run.send({"type": "websocket.send", "text": "right"})
    except Exception as error:
        run.note("then", type(error).__name__)
    await run.receive()


@case
async def ws_after_close(run):
    await run.connect()
    await run.send({"type": "websocket.close"})
    for event in ({"type": "websocket.send", "text": "late"}, {"type": "websocket.close"}):
        try:
            await run.send(event)
        except Exception:
            run.note("refused")
        else:
            run.note("taken")


@case
async def ws_slow_reader(run):
    await run.connect()
    sent = 0
    try:
        while sent < 256 << 20:
            sending = asyncio.ensure_future(run.send({"type": "websocket.send", "bytes": b"x" * 65536}))
            done, _ = await asyncio.wait([sending], timeout=0.5)
            if not done:
                if "send waits" not in run.notes:
                    run.note("send waits")
                run.signal.set()
            await sending
            sent += 65536
        run.note("everything was taken")
        run.signal.set()
    except OSError:
        run.note("send raised OSError")


@case
async def ws_push(run):
    """One task receives while another sends."""
    await run.connect()
    stop = asyncio.Event()

    async def pushes():
        number = 0
        while not stop.is_set():
            await run.send({"type": "websocket.send", "text": str(number)})
            number += 1
            await asyncio.sleep(0)
    task = asyncio.ensure_future(pushes())
    run.note((await run.receive())["text"])
    stop.set()
    await task
    await run.send({"type": "websocket.close", "code": 4000})


# Extensions, where the scope claims them; a client of a server without them gets the answer "no".


def claims(run, name):
    return name in run.scope.get("extensions", {})


@case
async def early_hint(run):
    if not claims(run, "http.response.early_hint"):
        return await run.answer(b"no")
    await run.start()
    await run.send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload; as=style", b"</b.js>; rel=preload"]})
    await run.body(b"hinted")


@case
async def trailers(run):
    if not claims(run, "http.response.trailers"):
        return await run.answer(b"no")
    await run.start(headers=[(b"trailer", b"x-sum, x-more")], trailers=True)
    await run.body(b"with trailers")
    await run.send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": True})
    await run.send({"type": "http.response.trailers", "headers": [(b"x-more", b"2")]})


@case
async def pathsend(run):
    if not claims(run, "http.response.pathsend"):
        return await run.answer(b"no")
    await run.start(headers=[(b"x-size", b"%d" % os.path.getsize(__file__))])
    await run.send({"type": "http.response.pathsend", "path": __file__})


@case
async def zerocopysend(run):
    if not claims(run, "http.response.zerocopysend"):
        return await run.answer(b"no")
    await run.start()
    with open(__file__, "rb") as file:
        await run.send({"type": "http.response.zerocopysend", "file": file.fileno(), "offset": 3, "count": 7, "more_body": True})
        await run.body(b"|", True)
        await run.send({"type": "http.response.zerocopysend", "file": file.fileno(), "offset": 0, "count": 3})
