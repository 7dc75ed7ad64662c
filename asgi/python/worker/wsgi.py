# WSGI (PEP 3333). Each thread owns a slot: a socket of its own, on which it serves one request after the
# other; the number of the stream tells them apart. A frame that ends a response has the flag FREE when the
# application has returned, and the thread is free; else FINISHED follows when it is.
import re

FREE = 4                # as flagFree in exchange.go
SLOT_INLINE = 32 << 10  # a body up to this travels in START
COMPLETE = (type(iter([])), type(iter(())))  # iterators of which all items are there
PYTHON_FILES = (io.BufferedReader, io.BufferedRandom)
SHELLS = (("tempfile", "_TemporaryFileWrapper"), ("django.core.files.base", "File"))
CONTROL_CHARACTER = re.compile("[\0-\x08\x0a-\x1f\x7f]")


class SlotLost(Exception):
    """The Go process has gone."""


def status_code(status):
    if not isinstance(status, str):
        raise TypeError("the status is %s, not str" % type(status).__name__)
    digits = status[:3]
    if not (digits.isascii() and digits.isdigit()) or digits < "200" or status[3:4] not in ("", " "):
        raise ValueError("the status is %r, not a number from 200 to 999, a space and a reason" % status)
    return int(digits)


def check_headers(headers):
    """Finds the header that is wrong, where one may be."""
    for name, value in headers:
        for text in (name, value):
            if not isinstance(text, str):
                raise TypeError("the header %r has a part that is %s, not str" % ((name, value), type(text).__name__))
            if CONTROL_CHARACTER.search(text):
                raise ValueError("the header %r has a control character" % ((name, value),))
            text.encode("latin-1")


def marshalled(code, headers, data):
    try:
        return dumps((code, headers, data))
    except ValueError:  # marshal takes no subclasses, as Django's SafeString is one
        return dumps((code, [(str.__str__(name), str.__str__(value)) for name, value in headers], bytes(data)))


class FileWrapper:
    """wsgi.file_wrapper: the parts of a file, or the file itself for the Go process, which sends it."""

    def __init__(self, filelike, blksize=8192):
        self.filelike = filelike
        self.blksize = blksize
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.blksize)
        if not data:
            raise StopIteration
        return data

    def region(self):
        """Returns the descriptor, offset and length of what is left of a regular file, None for all else."""
        # What has the fileno() of a file may read something else from it, as gzip's does: only Python's own
        # files are taken, and the shells that tempfile and Django put around them.
        file = self.filelike
        if (type(file).__module__, type(file).__qualname__) in SHELLS:
            file = file.file
        if not (type(file) is io.FileIO or type(file) in PYTHON_FILES and type(file.raw) is io.FileIO):
            return None
        try:
            if type(file) is io.BufferedRandom:
                file.flush()
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                return None
            offset = file.tell()
        except (OSError, ValueError):
            return None
        self.blksize = max(self.blksize, 64 << 10)
        return file.fileno(), offset, max(info.st_size - offset, 0)


class RequestBody(io.RawIOBase):
    """The body of a request that came without it; nothing of it is sent before the application reads."""

    def __init__(self, slot, serial):
        self.slot = slot
        self.serial = serial
        self.left = 0     # bytes of the frame under way
        self.more = True  # frames follow
        self.begun = self.gone = False

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.left:
            if self.gone:
                raise ClientDisconnected("the client left before the end of its request")
            if not self.more:
                return 0
            self.next()
        n = self.slot.receive(buffer, min(self.left, len(buffer)))
        self.left -= n
        return n

    def readall(self):
        parts = []
        while True:
            part = self.read(256 << 10)
            if not part:
                return b"".join(parts)
            parts.append(part)

    def next(self):
        """Reads the head of a frame."""
        if not self.begun:
            self.begun = True
            self.slot.send(pack(0, CONTINUE, 0, 0, self.serial))
        self.left, kind, flags, _, _ = unpack(self.slot.exactly(12))
        self.more = bool(flags & MORE)
        self.gone = kind == DISCONNECT

    def pending(self):
        return self.begun and (self.more or self.left > 0)

    def finish(self):
        """Reads over what the application has left, so that the next request comes next."""
        while self.pending():
            if self.left:
                self.left -= self.slot.receive(self.slot.buffer, min(self.left, SLOT_BUFFER))
            else:
                self.next()
        self.more = False


class Response:
    """What one call of the application answers."""

    code = 0
    headers = None
    left = None    # bytes of the body that the application has declared and not sent
    sent = False   # the head is on its way
    ended = False
    last = 0       # flags of the frame that ends the response

    def __init__(self, slot, serial, bodyless):
        self.slot = slot
        self.serial = serial
        self.bodyless = bodyless

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # it would be a cycle
        elif self.headers is not None:
            raise AssertionError("start_response was called a second time, without exc_info")
        if self.ended:
            raise RuntimeError("start_response was called after the end of the request")
        code = status_code(status)
        if type(headers) is not list:
            headers = list(headers)  # it may be there to be read once
        text = "".join([name + value for name, value in headers])
        if not (text.isascii() and text.isprintable()):
            check_headers(headers)
        self.code = code
        self.headers = headers
        return self.write

    def write(self, data):
        """Sends a part of the body at once."""
        if not isinstance(data, bytes):
            raise TypeError("a part of the response is %s, not bytes" % type(data).__name__)
        if self.headers is None:
            raise AssertionError("the response has a body before start_response was called")
        if self.ended:
            self.surplus(data)
            return
        if self.slot.gone == self.serial:
            raise ClientDisconnected("the client has left")
        if not self.sent:
            self.declare()
        if self.left is not None:
            if len(data) > self.left:
                self.surplus(data)
                data = data[:self.left]
            self.left -= len(data)
        if self.bodyless or self.left == 0:
            self.end(data)
        elif data or not self.sent:
            self.part(data, MORE)

    def surplus(self, data):
        if data and self.left is not None and self.left >= 0:
            complain("The response is longer than its Content-Length; the rest is left out")
            if self.ended:
                self.left = -1  # said once

    def declare(self):
        """Learns from the head what belongs to the body."""
        if self.code in (204, 304):
            self.bodyless = True
        if self.bodyless:
            return
        for name, value in self.headers:
            if len(name) == 14 and name.lower() == "content-length":
                self.left = int(value)

    def check_length(self, have):
        if self.left is not None and have < self.left:
            raise RuntimeError("the response is %d bytes shorter than its Content-Length" % (self.left - have))

    def end(self, data=b""):
        if self.ended:
            return
        self.ended = True
        if self.bodyless:
            data = b""
        self.part(data, self.last)

    def part(self, data, flags):
        slot = self.slot
        if self.sent:
            slot.send_body(b"", flags, self.serial, data)
            return
        self.sent = True
        if len(data) <= SLOT_INLINE:
            head = marshalled(self.code, self.headers, data)
            slot.send(pack(len(head), START, flags, 0, self.serial) + head)
        else:
            head = marshalled(self.code, self.headers, b"")
            slot.send_body(pack(len(head), START, MORE, 0, self.serial) + head, flags, self.serial, data)

    def run(self, result):
        """Sends what the application has returned."""
        if result.__class__ is FileWrapper and self.file(result):
            return
        items = iter(result)
        if items.__class__ in COMPLETE and not self.sent:
            if not hasattr(result, "close"):
                self.last = FREE
            self.whole(b"".join(items))
            return
        for data in items:
            if data or data.__class__ is not bytes:
                self.write(data)
                if self.bodyless:
                    return
        if not self.ended:
            self.whole(b"")

    def whole(self, data):
        """Sends the end of the response, after which nothing comes."""
        if self.headers is None:
            raise AssertionError("the application did not call start_response")
        if not self.sent:
            self.declare()
        if self.left is not None:
            self.check_length(len(data))
            if len(data) > self.left:
                self.surplus(data)
                data = data[:self.left]
        self.end(data)

    def file(self, wrapper):
        """Has a file sent by the Go process; False when it can't be."""
        if self.headers is None or self.sent or self.slot.body_pending():
            return False
        region = wrapper.region()
        if region is None:
            return False
        number, offset, count = region
        self.declare()
        if self.left is None and not self.bodyless:
            self.headers = list(self.headers) + [("Content-Length", str(count))]
            self.left = count
        if self.bodyless or not self.left:
            self.end()
            return True
        self.check_length(count)
        head = marshalled(self.code, self.headers, b"")
        rest = dumps((number, str(offset), str(self.left)))
        self.sent = True
        self.slot.send(pack(len(head), START, MORE, 0, self.serial) + head
                       + pack(len(rest), FILE, self.last, 0, self.serial) + rest)
        if unpack(self.slot.exactly(12))[2]:
            return False  # then its parts are
        self.ended = True
        return True

    def fail(self):
        """Answers for an application that has raised. The Go process logs why, unless all was said before."""
        text = traceback_text()
        if not self.ended:
            self.ended = True
            payload = text.encode("utf-8", "replace")[-SLOT_INLINE:]
            self.slot.send(pack(len(payload), FAILED, self.last, 0, self.serial) + payload)
        elif not issubclass(sys.exc_info()[0], ClientDisconnected):
            complain("ERROR: the WSGI application failed after its response\n" + text)
