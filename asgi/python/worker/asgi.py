EAGER = sys.version_info >= (3, 12)  # tasks may run up to their first wait at once

HTTP_VERSIONS = {"version": "3.0", "spec_version": "2.5"}
LIFESPAN_VERSIONS = {"version": "3.0", "spec_version": "2.0"}


def own_bytes(data):
    """Returns what is like bytes as bytes: it may change before it is written."""
    return memoryview(data).tobytes()  # bytes(5) would be five bytes


class Connection:
    """What HTTP requests and WebSockets have in common: one call of the application."""

    __slots__ = ("link", "id", "queue", "waiters", "gone", "window", "writers", "task", "state", "head", "taken",
                 "timer")

    def __init__(self, link, id):
        self.link = link
        self.id = id
        self.queue = []
        self.waiters = []    # receive() calls
        self.writers = []    # send() calls that wait for the window
        self.gone = False
        self.window = WINDOW
        self.task = None
        self.state = 0
        self.head = None     # of a response that waits for the first part of its body
        self.taken = 0       # bytes of messages that were received and are not yet credited
        self.timer = None    # that cancels the task of a client that has left

    async def _wait(self, waiters):
        waiter = self.link.loop.create_future()
        waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter in waiters:  # it was cancelled
                waiters.remove(waiter)

    @staticmethod
    def _wake(waiters):
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        waiters.clear()

    def feed(self, item):
        self.queue.append(item)
        if self.waiters:
            self._wake(self.waiters)

    def credit(self, n):
        self.window += n
        if self.window > 0 and self.writers:
            self._wake(self.writers)

    async def room(self):
        """Waits until the client has taken enough of what was sent."""
        while self.window <= 0 and not self.gone:
            await self._wait(self.writers)
        if self.gone:
            await self.refuse()

    async def refuse(self):
        """Tells a sender that the client has gone, or why, after others had their turn: it may try for ever."""
        await asyncio.sleep(0)
        if self.gone is not True:
            raise RuntimeError(self.gone)
        raise ClientDisconnected("client disconnected")

    def give(self, n):
        """Lets the client send n bytes more."""
        self.taken += n
        if self.taken >= BODY_WINDOW // 2:
            self.link.write(frame(BODY_CREDIT, 0, self.id, U32.pack(self.taken)))
            self.taken = 0

    def disconnected(self):
        if self.gone:
            return
        self.gone = True
        self._wake(self.waiters)
        self._wake(self.writers)
        timeout = self.link.disconnect_timeout
        if timeout is not None and self.task is not None:
            self.timer = self.link.loop.call_later(timeout, self.task.cancel)

    def failed(self, text, flags=0):
        self.link.write(frame(FAILED, flags, self.id, text.encode("utf-8", "replace")[-60000:]))

    def left_by(self, exc, answered):
        """Tells of what the application has raised; of a response that is whole the Go process hears no more."""
        if isinstance(exc, asyncio.CancelledError) and (self.gone or answered):
            return
        if answered or isinstance(self.gone, str):  # where it was told what was wrong with its response
            complain("ERROR: the ASGI application failed after its response\n" + traceback_text())
        else:
            self.failed(traceback_text())

    def drain(self):
        """Is called when the worker is to end: a request may go on for a while."""

    def begin(self, message):
        """Keeps the head of a response until the first part of the body."""
        status, headers = message["status"], message.get("headers", ())
        if not isinstance(status, int):
            raise TypeError("'status' is an int, not %s." % type(status).__name__)
        if not 200 <= status <= 999:
            raise ValueError("%d is no status of a response." % status)
        if type(headers) is not list and type(headers) is not tuple:
            headers = list(headers)
        self.head = (status, headers, WITH_TRAILERS if message.get("trailers", False) else 0)

    def dump_head(self, body):
        status, headers, _ = self.head
        try:
            return dumps((status, headers, body))
        except ValueError:  # types that marshal does not know: IntEnum, subclasses
            return dumps((int(status), plain_headers(headers), body))

    def send_short(self, body, flags):
        """Sends the head that waits, and what may be the whole body with it."""
        payload = self.dump_head(body)
        self.head = None
        self.link.write(pack(len(payload), START, flags, 0, self.id) + payload)

    async def send_part(self, body, more, flags):
        """Sends a part of a response's body, and the head that waits for it."""
        write = self.link.write
        n = len(body)
        more_flag = MORE if more else 0
        if self.head is not None:
            flags = self.head[2]
            if n <= INLINE:
                self.send_short(body, more_flag | flags)
                self.window -= n
                if more:
                    await self.pass_on()
                return
            payload = self.dump_head(None)
            self.head = None
            write(pack(len(payload), START, MORE | flags, 0, self.id) + payload)
        elif n == 0 and more:
            return
        if n > PART_SIZE:
            view = memoryview(body)
            at = 0
            while n - at > PART_SIZE:
                self.put(view[at:at + PART_SIZE], PART_SIZE, MORE | flags)
                at += PART_SIZE
                self.window -= PART_SIZE
                if self.window <= 0:
                    await self.room()
            body = view[at:]
            n -= at
        self.put(body, n, more_flag | flags)
        self.window -= n
        if more:
            await self.pass_on()

    async def pass_on(self):
        """Lets the loop write what was sent: the application may keep it busy until its next part, as
        Django does with a synchronous stream."""
        self.link.flush()
        if self.window <= 0:
            await self.room()
        else:
            await asyncio.sleep(0)

    def put(self, body, n, flags):
        """Writes a part of a response's body."""
        link = self.link
        if n >= BLOCK_MIN:
            ref = link.memory.write(body, n)
            if ref is not None:
                link.write(pack(8, PART_BLOCK, flags, 0, self.id) + ref)
                return
            link.big = True
        link.write(pack(n, PART, flags, 0, self.id))
        if n:
            link.write(body)


class Request(Connection):
    """An HTTP request. state: 0 nothing sent, 1 started, 2 trailers to come, 3 complete."""

    __slots__ = ("body", "more", "flags", "file", "extensions", "sending")

    def __init__(self, link, id, body, more):
        Connection.__init__(self, link, id)
        self.body = body
        self.more = more
        self.flags = 0
        self.file = None
        self.extensions = ()
        self.sending = False  # a part is not sent as a whole; of the last one, state says nothing of that

    async def receive(self):
        while True:
            body = self.body
            if body is not None and self.state != 3:
                self.body = None
                return {"type": "http.request", "body": body, "more_body": self.more}
            if self.gone or self.state == 3:
                return {"type": "http.disconnect"}
            if self.queue:
                body, self.more = self.queue.pop(0)
                self.give(len(body))
                return {"type": "http.request", "body": body, "more_body": self.more}
            await self._wait(self.waiters)

    async def send(self, message):
        if self.gone:
            await self.refuse()
        kind = message["type"]
        state = self.state
        if kind == "http.response.body":
            if state != 1:
                raise self.unexpected(kind)
            body = message.get("body", b"")
            if type(body) is not bytes:
                body = own_bytes(body)
            more = message.get("more_body", False)
            if not more:
                self.state = 2 if self.flags else 3
            if not more and self.head is not None and len(body) <= INLINE:
                self.send_short(body, self.flags)  # as most responses: no coroutine is needed
            else:
                self.sending = True
                try:
                    await self.send_part(body, more, self.flags)
                except asyncio.CancelledError:
                    if not more:
                        self.state = 1  # the end has not been sent
                    raise
                finally:
                    self.sending = False
            if self.state == 3 and self.waiters:
                self._wake(self.waiters)
        elif kind == "http.response.start":
            if state != 0:
                raise self.unexpected(kind)
            self.begin(message)
            self.flags = self.head[2]
            self.state = 1
        elif kind not in self.extensions:
            raise self.unexpected(kind)
        elif kind == "http.response.trailers":
            await self.send_trailers(message)
        elif kind == "http.response.pathsend":
            await self.send_path(message)
        elif kind == "http.response.zerocopysend":
            await self.send_file(message)
        elif kind == "http.response.early_hint":
            links = [bytes(link) for link in message.get("links", ())]
            self.link.write(frame(HINT, 0, self.id, dumps(links)))
        elif kind == "http.response.debug":
            self.link.write(frame(DEBUG, 0, self.id, dumps(repr(message.get("info")))))

    def unexpected(self, kind):
        want = ("http.response.start", "http.response.body", "http.response.trailers")
        if self.state == 3:
            return RuntimeError("Unexpected ASGI message '%s' sent, after response already completed." % kind)
        return RuntimeError("Expected ASGI message '%s', but got '%s'." % (want[self.state], kind))

    def send_head(self):
        """Sends a head whose body does not come as bytes."""
        if self.head is not None:
            payload = self.dump_head(None)
            self.link.write(frame(START, MORE | self.flags, self.id, payload))
            self.head = None

    async def send_trailers(self, message):
        if self.state != 2:
            raise self.unexpected("http.response.trailers")
        more = message.get("more_trailers", False)
        self.link.write(frame(TRAILERS, MORE if more else 0, self.id, dumps(plain_headers(message.get("headers", ())))))
        if not more:
            self.state = 3
            self._wake(self.waiters)

    async def send_path(self, message):
        if self.state != 1 or self.head is None:  # the file is all of the body
            raise self.unexpected("http.response.pathsend")
        path = os.fsencode(message["path"])
        if not os.path.isabs(path) or not os.path.isfile(path):
            raise RuntimeError("%r is no absolute path of a file." % message["path"])
        self.send_head()
        self.link.write(frame(PATH, 0, self.id, dumps(path)))
        self.state = 2 if self.flags else 3
        if self.state == 3:
            self._wake(self.waiters)

    async def send_file(self, message):
        """Sends an open file: the Go side opens it anew, and tells when it is done with it."""
        if self.state != 1:
            raise self.unexpected("http.response.zerocopysend")
        file = message["file"]
        fd = file if isinstance(file, int) else file.fileno()
        offset, count = message.get("offset"), message.get("count")
        more = message.get("more_body", False)
        if (offset or 0) < 0 or (count or 0) < 0:
            raise ValueError("'offset' and 'count' are not negative.")
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise ValueError("'file' is not a regular file.")
        own = offset is None
        if own:
            offset = os.lseek(fd, 0, os.SEEK_CUR)
        size = max(info.st_size - offset, 0)
        count = size if count is None else min(count, size)
        self.send_head()
        self.file = self.link.loop.create_future()
        if not more:
            self.state = 2 if self.flags else 3
        payload = dumps((fd, str(offset), str(count)))
        self.link.write(frame(FILE, (MORE if more else 0) | self.flags, self.id, payload))
        await self.file
        if own:
            os.lseek(fd, offset + count, os.SEEK_SET)
        if self.state == 3:
            self._wake(self.waiters)

    def file_done(self, failed):
        if self.file is not None and not self.file.done():
            if failed:
                self.file.set_exception(ClientDisconnected("the file could not be sent"))
            else:
                self.file.set_result(None)

    def disconnected(self):
        self.file_done(True)
        if self.state != 3 or self.sending:
            Connection.disconnected(self)

    def closed(self, _, wrong):
        """Ends a request whose response was wrong."""
        self.disconnected()
        if self.gone:
            self.gone = wrong

    async def run(self, app, scope):
        self.extensions = scope["extensions"].copy()
        try:
            await app(scope, self.receive, self.send)
            if self.gone:
                pass
            elif self.state == 0 or self.head is not None:
                self.failed("ASGI callable returned without starting response.")
            elif self.state != 3:
                self.failed("ASGI callable returned without completing response.")
        except ClientDisconnected:
            pass
        except BaseException as exc:
            self.left_by(exc, self.state == 3 and self.head is None)
        finally:
            self.link.finished(self)


class AskedRequest(Request):
    """A request whose client waits to be asked for the body, which is when the application first receives."""

    __slots__ = ("asked",)

    def __init__(self, link, id, body, more):
        Request.__init__(self, link, id, body, more)
        self.asked = False

    async def receive(self):
        if not self.asked:
            self.asked = True
            if self.state != 3 and not self.gone:
                self.link.write(frame(CONTINUE, 0, self.id))
        return await Request.receive(self)


def takes_no_websocket(exc, text):
    """Tells whether an application refuses the kind of scope, as the standard has it do: Django and
    Channels raise a ValueError that names it, small applications assert that it is "http"."""
    if isinstance(exc, ValueError):
        return "websocket" in text
    return isinstance(exc, NotImplementedError) or isinstance(exc, AssertionError) and not exc.args


def text_of(exc):
    try:
        return str(exc)
    except Exception:
        return ""


class WebSocket(Connection):
    """A WebSocket. state: 0 connecting, 1 accepted, 2 refused by a response, 3 closed."""

    __slots__ = ("code", "reason", "asked")

    def __init__(self, link, id):
        Connection.__init__(self, link, id)
        self.queue.append(({"type": "websocket.connect"}, 0))
        self.code = 1006
        self.reason = ""
        self.asked = False   # the application has called receive

    async def receive(self):
        self.asked = True
        while not self.queue:
            if self.gone or self.state == 3:
                return {"type": "websocket.disconnect", "code": self.code, "reason": self.reason}
            await self._wait(self.waiters)
        message, n = self.queue.pop(0)
        self.give(n)
        return message

    async def send(self, message):
        kind = message["type"]
        state = self.state
        if self.gone:
            await self.refuse()
        if kind == "websocket.send" and state == 1:
            text = message.get("text")
            if text is not None:
                if message.get("bytes") is not None:
                    raise RuntimeError("'websocket.send' has both 'text' and 'bytes'.")
                data = text.encode()
                flag = TEXT
            else:
                data = message["bytes"]
                if type(data) is not bytes:
                    data = own_bytes(data)
                flag = 0
            n = len(data)
            if n > INLINE:
                self.link.big = True
                self.link.write(pack(n, SEND, flag, 0, self.id))
                self.link.write(data)
            else:
                self.link.write(pack(n, SEND, flag, 0, self.id) + data)
            self.window -= n + 16
            if self.window <= 0:
                await self.room()
        elif kind == "websocket.accept" and state == 0:
            subprotocol = message.get("subprotocol")
            if subprotocol is not None and not isinstance(subprotocol, str):
                raise TypeError("'subprotocol' is a str, not %s." % type(subprotocol).__name__)
            payload = dumps((subprotocol, plain_headers(message.get("headers") or ())))
            self.state = 1
            self.link.write(frame(ACCEPT, 0, self.id, payload))
            if self.link.idle is not None:
                self.drain()
        elif kind == "websocket.close" and state in (0, 1):
            code, reason = message.get("code") or 1000, message.get("reason") or ""
            if not isinstance(code, int) or not isinstance(reason, str):
                raise TypeError("'code' is an int, and 'reason' a str.")
            if state == 0:  # the client gets 403 whatever they are
                payload = dumps((1000, ""))
            elif not (1000 <= code <= 1014 and code not in (1004, 1005, 1006) or 3000 <= code <= 4999):
                raise ValueError("%d is no code to close a WebSocket with." % code)
            elif len(reason.encode()) > 123:
                raise ValueError("'reason' is a str of 123 bytes at most.")
            else:
                payload = dumps((int(code), reason))
            self.code, self.reason = int(code), reason
            self.end()
            self.link.write(frame(CLOSE, 0, self.id, payload))
        elif kind == "websocket.http.response.start" and state == 0:
            self.begin(message)
            self.state = 2
        elif kind == "websocket.http.response.body" and state == 2:
            more = message.get("more_body", False)
            await self.send_part(own_bytes(message.get("body", b"")), more, 0)
            if not more:
                self.code = 1006
                self.end()
        else:
            raise RuntimeError("Unexpected ASGI message '%s' %s." % (kind, (
                "before 'websocket.accept' or 'websocket.close'", "after 'websocket.accept'",
                "after 'websocket.http.response.start'", "after the connection was closed")[state]))

    def end(self):
        self.state = 3
        self._wake(self.waiters)

    def drain(self):
        """Closes the socket: its client is to connect again, and gets another worker."""
        if self.state == 1 and not self.gone:
            self.link.write(frame(CLOSE, 0, self.id, dumps((SERVICE_RESTART, ""))))
            self.closed(SERVICE_RESTART, "")

    def closed(self, code, reason):
        if not self.gone and self.state != 3:
            self.code, self.reason = code, reason
            self.disconnected()

    async def run(self, app, scope):
        try:
            await app(scope, self.receive, self.send)
            if self.gone or self.state == 3:
                pass
            elif self.state == 1:
                self.link.write(frame(CLOSE, 0, self.id, dumps((1000, ""))))
            else:
                self.failed("ASGI callable returned without completing handshake.")
        except ClientDisconnected:
            pass
        except BaseException as exc:
            text = text_of(exc)
            if self.state == 0 and not self.asked and takes_no_websocket(exc, text):
                text = "%s: %s" % (type(exc).__name__, text)
                self.link.write(frame(FAILED, UNSUPPORTED, self.id, text.encode("utf-8", "replace")[:1000]))
                return
            self.left_by(exc, self.state == 3)
        finally:
            self.link.finished(self)


class Link(asyncio.Protocol):
    """The connection to the Go process, of which every request is a stream."""

    def __init__(self, loop, app, state, config, control):
        self.loop = loop
        self.app = app
        self.state = state
        self.socket = control
        self.memory = Memory(*config["memory"])
        self.disconnect_timeout = config.get("disconnect_timeout")
        self.stop_timeout = config.get("stop_timeout_ms")
        self.streams = {}
        self.out = []
        self.scheduled = False
        self.big = False    # among out are parts that are not worth copying
        self.pieces = []    # of a frame that has not come as a whole, have bytes of at least need
        self.have = self.need = 0
        self.closed = loop.create_future()  # the worker is to end
        self.lost = loop.create_future()    # all was sent
        self.idle = None
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=4 << 20)

    def connection_lost(self, exc):
        for connection in list(self.streams.values()):
            connection.disconnected()
        if not self.closed.done():
            self.closed.set_result(None)
        self.lost.set_result(None)

    def write(self, data):
        out = self.out
        out.append(data)
        if not self.scheduled:
            self.scheduled = True
            self.loop.call_soon(self.flush)
        elif not len(out) % EARLY:
            self.flush_early()

    def flush_early(self):
        """Sends what has gathered, without waiting for the loop: the Go process goes on meanwhile."""
        transport = self.transport
        if self.big or transport.is_closing() or transport.get_write_buffer_size():
            return
        data = b"".join(self.out)
        self.out = []
        try:
            n = self.socket.send(data)
        except BlockingIOError:
            n = 0
        except OSError:  # connection_lost() comes
            return
        if n < len(data):
            transport.write(data[n:])

    def flush(self):
        self.scheduled = False
        out = self.out
        if not out or self.transport.is_closing():
            return
        self.out = []
        if len(out) == 1:
            self.transport.write(out[0])
        elif self.big:
            self.big = False
            self.transport.writelines(out)  # without a copy of the long parts
        else:
            self.transport.write(b"".join(out))

    def finished(self, connection):
        self.streams.pop(connection.id, None)
        if connection.gone:  # else what was sent says that it is over
            self.write(frame(FINISHED, 0, connection.id))
            if connection.timer is not None:
                connection.timer.cancel()  # it holds the task, and all that its context holds
        if self.idle is not None and not self.streams and not self.idle.done():
            self.idle.set_result(None)

    def data_received(self, data):
        if self.pieces:
            self.pieces.append(data)
            self.have += len(data)
            if self.have < self.need:
                return
            data = b"".join(self.pieces)
            self.pieces = []
        at, end = 0, len(data)
        while end - at >= 12:
            n, kind, flags, _, id = unpack(data, at)
            start = at + 12
            if start + n > end:
                self.need = 12 + n
                break
            at = start + n
            if kind == REQUEST:
                self.begin(id, flags, data[start:at])
                continue
            if id == 0:
                self.control(kind, data, start)
                continue
            if kind == BLOCK:
                body, block = self.memory.read(data, start)
                self.write(frame(BODY_RELEASE, 0, 0, U32.pack(block)))
                connection = self.streams.get(id)
                if connection is not None:
                    connection.feed((body, bool(flags & MORE)))
                continue
            connection = self.streams.get(id)
            if connection is None:
                continue
            if kind == MESSAGE:
                if flags & TEXT:
                    connection.feed(({"type": "websocket.receive", "text": data[start:at].decode()}, n + 16))
                else:
                    connection.feed(({"type": "websocket.receive", "bytes": data[start:at]}, n + 16))
            elif kind == BODY:
                connection.feed((data[start:at], bool(flags & MORE)))
            elif kind == CREDIT:
                connection.credit(U32.unpack_from(data, start)[0])
            elif kind == DISCONNECT:
                if n:
                    connection.closed(*loads(data[start:at]))
                else:
                    connection.disconnected()
            elif kind == FILE_DONE:
                connection.file_done(flags)
        if at < end:
            self.pieces.append(data[at:])
            self.have = end - at
            if self.have < 12:
                self.need = 12
        if not self.scheduled:
            # Behind the first steps of the tasks made above: one write for all of them.
            self.scheduled = True
            self.loop.call_soon(self.flush)

    def begin(self, id, flags, payload):
        scope, body = loads(payload)
        scope["asgi"] = HTTP_VERSIONS.copy()
        scope["state"] = self.state.copy()
        if scope["type"] == "http":
            connection = (Request if flags < ASK else AskedRequest)(self, id, body, bool(flags & MORE))
        else:
            connection = WebSocket(self, id)
        self.streams[id] = connection
        call = connection.run(self.app, scope)
        if EAGER:
            connection.task = asyncio.Task(call, loop=self.loop, eager_start=True)
        else:
            connection.task = self.loop.create_task(call)

    def control(self, kind, data, start):
        if kind == RELEASE:
            self.memory.free.append(U32.unpack_from(data, start)[0])
        elif kind == PING:
            self.write(frame(PONG, 0, 0, dumps(figures())))
        elif kind == DRAIN:
            self.drain()

    def retire(self):
        """Asks the Go process for a successor: SIGTERM was sent to this process alone."""
        self.write(frame(PONG, 0, 0, dumps(dict(figures(), retire=True))))

    def drain(self):
        """Ends the worker when nothing is under way any more."""
        if self.idle is None:
            self.idle = self.loop.create_future()
            self.idle.add_done_callback(lambda _: self.loop.call_soon(self.leave))
            for connection in list(self.streams.values()):
                connection.drain()
            if not self.streams:
                self.idle.set_result(None)
            elif self.stop_timeout is not None:
                self.loop.call_later(self.stop_timeout / 1000, self.give_up)

    def give_up(self):
        """Ends what is still under way."""
        for connection in list(self.streams.values()):
            connection.failed("", STOPPED)
            connection.disconnected()
            connection.task.cancel()
        self.loop.call_later(1, self.leave)  # there may be tasks that can't be cancelled

    def leave(self):
        self.flush()
        if not self.closed.done():
            self.closed.set_result(None)


class LifespanFailed(Exception):
    """The application has said that it can't start."""


class Lifespan:
    """The application's start-up and shutdown."""

    def __init__(self, loop, app, mode):
        self.loop = loop
        self.app = app
        self.mode = mode
        self.events = asyncio.Queue()
        self.started = loop.create_future()
        self.stopped = loop.create_future()
        self.state = {}
        self.supported = mode != "off"
        self.stopping = False
        self.task = None
        self.cause = ""

    async def run(self):
        scope = {"type": "lifespan", "asgi": LIFESPAN_VERSIONS.copy(), "state": self.state}
        try:
            await self.app(scope, self.events.get, self.send)
            self.cause = "The application returned before it answered lifespan.startup."
        except BaseException:
            self.cause = traceback_text()
        if not self.started.done():
            # One that does not know of the protocol raises at once; who has received the event knows of it.
            if self.mode == "auto" and self.events.empty() and "Traceback" in self.cause:
                complain("ERROR: The application has failed to start, and goes on without a lifespan:\n" + self.cause)
            self.started.set_result(False)
        elif self.started.exception() is None and not self.stopped.done() and "Traceback" in self.cause:
            complain("ERROR: Exception in the application's lifespan:\n" + self.cause)
        if not self.stopped.done():
            self.stopped.set_result(None)

    async def send(self, message):
        kind = message["type"]
        if kind == "lifespan.startup.complete" and not self.started.done():
            self.started.set_result(True)
        elif kind == "lifespan.startup.failed" and not self.started.done():
            self.started.set_exception(LifespanFailed(message.get("message", "")))
        elif kind == "lifespan.shutdown.complete" and self.stopping and not self.stopped.done():
            self.stopped.set_result(None)
        elif kind == "lifespan.shutdown.failed" and self.stopping and not self.stopped.done():
            complain("ERROR: The application's shutdown failed: %s" % message.get("message", ""))
            self.stopped.set_result(None)
        else:
            raise RuntimeError("Unexpected ASGI message '%s' in the lifespan." % kind)

    async def startup(self):
        if not self.supported:
            return
        self.task = self.loop.create_task(self.run())
        self.events.put_nowait({"type": "lifespan.startup"})
        self.supported = await self.started
        if not self.supported and self.mode == "on":
            raise LifespanFailed("The application does not support the lifespan protocol.\n" + self.cause)

    async def shutdown(self):
        if self.supported:
            self.stopping = True
            self.events.put_nowait({"type": "lifespan.shutdown"})
            await self.stopped


async def serve_asgi(app, control, config):
    loop = asyncio.get_event_loop()
    lifespan = Lifespan(loop, app, config["lifespan"])
    try:
        await lifespan.startup()
    except LifespanFailed as exc:
        refuse(control, "lifespan", str(exc))
        return 3
    settle()
    control.setblocking(False)
    link = Link(loop, app, lifespan.state if lifespan.supported else {}, config, control)
    transport, _ = await loop.create_connection(lambda: link, sock=control)
    loop.add_signal_handler(signal.SIGTERM, link.retire)
    own_handlers[signal.SIGTERM] = signal.getsignal(signal.SIGTERM)
    transport.write(hello(config, "asgi", type(loop).__module__.split(".")[0], lifespan.supported))
    await link.closed
    await lifespan.shutdown()
    transport.close()
    await link.lost
    return 0
