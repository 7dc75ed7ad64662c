# The threads of a WSGI worker, each with a socket of its own.
SLOT_BUFFER = 64 << 10


class Slot:
    """One thread's socket to the Go process."""

    def __init__(self, app, environ, sock):
        self.app = app
        self.environ = environ
        self.sock = sock
        self.buffer = bytearray(SLOT_BUFFER)
        self.body = None    # of the request, where it did not come with it
        self.gone = 0       # serial of the request whose client has left

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as exc:
            raise SlotLost from exc

    def send_body(self, before, flags, serial, data):
        """Sends a part of a response, behind other frames."""
        before += pack(len(data), PART, flags, 0, serial)
        if len(data) <= SLOT_INLINE:
            self.send(before + data)
            return
        try:
            sent = self.sock.sendmsg((before, data)) - len(before)
        except OSError as exc:
            raise SlotLost from exc
        if sent < 0:
            self.send(before[sent:])
            sent = 0
        if sent < len(data):
            self.send(memoryview(data)[sent:])

    def receive(self, buffer, n):
        """Reads up to n bytes, at least one."""
        try:
            n = self.sock.recv_into(buffer, n)
        except OSError as exc:
            raise SlotLost from exc
        if not n:
            raise SlotLost
        return n

    def exactly(self, n):
        data = bytearray(n)
        view = memoryview(data)
        while view:
            view = view[self.receive(view, len(view)):]
        return data

    def body_pending(self):
        return self.body is not None and self.body.pending()

    def serve(self):
        """Serves requests until the Go process has no more."""
        buffer = self.buffer
        view = memoryview(buffer)
        receive = self.sock.recv_into
        try:
            while True:
                n = receive(buffer)
                if not n:
                    return
                while n < 12:
                    n += self.receive(view[n:], 12 - n)
                length, _, flags, _, serial = unpack(buffer)
                length += 12
                # Of what is read here nothing is kept while the thread waits for the next request.
                if n == length:
                    self.request(*loads(view[12:n]), flags, serial)
                else:
                    self.request(*loads(bytes(view[12:n]) + self.exactly(length - n)), flags, serial)
        except (SlotLost, OSError):
            pass
        finally:
            self.sock.close()

    def request(self, environ, body, flags, serial):
        environ.update(self.environ)
        if flags & MORE:
            self.body = RequestBody(self, serial)
            environ["wsgi.input"] = io.BufferedReader(self.body, 64 << 10)
        else:
            environ["wsgi.input"] = io.BytesIO(body)
        response = Response(self, serial, environ["REQUEST_METHOD"] == "HEAD")
        result = None
        try:
            result = self.app(environ, response.start_response)
            response.run(result)
        except SlotLost:
            raise
        except BaseException:  # SystemExit, too, is the request's and not the thread's
            response.fail()
        finally:
            try:
                if self.body is not None:
                    self.body.finish()
                    self.body = None
            finally:
                self.close(result)
        if not response.last:
            self.send(pack(0, FINISHED, 0, 0, serial))

    def close(self, result):
        close = getattr(result, "close", None)
        if close is not None:
            try:
                close()
            except BaseException:
                complain("ERROR: close() of a WSGI response failed\n" + traceback_text())


class Wsgi:
    """The threads of a worker, and its word with the Go process."""

    def __init__(self, app, control, sockets, config):
        environ = {
            "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": len(sockets) > 1,
            "wsgi.multiprocess": config["workers"] > 1, "wsgi.run_once": False, "wsgi.input_terminated": True,
            "wsgi.file_wrapper": FileWrapper, "SERVER_SOFTWARE": "Nuages"}
        self.control = control
        self.slots = [Slot(app, environ, sock) for sock in sockets]
        self.lock = threading.Lock()
        self.running = len(self.slots)

    def retire(self, *_):
        """Asks the Go process for a successor: SIGTERM was sent to this process alone."""
        try:
            self.control.sendall(frame(PONG, 0, 0, dumps(dict(figures(), retire=True))))
        except OSError:
            pass  # it is to end anyway

    def run(self):
        signal.signal(signal.SIGTERM, self.retire)
        own_handlers[signal.SIGTERM] = signal.getsignal(signal.SIGTERM)
        own_sockets.extend([self.control, *(slot.sock for slot in self.slots)])
        threads = [threading.Thread(target=self.serve, args=(slot,), name="wsgi-%d" % number, daemon=True)
                   for number, slot in enumerate(self.slots)]
        for thread in threads:
            thread.start()
        while True:
            head = self.read(12)
            if head is None:
                break
            n, kind, _, _, stream = unpack(head)
            payload = self.read(n)
            if kind == PING:
                self.control.sendall(frame(PONG, 0, 0, dumps(figures())))
            elif kind == DISCONNECT:
                self.slots[stream].gone = U32.unpack(payload)[0]
        end = time.monotonic() + ORPHAN_SECONDS  # has a meaning where the Go process has died
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0))
        if self.running:
            os._exit(1)
        return 0

    def read(self, n):
        data = b""
        while len(data) < n:
            try:
                more = self.control.recv(n - len(data))
            except OSError:
                return None
            if not more:
                return None
            data += more
        return data

    def serve(self, slot):
        try:
            slot.serve()
        finally:
            with self.lock:
                self.running -= 1
                if not self.running:
                    try:
                        self.control.shutdown(socket.SHUT_RD)  # ends run()
                    except OSError:
                        pass  # the Go process has ended it


def serve_wsgi(app, control, sockets, config):
    """Serves requests until the Go process closes the sockets of the threads."""
    os.close(config["memory"][0])  # a slot's socket is as fast for one request at a time
    return Wsgi(app, control, sockets, config).run()
