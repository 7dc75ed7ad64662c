"""Runs Starlette's own tests against the server that this application is served by.

The tests build their applications in closures, so they run where these are: in a thread of the server's process.
A request for /-/run starts them, and is answered with a line of JSON for each test. Their TestClient is replaced by
one that sends its requests and WebSockets over sockets to the server. The server calls app(), which calls the
application of the client that is asking. The server's own code runs as always, in the main thread.
"""
import asyncio
import contextlib
import json
import os
import ssl
import sys
import tarfile
import threading
import types

import httpcore
import httpx
import pytest
import starlette.testclient
import wsproto
from starlette.websockets import WebSocketDisconnect
from wsproto import events
from wsproto.connection import ConnectionState

PATIENCE = 30  # seconds for what takes no time
addresses = {}  # of the server: "http" and "https", (host, port)
loop = None     # the server's
http2 = False   # instead of HTTP/1.1, for all but WebSockets
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False  # the server's certificate is for one name, and the tests ask for many
TLS.verify_mode = ssl.CERT_NONE


async def app(scope, receive, send):
    global loop
    loop = asyncio.get_running_loop()
    if scope["path"] == "/-/run":
        await run(receive, send)
    else:
        await Call.next.run(scope, receive, send)


async def run(receive, send):
    """Runs the tests that the request's body describes, and answers with what comes of them."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    lines = asyncio.Queue()

    def report(line):
        loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=run_tests, args=(json.loads(body), report), daemon=True).start()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/x-ndjson")]})
    line = await lines.get()
    while line is not None:
        await send({"type": "http.response.body", "body": json.dumps(line).encode() + b"\n", "more_body": True})
        line = await lines.get()
    await send({"type": "http.response.body"})


def run_tests(order, report):
    global http2
    try:
        http2 = order.get("http2", False)
        for scheme, address in order["addresses"].items():
            host, _, port = address.rpartition(":")
            addresses[scheme] = (host, int(port))
        for name in ("trio", "trio.lowlevel"):  # test_testclient.py imports it, and asks it nothing under asyncio
            sys.modules.setdefault(name, types.ModuleType(name))
        starlette.testclient.TestClient = Client
        folder = unpack(order["archive"], order["folder"])
        pytest.main(
            ["-q", "-s", "--tb=native", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--rootdir", folder, "-c",
             os.path.join(folder, "setup.cfg"), "--basetemp", os.path.join(order["folder"], "temp"),
             *(os.path.join(folder, "tests", name) for name in order["tests"])], plugins=[Plugin(report)])
    except BaseException as exc:
        report({"test": "run", "outcome": "failed", "text": repr(exc)})
        raise
    finally:
        report(None)


def unpack(archive, folder):
    """Unpacks the tests of Starlette's source, and returns the folder that they are in."""
    with tarfile.open(archive) as tar:
        for member in tar:
            root, _, name = member.name.partition("/")
            if member.isfile() and ".." not in name and (name.startswith("tests/") or name == "setup.cfg"):
                path = os.path.join(folder, root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as f:
                    f.write(tar.extractfile(member).read())
    return os.path.join(folder, root)


class Plugin:
    """Tells what came of each test, and closes the clients that it has left open."""

    def __init__(self, report):
        self.report = report
        self.outcomes = {}

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items
                    if not hasattr(item, "callspec") or item.callspec.params.get("anyio_backend") != "trio"]

    def pytest_internalerror(self, excrepr):
        self.report({"test": "pytest", "outcome": "failed", "text": str(excrepr)})

    def pytest_collectreport(self, report):
        if report.failed:
            self.report({"test": report.nodeid, "outcome": "failed", "text": report.longreprtext})

    def pytest_runtest_logreport(self, report):
        outcome, text = self.outcomes.setdefault(report.nodeid, ("passed", ""))
        if report.outcome != "passed" and outcome != "failed":
            outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
            text = report.longreprtext
        self.outcomes[report.nodeid] = (outcome, text)
        if report.when == "teardown":
            self.report({"test": report.nodeid, "outcome": outcome, "text": text})

    def pytest_runtest_teardown(self):
        while Client.open:
            Client.open.pop().close()


def in_loop(call):
    """Runs a coroutine in the server's loop."""
    return asyncio.run_coroutine_threadsafe(call, loop).result(PATIENCE)


class Call:
    """One call of an application, and what became of it."""

    next = None  # what the server is about to call: the tests ask one thing at a time

    def __init__(self, client):
        self.app = client.app
        self.state = client.state
        self.started = False
        self.ended = threading.Event()
        self.error = None
        self.closed = False  # the application has sent websocket.close
        Call.next = self

    async def run(self, scope, receive, send):
        Call.next = None
        self.started = True
        if self.state is not None:
            scope["state"] = self.state.copy()

        async def note(message):
            await send(message)
            self.closed = self.closed or message["type"] == "websocket.close"

        try:
            await self.app(scope, receive, note)
        except BaseException as exc:
            self.error = exc
            raise
        finally:
            self.ended.set()

    def wait(self):
        """Waits until the application has returned, if it was called."""
        assert not self.started or self.ended.wait(PATIENCE), "the application does not return"


class Client(starlette.testclient.TestClient):
    """TestClient over sockets."""

    open = []

    def __init__(self, app, *args, raise_server_exceptions=True, root_path="", **more):
        super().__init__(app, *args, root_path=root_path, **more)
        self._transport = Transport(self, raise_server_exceptions, root_path)
        self.state = self.lifespans = None
        Client.open.append(self)

    def __enter__(self):
        """Tells the application of its start-up, with the server's code for that."""
        lifespan = Lifespan(self.app)
        in_loop(lifespan.start())
        self.state = lifespan.state
        self.lifespans = lifespan
        return self

    def __exit__(self, *args):
        self.state = None
        in_loop(self.lifespans.stop())


class Lifespan:
    """An application's start-up and shutdown."""

    def __init__(self, app):
        self.app = app
        self.state = None
        self.server = None
        self.error = None
        self.ended = asyncio.Event()

    async def call(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except BaseException as exc:
            self.error = exc
            raise
        finally:
            self.ended.set()

    async def start(self):
        worker = sys.modules.get("nuages_worker")
        if worker is not None:
            self.server = worker.Lifespan(loop, self.call, "on")
            self.state = self.server.state
            with contextlib.suppress(worker.LifespanFailed):
                return await self.server.startup()
        else:
            import uvicorn.lifespan.on
            self.server = uvicorn.lifespan.on.LifespanOn(uvicorn.Config(
                self.call, interface="asgi3", lifespan="on", log_config=None))
            await self.server.startup()
            if not self.server.should_exit:
                return
        await self.ended.wait()
        raise self.error or AssertionError("the start-up has failed")

    async def stop(self):
        await self.server.shutdown()
        await self.ended.wait()
        if self.error is not None:
            raise self.error


class Backend(httpcore.backends.sync.SyncBackend):
    """Connects to the server, whatever host is asked for."""

    def __init__(self, address):
        self.address = address

    def connect_tcp(self, host, port, *args, **more):
        return super().connect_tcp(*self.address, *args, **more)


class Transport(httpx.BaseTransport):
    """Sends requests to the server, for a client."""

    def __init__(self, client, raise_server_exceptions, root_path):
        self.client = client
        self.raise_server_exceptions = raise_server_exceptions
        self.root_path = root_path.encode()  # where the server has mounted the application, too
        self.routes = {}

    def route(self, scheme):
        if scheme not in self.routes:
            self.routes[scheme] = httpx.HTTPTransport(verify=TLS, trust_env=False, http1=not http2, http2=http2)
            self.routes[scheme]._pool._network_backend = Backend(addresses[scheme])
        return self.routes[scheme]

    def handle_request(self, request):
        if request.url.scheme == "ws":
            raise starlette.testclient._Upgrade(Session(self.client, request))
        call = Call(self.client)
        mounted = httpx.Request(
            request.method, request.url.copy_with(raw_path=self.root_path + request.url.raw_path), headers=request.headers,
            stream=request.stream, extensions=request.extensions)
        try:
            response = self.route(request.url.scheme).handle_request(mounted)
            response.request = request
            response.read()
            assert response.http_version == ("HTTP/2" if http2 else "HTTP/1.1"), response.http_version
        except httpx.HTTPError:
            self.raises(call)
            raise
        self.raises(call)
        return response

    def raises(self, call):
        """Raises what the application has raised, if the client is to."""
        call.wait()
        if call.error is not None and self.raise_server_exceptions:
            raise call.error

    def close(self):
        for route in self.routes.values():
            route.close()


class Session(starlette.testclient.WebSocketTestSession):
    """A WebSocket to the server."""

    # Fields that the handshake of wsproto has itself.
    HANDSHAKE = (b"host", b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-version",
                 b"sec-websocket-protocol")

    def __init__(self, client, request):
        super().__init__(client.app, {}, None)
        self.client = client
        self.request = request
        self.protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.received = []
        self.ended = False
        self.failed = False  # the application's exception was raised

    def __enter__(self):
        offered = self.request.headers.get("sec-websocket-protocol")
        self.call = Call(self.client)
        self.stream = Backend(addresses["http"]).connect_tcp("", 0)
        self.put(events.Request(
            host=self.request.headers["host"], target=self.request.url.raw_path.decode(),
            subprotocols=offered.split(", ") if offered else [],
            extra_headers=[(name, value) for name, value in self.request.headers.raw
                           if name.lower() not in self.HANDSHAKE]))
        answer = self.event()
        if isinstance(answer, events.AcceptConnection):
            self.accepted_subprotocol = answer.subprotocol
            self.extra_headers = [(name, value) for name, value in answer.extra_headers
                                  if name not in (b"date", b"server")]
            return self
        self.stream.close()
        self.fail()
        raise WebSocketDisconnect(1006)

    def __exit__(self, *args):
        self.close()
        while not isinstance(self.event(), events.CloseConnection):
            pass
        self.fail()

    def fail(self):
        """Raises what the application has raised."""
        self.call.wait()
        if self.call.error is not None and not self.failed:
            self.failed = True
            raise self.call.error

    def put(self, event):
        self.stream.write(self.protocol.send(event), PATIENCE)

    def event(self):
        """Returns what the server sends next."""
        while not self.received:
            data = self.read()
            if not data:
                self.end()
                return events.CloseConnection(1006)
            self.protocol.receive_data(data)
            for event in self.protocol.events():
                if isinstance(event, events.Ping):
                    self.put(event.response())
                elif isinstance(event, events.CloseConnection):
                    if self.protocol.state is ConnectionState.REMOTE_CLOSING:
                        self.put(event.response())
                    self.end()
                self.received.append(event)
        event = self.received.pop(0)
        return self.event() if isinstance(event, (events.Ping, events.Pong)) else event

    def end(self):
        """Closes the connection, after the server has said that it does."""
        while self.read():
            pass
        self.ended = True
        self.stream.close()

    def read(self):
        try:
            return b"" if self.ended else self.stream.read(1 << 16, PATIENCE)
        except httpcore.ReadError:
            return b""

    def send(self, message):
        if self.protocol.state is not ConnectionState.OPEN:
            return
        if message["type"] == "websocket.disconnect":
            self.put(events.CloseConnection(message["code"]))
        elif message.get("text") is not None:
            self.put(events.TextMessage(message["text"]))
        elif message.get("bytes") is not None:
            self.put(events.BytesMessage(message["bytes"]))
        else:
            raise AssertionError("%r can't be sent over a socket" % message)

    def receive(self):
        event, data = self.event(), None
        while isinstance(event, (events.TextMessage, events.BytesMessage)):
            data = event.data if data is None else data + event.data
            if event.message_finished:
                return {"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data}
            event = self.event()
        self.call.wait()
        if not self.call.closed:
            self.fail()
        return {"type": "websocket.close", "code": event.code, "reason": event.reason or ""}
