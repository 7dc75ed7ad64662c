"""The worker of Nuages: runs one Python application for a Go process, in standard Python 3.8 or later.

The files of this folder are executed in one namespace: base.py, asgi.py, wsgi.py, slots.py, main.py. The wire
format is described in frame.go.
"""
import _thread
import asyncio
import faulthandler
import gc
import importlib
import inspect
import io
import marshal
import mmap
import os
import select
import signal
import socket
import stat
import struct
import sys
import threading
import time
import traceback

HEADER = struct.Struct("<IBBHI")
U32 = struct.Struct("<I")
BLOCK_REF = struct.Struct("<II")
pack, unpack = HEADER.pack, HEADER.unpack_from
loads = marshal.loads


def dumps(value):
    return marshal.dumps(value, 2)


# Frames to the worker.
REQUEST, BODY, BLOCK, DISCONNECT, MESSAGE, CREDIT, RELEASE, DRAIN, PING, FILE_DONE, CONFIG = range(1, 12)
# Frames from the worker.
(HELLO, START, PART, PART_BLOCK, BODY_CREDIT, BODY_RELEASE, ACCEPT, SEND, CLOSE, FAILED, PONG, TRAILERS,
 HINT, PATH, FILE, CONTINUE, FINISHED, DEBUG) = range(16, 34)
MORE = TEXT = UNSUPPORTED = 1
WITH_TRAILERS = ASK = 2
STOPPED = 2             # with FAILED: the worker ends before the request has
SERVICE_RESTART = 1012  # code of a WebSocket's close

WINDOW = 512 << 10      # bytes of a response that may be on their way before send() waits
BLOCK_MIN = 16 << 10    # the shortest part that is worth a block of shared memory; as in blocks.go
EARLY = 16              # frames that don't wait for others before they leave
INLINE = 4096           # a first part up to this travels with the head
PART_SIZE = 128 << 10   # the longest part, in bytes: a block
BODY_WINDOW = 256 << 10 # bytes of a request that may be on their way; as in stream.go
ORPHAN_SECONDS = 5      # how long what is under way may go on when the Go process has gone


class ClientDisconnected(OSError):
    """What send() raises when the client has gone."""


def frame(kind, flags, stream, payload=b""):
    return pack(len(payload), kind, flags, 0, stream) + payload


def plain_headers(headers):
    """Returns headers as marshal takes them; str is encoded as Latin-1."""
    return [(_plain(name), _plain(value)) for name, value in headers]


def _plain(value):
    if isinstance(value, str):
        return value.encode("latin-1")
    return bytes(value)


class Memory:
    """The memory shared with the Go process: its blocks come first, then those of this process."""

    def __init__(self, fd, size, count):
        self.size = size
        self.map = mmap.mmap(fd, 2 * size * count)
        os.close(fd)
        self.free = list(range(2 * count - 1, count - 1, -1))

    def read(self, payload, at):
        """Returns what the frame's payload refers to, and the block."""
        block, n = BLOCK_REF.unpack_from(payload, at)
        at = block * self.size
        return self.map[at:at + n], block

    def write(self, data, n):
        """Returns a reference to a block with data, None where no block is free."""
        try:
            block = self.free.pop()
        except IndexError:
            return None
        at = block * self.size
        self.map[at:at + n] = data
        return BLOCK_REF.pack(block, n)


def complain(text):
    """Writes to the log, whatever the application has made of sys.stderr."""
    sys.__stderr__.write(text if text.endswith("\n") else text + "\n")
    sys.__stderr__.flush()


def traceback_text():
    """The traceback of the exception that is handled, without the worker's own frames."""
    kind, exception, frames = sys.exc_info()
    try:
        return _traceback_text(kind, exception, frames)
    except BaseException:  # one that can't even be looked at: somebody waits to hear of it all the same
        own = [frame for frame in traceback.extract_tb(frames) if not _is_own(frame.filename)]
        return "Traceback (most recent call last):\n%s%s: <it can't be shown>\n" % (
            "".join(traceback.format_list(own)), kind.__name__)


def _traceback_text(kind, exception, frames):
    text = traceback.TracebackException(kind, exception, frames)
    pending, seen = [text], set()
    while pending:
        part = pending.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        if part.stack:
            part.stack[:] = [frame for frame in part.stack if not _is_own(frame.filename)]
        pending += [part.__cause__, part.__context__] + list(getattr(part, "exceptions", None) or ())
    if not text.stack and text.__cause__ is None and text.__context__ is None:
        return "".join(text.format_exception_only())
    return "".join(text.format())


def _is_own(filename):
    return filename.startswith(("nuages/", "<frozen importlib")) or filename == importlib.__file__


def nothing(*_):
    """What SIGINT does: the Go process decides when to end. SIG_IGN would be left to the programs that the
    application starts, too."""


own_handlers = {}  # of signals
own_sockets = []   # whose end is the end of this process


def forked():
    """Makes an ordinary process of one that the application has forked: it ends by signals, which asks for no
    successor, and does not keep the sockets open."""
    signal.set_wakeup_fd(-1)  # the event loop's, which would take the signal for its own process's
    for number, handler in own_handlers.items():
        if signal.getsignal(number) is handler:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for sock in own_sockets:
        sock.close()


def figures():
    """What the Go side shows of this process, which reads ints of 32 bits: too few for 25 days in ms."""
    cpu = os.times()
    return {"rss": min(_resident(), 0x7fffffff), "cpu_ms": str(int((cpu.user + cpu.system) * 1000)),
            "threads": threading.active_count()}


def _resident():
    """The resident memory, in KiB."""
    try:
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * (os.sysconf("SC_PAGE_SIZE") >> 10)
    except (OSError, ValueError, IndexError):
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak >> 10 if sys.platform == "darwin" else peak
